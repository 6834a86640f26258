import { expect } from 'chai';
import { isRedirect, nextRequest, type RedirectInput } from '../../src/http/redirect.ts';

const base: RedirectInput = {
  method: 'GET',
  url: new URL('https://api.example.com/a/b?x=1'),
  status: 302,
  locations: ['/c'],
  hasBody: false,
  bodyReplayable: true,
  fields: [],
};

/** The next request in short, or why there is none. */
function next(changes: Partial<RedirectInput>): string {
  const found = nextRequest({ ...base, ...changes });
  if ('stop' in found) return `stop: ${found.stop.reason}`;
  return `${found.method} ${found.url.href}${found.keepBody ? ' with body' : ''}`;
}

describe('isRedirect', () => {
  it('holds for 301, 302, 303, 307 and 308 only', () => {
    const all = Array.from({ length: 500 }, (_, index) => index + 100);
    expect(all.filter(isRedirect)).to.deep.equal([301, 302, 303, 307, 308]);
  });
});

describe('nextRequest', () => {
  const methods: readonly [method: string, ...results: string[]][] = [
    ['GET', 'GET', 'GET', 'GET', 'GET', 'GET'],
    ['HEAD', 'HEAD', 'HEAD', 'HEAD', 'HEAD', 'HEAD'],
    ['POST', 'GET', 'GET', 'GET', 'POST with body', 'POST with body'],
    ['PUT', 'PUT with body', 'PUT with body', 'GET', 'PUT with body', 'PUT with body'],
    ['DELETE', 'DELETE', 'DELETE', 'GET', 'DELETE', 'DELETE'],
    ['QUERY', 'QUERY with body', 'QUERY with body', 'GET', 'QUERY with body', 'QUERY with body'],
  ];
  for (const [method, ...results] of methods) {
    it(`gives ${method} the right successor for 301, 302, 303, 307, 308`, () => {
      const hasBody = ['POST', 'PUT', 'QUERY'].includes(method);
      expect(
        [301, 302, 303, 307, 308].map((status) =>
          next({ method, status, hasBody })
            .replace('https://api.example.com/c', '')
            .replace('  ', ' ')
            .trim(),
        ),
      ).to.deep.equal(results);
    });
  }

  const locations: readonly [what: string, url: string, locations: string[], result: string][] = [
    ['a path', 'https://a.example/x/y', ['z?q=%2F'], 'GET https://a.example/x/z?q=%2F'],
    ['a scheme-relative reference', 'https://a.example/', ['//b.example/p'], 'GET https://b.example/p'],
    ['a query alone', 'https://a.example/x?old', ['?new'], 'GET https://a.example/x?new'],
    ['its own fragment', 'https://a.example/#old', ['/b#new'], 'GET https://a.example/b#new'],
    ['an inherited fragment', 'https://a.example/#old', ['/b'], 'GET https://a.example/b#old'],
    ['an empty fragment', 'https://a.example/#old', ['/b#'], 'GET https://a.example/b#'],
    ['raw UTF-8', 'https://a.example/', ['/h\u00c3\u00b6he'], 'GET https://a.example/h%C3%B6he'],
    ['blanks around it', 'https://a.example/', [' /b '], 'GET https://a.example/b'],
    ['two equal fields', 'https://a.example/', ['/b', '/b'], 'GET https://a.example/b'],
    ['two different fields', 'https://a.example/', ['/b', '/c'], 'stop: invalid-location'],
    ['none', 'https://a.example/', [], 'stop: no-location'],
    ['an empty field', 'https://a.example/', [''], 'stop: no-location'],
    ['no URL', 'https://a.example/', ['http://a b/'], 'stop: invalid-location'],
    ['another scheme', 'https://a.example/', ['myapp://callback?code=x'], 'stop: scheme'],
    ['javascript', 'https://a.example/', ['javascript:alert(1)'], 'stop: scheme'],
    ['a user name', 'https://a.example/', ['https://u@b.example/'], 'stop: userinfo'],
    ['a password', 'https://a.example/', ['https://:p@b.example/'], 'stop: userinfo'],
  ];
  for (const [what, url, values, result] of locations) {
    it(`reads a Location with ${what}`, () => {
      expect(next({ url: new URL(url), locations: values })).to.equal(result);
    });
  }

  it('stops when the body cannot be sent again, unless it is not needed', () => {
    const post = { method: 'POST', hasBody: true, bodyReplayable: false };
    expect([next({ ...post, status: 307 }), next({ ...post, status: 303 })]).to.deep.equal([
      'stop: body-not-replayable',
      'GET https://api.example.com/c',
    ]);
  });

  const fields = [
    'Accept',
    'Authorization',
    'COOKIE',
    'Proxy-Authorization',
    'X-Key',
    'Content-Type',
    'Host',
  ].map((name) => ({ name, sensitive: name === 'X-Key' }));
  const drops: readonly [what: string, changes: Partial<RedirectInput>, dropped: string[]][] = [
    ['nothing on the same origin', { locations: ['https://api.example.com:443/c'] }, []],
    [
      'credentials on another scheme',
      { locations: ['http://api.example.com/c'] },
      ['authorization', 'cookie', 'proxy-authorization', 'x-key'].map((name) => `${name} origin-changed`),
    ],
    [
      'credentials and Host on a subdomain',
      { locations: ['https://www.api.example.com/c'] },
      [
        ...['authorization', 'cookie', 'proxy-authorization', 'x-key'].map(
          (name) => `${name} origin-changed`,
        ),
        'host host-changed',
      ],
    ],
    [
      'credentials and Host on another port',
      { locations: ['https://api.example.com:8443/c'] },
      [
        ...['authorization', 'cookie', 'proxy-authorization', 'x-key'].map(
          (name) => `${name} origin-changed`,
        ),
        'host host-changed',
      ],
    ],
    [
      'body fields with the body',
      { method: 'POST', status: 303, hasBody: true },
      ['content-type method-changed'],
    ],
  ];
  for (const [what, changes, dropped] of drops) {
    it(`drops ${what}`, () => {
      const found = nextRequest({ ...base, fields, ...changes });
      const list = 'drop' in found ? found.drop.map(({ header, rule }) => `${header} ${rule}`) : null;
      expect(list).to.deep.equal(dropped);
    });
  }
});
