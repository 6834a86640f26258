/** Rows of tests of the clients themselves, held against the profiles: `../shared/vectors/redirects`. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { clientRun } from '../../src/http/client-engine.ts';
import { findClient } from '../../src/http/clients.ts';
import { sharedFile } from '../report/shared-file.ts';

interface Forwarding {
  readonly id: string;
  readonly client: string;
  readonly from: string;
  readonly to: string;
  readonly status: number;
  readonly method: string;
  readonly header: string;
  readonly kept: boolean | string;
  readonly options?: object;
  readonly note?: string;
}
interface Rewriting {
  readonly id: string;
  readonly client: string;
  readonly method: string;
  readonly status: number;
  readonly next_method: string;
  readonly body_sent?: boolean;
  readonly body_and_content_headers_forwarded?: boolean;
}

const profiles: Readonly<Record<string, string>> = {
  'go net/http': 'go',
  'python requests': 'python-requests',
  'follow-redirects': 'axios-1.12',
  urllib3: 'urllib3',
  aiohttp: 'aiohttp',
  httpx: 'httpx',
  reqwest: 'reqwest',
  'apache httpclient5': 'apache-httpclient',
  okhttp: 'okhttp',
  got: 'got',
  guzzle: 'guzzle',
  'fetch standard': 'browser',
};
/** Rows that no profile speaks of. */
const leftOut: Readonly<Record<string, string>> = {
  'redir/aiohttp/100': 'the value of userinfo, where the caller has set no Authorization',
  'redir/scrapy/103': 'no profile of that client',
};

describe('rows of the tests of clients', () => {
  const file = sharedFile('vectors/redirects/credential-forwarding.json');
  if (file === null) {
    it('are not here', function () {
      this.skip();
    });
    return;
  }
  const { forwarding, method_rewriting } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly forwarding: readonly Forwarding[];
    readonly method_rewriting: readonly Rewriting[];
  };
  for (const row of forwarding) {
    // An option of the caller makes another client of it.
    if (row.options || /remove_headers_on_redirect/.test(row.note ?? '')) continue;
    const reason = leftOut[row.id];
    if (reason) it.skip(`${row.id}: ${reason}`);
    else
      it(`${row.id}: ${row.header} from ${row.from} to ${row.to}`, () =>
        expect(kept(row)).to.equal(row.kept));
  }
  for (const row of method_rewriting) {
    it(`${row.id}: ${row.client}, ${row.method} at ${row.status}`, () => {
      const hasBody = row.body_sent ?? ['POST', 'PUT', 'QUERY', 'PROPFIND'].includes(row.method);
      const last = run(row, 'https://a.example/', '/b', ['content-type'], hasBody);
      const forwarded = row.body_and_content_headers_forwarded;
      expect({
        method: last?.method,
        ...(forwarded === undefined ? {} : { body: last?.hasBody }),
      }).to.deep.equal({ method: row.next_method, ...(forwarded === undefined ? {} : { body: forwarded }) });
    });
  }
});

function kept(row: Forwarding): boolean {
  const last = run(row, concrete(row.from), concrete(row.to), [row.header.toLowerCase()], false);
  return last !== undefined && last.hop === 2 && last.fields.has(row.header.toLowerCase());
}

function run(
  row: { readonly client: string; readonly method: string; readonly status: number },
  from: string,
  location: string,
  fields: readonly string[],
  hasBody: boolean,
) {
  const profile = findClient(profiles[row.client] ?? '');
  if (!profile) throw new Error(`no profile for ${row.client}`);
  const request = { method: row.method, url: new URL(from), fields: new Set(fields), hasBody };
  return clientRun(profile, request, [{ status: row.status, location }]).hops.at(-1)?.state;
}

/** PORT, P1 and HOST2 stand for ports and a host. */
function concrete(url: string): string {
  return url
    .replace(/:(?:PORT|P)1\b|:PORT\b/, ':8081')
    .replace(/:(?:PORT|P)2\b/, ':8082')
    .replace('HOST2', 'host2.example');
}
