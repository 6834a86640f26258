/** Chains of redirects that real clients are sent through. */
import type { ClientAnswer } from '../../src/http/client-profile.ts';

export interface Chain {
  readonly name: string;
  readonly method: string;
  /** Where it begins. */
  readonly url: string;
  readonly hasBody: boolean;
  /** What each request gets; one that comes after them gets 200. */
  readonly answers: readonly ClientAnswer[];
}

const withBody: ReadonlySet<string> = new Set(['POST', 'PUT']);
const app = 'https://app.example.test';
const plain = 'http://app.example.test';

/** `302 https://...`, with `{}` for the path that only this chain has; a status alone: no Location. */
function chain(name: string, method: string, url: string, ...answers: readonly string[]): Chain {
  const path = `/${name}`;
  return {
    name,
    method,
    url: `${url}${path}/a`,
    hasBody: withBody.has(method),
    answers: answers.map((text) => {
      const [, status, location] = /^(\d{3})(?: (.*))?$/.exec(text) ?? [];
      return { status: Number(status), location: location?.replaceAll('{}', path) ?? null };
    }),
  };
}

/** What changes between two hops. */
const places = [
  chain('same', 'GET', app, `302 ${app}{}/b`),
  chain('port-written', 'GET', app, `302 ${app}:443{}/b`),
  chain('relative', 'GET', app, '302 {}/b'),
  chain('scheme-relative', 'GET', app, '302 //www.app.example.test{}/b'),
  chain('up', 'GET', plain, `301 ${app}{}/b`),
  chain('down', 'GET', app, `302 ${plain}{}/b`),
  chain('up-other-ports', 'GET', `${plain}:8080`, `301 ${app}:8443{}/b`),
  chain('up-to-other-port', 'GET', plain, `301 ${app}:8443{}/b`),
  chain('plain-port', 'GET', plain, `302 ${plain}:8080{}/b`),
  chain('secure-port', 'GET', app, `302 ${app}:8443{}/b`),
  chain('subdomain', 'GET', app, '302 https://www.app.example.test{}/b'),
  chain('subdomain-up', 'GET', plain, '302 https://www.app.example.test{}/b'),
  chain('subdomain-port', 'GET', app, '302 https://www.app.example.test:8443{}/b'),
  chain('parent', 'GET', app, '302 https://example.test{}/b'),
  chain('sibling', 'GET', app, '302 https://api.example.test{}/b'),
  chain('suffix', 'GET', app, '302 https://myapp.example.test{}/b'),
  chain('foreign', 'GET', app, '302 https://other.test{}/b'),
];

const twice = [
  chain('a-b-a', 'GET', app, '302 https://other.test{}/b', `302 ${app}{}/c`),
  chain('a-b-b', 'GET', app, '302 https://other.test{}/b', '302 {}/c'),
  chain('a-sub-a', 'GET', app, '302 https://www.app.example.test{}/b', `302 ${app}{}/c`),
  chain(
    'a-sub-sub',
    'GET',
    app,
    '302 https://www.app.example.test{}/b',
    '302 https://api.app.example.test{}/c',
  ),
  chain('up-down', 'GET', plain, `302 ${app}{}/b`, `302 ${plain}{}/c`),
  chain('up-foreign', 'GET', plain, `302 ${app}{}/b`, '302 https://other.test{}/c'),
  chain('post-303-307', 'POST', app, '303 {}/b', '307 {}/c'),
  chain('post-307-302', 'POST', app, '307 {}/b', '302 {}/c'),
];

const methods = ['POST', 'PUT', 'DELETE', 'HEAD'].flatMap((method) =>
  [301, 302, 303, 307, 308].map((status) =>
    chain(`${method.toLowerCase()}-${status}`, method, app, `${status} {}/b`),
  ),
);
const elsewhere = ['POST', 'PUT'].flatMap((method) =>
  [302, 303, 307].map((status) =>
    chain(`${method.toLowerCase()}-${status}-foreign`, method, app, `${status} https://other.test{}/b`),
  ),
);

const odd = [
  ...[300, 304, 305, 306].map((status) => chain(`get-${status}`, 'GET', app, `${status} {}/b`)),
  chain('post-300', 'POST', app, '300 {}/b'),
  chain('no-location', 'GET', app, '302'),
  chain('empty-location', 'GET', app, '302 '),
  chain('unknown-scheme', 'GET', app, '302 gopher://app.example.test/b'),
  chain('userinfo', 'GET', app, '302 https://u:p@app.example.test{}/b'),
  chain('userinfo-foreign', 'GET', app, '302 https://u:p@other.test{}/b'),
  chain('fragment', 'GET', app, '302 {}/b#part'),
  chain('same-url', 'GET', app, '302 {}/a'),
  chain('visited', 'GET', app, '302 {}/b', '302 {}/a'),
  chain('led-to', 'GET', app, '302 {}/b', '302 {}/b'),
  chain('many', 'GET', plain, ...Array.from({ length: 60 }, (_, index) => `302 {}/${index}`)),
];

export const chains: readonly Chain[] = [...places, ...twice, ...methods, ...elsewhere, ...odd];
