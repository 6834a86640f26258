import { expect } from 'chai';
import { isRedirect, nextRequest, type RedirectInput, unfollowed } from '../../src/http/redirect.ts';

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

describe('unfollowed', () => {
  it('tells what other clients would follow', () => {
    const told = [200, 201, 300, 302, 304, 305, 306, 310, 399, 400].map((status) =>
      unfollowed(status, ['', ' /x ']),
    );
    const status = { reason: 'status', location: '/x' };
    expect(told).to.deep.equal([null, null, status, null, null, status, status, status, status, null]);
    expect([unfollowed(300, []), unfollowed(300, [''])]).to.deep.equal([null, null]);
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
    ['raw UTF-8 at its end', 'https://a.example/', ['/\u00c3\u00a0 '], 'GET https://a.example/%C3%A0'],
    ['latin1', 'https://a.example/', ['/h\u00f6he?\u00f6'], 'GET https://a.example/h%F6he?%F6'],
    ['characters that no byte is', 'https://a.example/', ['/\u20ac'], 'GET https://a.example/%E2%82%AC'],
    [
      'a host in raw UTF-8',
      'https://a.example/',
      ['//b\u00c3\u00bccher.example/'],
      'GET https://xn--bcher-kva.example/',
    ],
    [
      'a host in punycode',
      'https://a.example/',
      ['//XN--BCHER-KVA.example/'],
      'GET https://xn--bcher-kva.example/',
    ],
    ['a host in latin1', 'https://a.example/', ['//b\u00fccher.example/'], 'stop: invalid-location'],
    ['a host in percent-encoding', 'https://a.example/', ['https://%62.example/'], 'GET https://b.example/'],
    [
      'a host with a blank in percent-encoding',
      'https://a.example/',
      ['https://b%20c.example/'],
      'stop: invalid-location',
    ],
    ['a trailing dot', 'https://a.example/', ['https://a.example./x'], 'GET https://a.example./x'],
    ['the default port', 'https://a.example/', ['https://a.example:443/x'], 'GET https://a.example/x'],
    [
      'the default port of another scheme',
      'https://a.example/',
      ['http://a.example:443/x'],
      'GET http://a.example:443/x',
    ],
    ['port 0', 'https://a.example/', ['https://a.example:0/'], 'GET https://a.example:0/'],
    ['a port that is none', 'https://a.example/', ['https://a.example:65536/'], 'stop: invalid-location'],
    ['an IPv6 address', 'https://a.example/', ['http://[0:0::1]:8080/x'], 'GET http://[::1]:8080/x'],
    [
      'an IPv6 address with a zone',
      'https://a.example/',
      ['http://[fe80::1%25eth0]/'],
      'stop: invalid-location',
    ],
    ['its scheme and no slashes', 'https://a.example/x/y', ['https:z'], 'GET https://a.example/x/z'],
    [
      'another scheme and no slashes',
      'https://a.example/x/y',
      ['http:b.example/z'],
      'GET http://b.example/z',
    ],
    ['backslashes', 'https://a.example/x', ['\\\\b.example\\y'], 'GET https://b.example/y'],
    ['dots', 'https://a.example/x/y/z', ['../../../w/./v'], 'GET https://a.example/w/v'],
    ['percent-encoded dots', 'https://a.example/x/y', ['%2e%2E/w'], 'GET https://a.example/w'],
    [
      'what is percent-encoded',
      'https://a.example/',
      ['/%2Fa%2fb%C3%B6%'],
      'GET https://a.example/%2Fa%2fb%C3%B6%',
    ],
    [
      'blanks and controls inside',
      'https://a.example/',
      ['/a b\tc\u0001d'],
      'GET https://a.example/a%20bc%01d',
    ],
    ['a fragment alone', 'https://a.example/x?y#old', ['#new'], 'GET https://a.example/x?y#new'],
    ['a question mark alone', 'https://a.example/x?y', ['?'], 'GET https://a.example/x?'],
    ['blanks alone', 'https://a.example/', [' \t '], 'stop: no-location'],
    ['an empty field beside one', 'https://a.example/', ['', '/b'], 'stop: invalid-location'],
    ['an empty user name', 'https://a.example/', ['https://@b.example/'], 'GET https://b.example/'],
    ['a host in the user name', 'https://a.example/', ['https://a.example@b.example/'], 'stop: userinfo'],
    ['an address in decimal', 'https://a.example/', ['http://2130706433/'], 'GET http://127.0.0.1/'],
    ['data', 'https://a.example/', ['data:,x'], 'stop: scheme'],
    ['a file', 'https://a.example/', ['file:///etc/passwd'], 'stop: scheme'],
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

  it('shows a Location without its user, and an empty one as empty', () => {
    const stopOf = (location: string): unknown => nextRequest({ ...base, locations: [location] });
    expect([stopOf('//joe:secret@b.example/x'), stopOf(' ')]).to.deep.equal([
      { stop: { reason: 'userinfo', location: 'https://b.example/x' } },
      { stop: { reason: 'no-location', location: '' } },
    ]);
  });

  it('reads a Location of 200 kB, of blanks too, at once', () => {
    const long = `/${'a'.repeat(200_000)}`;
    expect(next({ locations: [long] })).to.equal(`GET https://api.example.com${long}`);
    expect(next({ locations: [`/a${' '.repeat(200_000)}b`] }).length).to.equal(600_030);
  });

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
