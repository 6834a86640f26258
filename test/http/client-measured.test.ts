/** What others measured, held against the profiles: `../shared/redirects/measured.json`. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { clientRun } from '../../src/http/client-engine.ts';
import type { ClientAnswer, ClientProfile } from '../../src/http/client-profile.ts';
import { findClient } from '../../src/http/clients.ts';
import { sharedFile } from '../report/shared-file.ts';

type Row = Readonly<Record<string, string>> & { readonly methods: Readonly<Record<string, string>> };

const profiles: Readonly<Record<string, string>> = {
  'Node 20.20 fetch (undici 6.24.1)': 'fetch',
  'undici 7.30.2 fetch': 'undici',
  'undici 7.30.2 redirect interceptor': 'undici-redirect',
  'axios 1.21.1 (headers)': 'axios',
  'axios 1.21.1 (auth:{})': 'axios-auth',
  'got 14.6.6': 'got-14',
  'got 14.6.6 (username/password)': 'got-14',
  'node-fetch 3.3.2': 'node-fetch',
  'postman-request 2.88.1-postman.48 (newman options)': 'postman',
  'requests 2.34.2': 'python-requests',
  'requests auth=()': 'python-requests',
  'urllib3 2.7.0': 'urllib3',
  'curl 7.88 -L': 'curl',
  'curl 7.88 -L -u': 'curl',
  'curl --location-trusted': 'curl-location-trusted',
  'Java 17.0.15 HttpClient ALWAYS': 'java-17-always',
  'axios 1.7.9 (fr 1.15.6)': 'axios-1.12',
  'axios 1.12.0 (fr 1.16.3)': 'axios-1.12',
  'follow-redirects 1.15.6': 'axios-1.12',
  'follow-redirects 1.16.3': 'axios-1.12',
  'got 15.x': 'got',
};

/** First URL and Locations of each column. */
const chains: Readonly<Record<string, readonly string[]>> = {
  same: ['https://app.example.com/a', 'https://app.example.com/b'],
  p443: ['https://app.example.com/a', 'https://app.example.com:443/b'],
  up: ['http://app.example.com/a', 'https://app.example.com/b'],
  down: ['https://app.example.com/a', 'http://app.example.com/b'],
  port: ['http://app.example.com/a', 'http://app.example.com:8099/b'],
  sub: ['https://app.example.com/a', 'https://api.app.example.com/b'],
  parent: ['https://www.app.example.com/a', 'https://app.example.com/b'],
  sibling: ['https://www.app.example.com/a', 'https://api.app.example.com/b'],
  cross: ['https://app.example.com/a', 'https://other.example.net/b'],
  ABA: ['https://app.example.com/a', 'https://other.example.net/b', 'https://app.example.com/c'],
  ABB: ['https://app.example.com/a', 'https://other.example.net/b', 'https://other.example.net/c'],
};
const letters = { A: 'authorization', C: 'cookie', P: 'proxy-authorization', X: 'x-api-key' };

describe('measured clients', () => {
  const file = sharedFile('redirects/measured.json');
  if (file === null) {
    it('are not here', function () {
      this.skip();
    });
    return;
  }
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Row>>;
  for (const [name, row] of Object.entries(rows)) {
    it(name, () => {
      const profile = findClient(profiles[name] ?? '');
      if (!profile) throw new Error(`no profile for ${name}`);
      expect(predicted(profile, row)).to.deep.equal(row);
    });
  }
});

function predicted(profile: ClientProfile, row: Row): unknown {
  const columns = Object.keys(row).filter((key) => key !== 'methods');
  return {
    ...Object.fromEntries(columns.map((column) => [column, fate(profile, chains[column] ?? [])])),
    methods: Object.fromEntries(Object.keys(row.methods).map((key) => [key, successor(profile, key)])),
  };
}

function fate(profile: ClientProfile, [first = '', ...locations]: readonly string[]): string {
  const answers = locations.map((location): ClientAnswer => ({ status: 302, location }));
  const request = {
    method: 'GET',
    url: new URL(first),
    fields: new Set(Object.values(letters)),
    hasBody: false,
  };
  const { hops, stop } = clientRun(profile, request, answers);
  if (stop) return 'status 302';
  const sent = hops.at(-1)?.state.fields;
  return Object.entries(letters)
    .map(([letter, field]) => (sent?.has(field) ? letter : '-'))
    .join('');
}

/** `PUT301`: method and body of what follows. */
function successor(profile: ClientProfile, key: string): string {
  const [, method = '', status] = /^([A-Z]+)(\d+)$/.exec(key) ?? [];
  const request = {
    method,
    url: new URL('https://app.example.com/a'),
    fields: new Set<string>(),
    hasBody: true,
  };
  const { hops } = clientRun(profile, request, [{ status: Number(status), location: '/b' }]);
  const last = hops.at(-1)?.state;
  return `${last?.method}${last?.hasBody ? '+body' : ''}`;
}
