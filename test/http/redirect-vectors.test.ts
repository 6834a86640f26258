/** Redirects of others, from `../shared/vectors/redirects`, held against ours. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { nextRequest } from '../../src/http/redirect.ts';
import { sharedFile } from '../report/shared-file.ts';

interface Behaviour {
  readonly id: string;
  readonly kind: string;
  readonly client: string;
  readonly status?: number;
  readonly location?: string;
}
interface CurlCase {
  readonly id: string;
  readonly command: string;
  readonly replies: { readonly data?: { readonly raw: string } };
  readonly expected_requests: string;
}

/** Tests of curl about the URL that a Location means. */
const resolved = ['11', '50', '55', '187', '1314', '1413', '2208'].map((number) => `curl/test${number}`);
/**
 * Left out: 663 (curl writes a blank in a query as "+", the URL standard as %20) and 1056 (a zone in an IPv6 address,
 * which the URL standard does not know): there we go with the standard.
 */
const otherwise: Readonly<Record<string, unknown>> = {
  'curl/test663': 'http://example.net/there/tes%20t%20case=/6630002?%20yes%20no#hello',
  'curl/test1056': 'invalid-location',
};

function next(url: string, status: number, locations: readonly string[]): string {
  const input = { method: 'GET', url: new URL(url), status, locations, hasBody: false, bodyReplayable: true };
  const found = nextRequest({ ...input, fields: [] });
  return 'stop' in found ? found.stop.reason : found.url.href;
}

/** Macros of the test server as hosts. */
function filled(text: string): string {
  return text
    .replaceAll('%HOSTIP', '127.0.0.1')
    .replaceAll('%HOST6IP', '[::1]')
    .replaceAll(/%HTTP6?PORT/g, '8990');
}

describe('redirects of others', () => {
  it('are answered as the Fetch standard says', function () {
    const file = sharedFile('vectors/redirects/credential-forwarding.json');
    if (file === null) return this.skip();
    const { behaviours } = JSON.parse(readFileSync(file, 'utf8')) as { behaviours: readonly Behaviour[] };
    const rows = behaviours.filter(({ client, kind }) => client === 'fetch standard' && kind !== 'count');
    const told = rows.map(({ id, kind, status = 0, location }) => [
      id,
      kind,
      next('https://a.example/', status, location === undefined ? [] : [location]),
    ]);
    const wanted = { 'invalid-location': 'scheme', 'data-location': 'scheme', 'no-location': 'no-location' };
    expect(told.length).to.equal(7);
    expect(told).to.deep.equal(rows.map(({ id, kind }) => [id, kind, wanted[kind as keyof typeof wanted]]));
  });

  it('lead to the URLs to which curl goes', function () {
    const file = sharedFile('vectors/redirects/curl-http-auth-redirect-cookie.json');
    if (file === null) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly CurlCase[] };
    const told = cases.flatMap(({ id, command, replies, expected_requests }) => {
      if (!resolved.includes(id) && !Object.hasOwn(otherwise, id)) return [];
      const from = /(?:^|\s)(http:\/\/\S+)/.exec(command.replace(/-x \S+/, ''))?.[1] ?? '';
      const location = /^Location: (.*)$/m.exec(replies.data?.raw ?? '')?.[1] ?? '';
      return [
        { id, found: next(filled(from), 302, [filled(location)]), requests: filled(expected_requests) },
      ];
    });
    expect(told.map(({ id }) => id).sort()).to.deep.equal([...resolved, ...Object.keys(otherwise)].sort());
    for (const { id, found, requests } of told) {
      const [, target = '', host = ''] =
        [...requests.matchAll(/^GET (\S+) HTTP\/1\.1\r?\nHost: (\S+)/gm)][1] ?? [];
      const wanted = target.startsWith('/') ? `http://${host}${target}` : target;
      expect([id, found.replace(/#.*/, '')]).to.deep.equal([
        id,
        (otherwise[id] as string | undefined)?.replace(/#.*/, '') ?? wanted,
      ]);
    }
  });
});
