import { expect } from 'chai';
import fc from 'fast-check';
import type { CookieRequest, Initiator } from '../../src/http/cookie.ts';
import { initiatorOf } from '../../src/http/cookie-context.ts';
import { parseSetCookie, serializeSetCookie } from '../../src/http/cookie-parse.ts';
import { withheldBy } from '../../src/http/cookie-send.ts';
import { isPublicSuffix, registrableDomain, siteOf } from '../../src/http/cookie-site.ts';
import { judgeSetCookie } from '../../src/http/cookie-store.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const secure = 'https://app.example.test/a/b';
const plain = 'http://app.example.test/a/b';

function asking(url: string, initiator: Initiator | null = null, method = 'GET'): CookieRequest {
  return { method, url: new URL(url), initiator };
}

describe('judgeSetCookie', () => {
  const refusals: readonly [line: string, url: string, rule: string, reason: string][] = [
    [
      'a=1\u0001',
      secure,
      'control-character',
      'Its line holds a control character (RFC 6265bis section 5.6).',
    ],
    [
      `a=${'x'.repeat(4096)}`,
      secure,
      'size',
      'Its name and value are longer than 4096 bytes (RFC 6265bis section 5.6).',
    ],
    ['=; Path=/', secure, 'empty', 'It has no name and no value (RFC 6265bis section 5.7).'],
    [
      'a=1; Domain=bücher.test',
      secure,
      'domain-not-ascii',
      'Its Domain "bücher.test" is not written in ASCII (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Domain=co.uk',
      'https://app.example.co.uk/',
      'public-suffix',
      'Its Domain "co.uk" is a public suffix (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Domain=example.test.',
      secure,
      'domain-mismatch',
      'Its Domain "example.test." does not match the host "app.example.test" (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Domain=0.0.1',
      'https://127.0.0.1/',
      'domain-mismatch',
      'Its Domain "0.0.1" does not match the host "127.0.0.1" (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Secure',
      'http://localhost:3000/',
      'secure-from-http',
      'It is Secure and came over plain http, which some browsers allow on loopback (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Secure',
      'http://127.0.0.1/',
      'secure-from-http',
      'It is Secure and came over plain http, which some browsers allow on loopback (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; SameSite=None',
      secure,
      'samesite-none-insecure',
      'It is SameSite=None and not Secure (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Partitioned',
      secure,
      'partitioned-insecure',
      'It is Partitioned and not Secure (draft-cutler-httpbis-partitioned-cookies (CHIPS)).',
    ],
    [
      '__secure-a=1',
      secure,
      'prefix-secure',
      'Its name begins with __Secure- and it is not Secure (RFC 6265bis section 4.1.3.1).',
    ],
    [
      '__HOST-a=1; Secure; Path=/a',
      secure,
      'prefix-host',
      'Its name begins with __Host-, which needs Secure, no Domain, and Path=/ (RFC 6265bis section 4.1.3.2).',
    ],
    [
      '__Host-a=1; Secure',
      'https://app.example.test/',
      'prefix-host',
      'Its name begins with __Host-, which needs Secure, no Domain, and Path=/ (RFC 6265bis section 4.1.3.2).',
    ],
    [
      '__Http-a=1; Secure',
      secure,
      'prefix-http',
      'Its name begins with __Http-, which needs Secure and HttpOnly (draft-ietf-httpbis-layered-cookies section 5.4.3).',
    ],
    [
      '__Host-Http-a=1; Secure; Path=/',
      secure,
      'prefix-host-http',
      'Its name begins with __Host-Http-, which needs Secure, HttpOnly, no Domain, and Path=/ (draft-ietf-httpbis-layered-cookies section 5.4.3).',
    ],
    [
      '=__host-a=1',
      secure,
      'prefix-in-value',
      'It has no name, and its value begins as a prefixed name does (RFC 6265bis section 5.7).',
    ],
  ];
  for (const [line, url, rule, reason] of refusals) {
    it(`refuses ${line.slice(0, 40)} from ${url} by ${rule}`, () => {
      const { cookie, refused } = judgeSetCookie(line, asking(url), now);
      expect([cookie, refused?.rule, refused?.reason]).to.deep.equal([null, rule, reason]);
    });
  }

  it('refuses a same-site cookie in an embedded request from another site, and takes it in a navigation', () => {
    const page = new URL('https://login.other.test/');
    const rules = [false, true].map((topLevel) =>
      ['a=1', 'a=1; SameSite=Lax', 'a=1; SameSite=None; Secure'].map(
        (line) => judgeSetCookie(line, asking(secure, { page, topLevel }), now).refused?.rule ?? null,
      ),
    );
    expect(rules).to.deep.equal([
      ['cross-site', 'cross-site', null],
      [null, null, null],
    ]);
  });

  it('keeps what it reads', () => {
    const line =
      ' sid = a=b ; Domain=.EXAMPLE.test; PATH=/a; Path=/a/b; secure; HttpOnly=no; SameSite=STRICT; Max-Age=60; Partitioned';
    expect(judgeSetCookie(line, asking(secure), now)).to.deep.equal({
      cookie: {
        name: 'sid',
        value: 'a=b',
        domain: 'example.test',
        hostOnly: false,
        path: '/a/b',
        secure: true,
        httpOnly: true,
        sameSite: 'strict',
        expires: now + 60_000,
        created: now,
        partition: 'https://example.test',
      },
      refused: null,
      remarks: [],
    });
  });

  const remarks: readonly [line: string, remarks: readonly string[]][] = [
    ['a=1; Max-Age=99999999', ['Its lifetime of 1157 days is cut to 400 days (RFC 6265bis section 5.5).']],
    [
      'a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT',
      [
        'Its lifetime of 2912456 days is cut to 400 days (RFC 6265bis section 5.5).'.replace(
          '2912456 days',
          'more than a million days',
        ),
      ],
    ],
    ['a=1; Max-Age=1h', ['Its Max-Age is no number of seconds: ignored (RFC 6265bis section 5.6.2).']],
    ['a=1; Expires=tomorrow', ['Its Expires cannot be read as a date: ignored (RFC 6265bis section 5.6.1).']],
    [
      'a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      ['Its Expires says that it is over, and Max-Age, which wins, does not (RFC 6265bis section 5.7).'],
    ],
    [
      'a=1; SameSite=yes',
      ['Its SameSite is none of Strict, Lax and None: as if it were not given (RFC 6265bis section 5.6.7).'],
    ],
    [
      'a=1; Path=a',
      ['Its Path does not begin with "/": /a, the path of /a/b, is taken (RFC 6265bis section 5.6.4).'],
    ],
    [
      'a=1; Domain=',
      ['Its Domain is empty and is not used: it goes to app.example.test only (RFC 6265bis section 5.7).'],
    ],
    [
      `a=1; Path=/${'x'.repeat(1024)}`,
      ['The value of its attribute path is longer than 1024 bytes: ignored (RFC 6265bis section 5.6).'],
    ],
    ['value', ['It has no name: a browser sends its value alone (RFC 6265bis section 5.7).']],
    ['a=; Max-Age=0', ['It is over at once: the server takes it back (RFC 6265bis section 5.7).']],
    [
      '__host-a=1; Secure; Path=/',
      [
        'Its prefix is written __host-: browsers hold it to its rules, servers may not know it (RFC 6265bis section 5.4).',
      ],
    ],
  ];
  for (const [line, reasons] of remarks) {
    it(`remarks on ${line.slice(0, 50)}`, () => {
      const judged = judgeSetCookie(line, asking(secure), now);
      expect([judged.refused, judged.remarks.map(({ reason }) => reason)]).to.deep.equal([null, reasons]);
    });
  }

  it('throws for no text, keeps nothing that a rule is against, and reads a megabyte', () => {
    const part = fc.constantFrom(
      'a',
      '=',
      ';',
      ' ',
      'Domain',
      'Path',
      'Max-Age',
      'Expires',
      '__Host-',
      '/',
      '.',
      '"',
      '\t',
    );
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(line, fc.constantFrom(secure, plain, 'http://[::1]/', 'https://co.uk/'), (text, url) => {
        const { cookie, refused } = judgeSetCookie(text, asking(url), now);
        expect((cookie === null) === (refused !== null)).to.equal(true);
      }),
      { numRuns: 500 },
    );
    for (const text of [';', '=', ' ', '\t', 'a', ';a=', '.', '; Domain=.', '; Path=/', 'é'])
      judgeSetCookie(`a=1${text.repeat(1_000_000 / text.length)}`, asking(secure), now);
  });
});

describe('parseSetCookie', () => {
  it('reads what it has written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const once = parseSetCookie(text);
        expect(parseSetCookie(serializeSetCookie(once))).to.deep.equal(once);
      }),
      { numRuns: 500 },
    );
  });
});

describe('withheldBy', () => {
  const other = new URL('https://login.other.test/');
  const cases: readonly [
    line: string,
    set: string,
    asked: CookieRequest,
    reason: string | null,
    later?: number,
  ][] = [
    [
      'a=1',
      secure,
      asking('https://x.app.example.test/a/'),
      'It has no Domain: it goes to app.example.test only',
    ],
    [
      'a=1; Domain=app.example.test',
      secure,
      asking('https://example.test/a/'),
      'Its Domain is app.example.test',
    ],
    ['a=1', secure, asking('https://app.example.test/ab'), 'Its Path is /a'],
    ['a=1; Secure', secure, asking(plain), 'It is Secure, and the request goes over plain http'],
    ['a=1; Max-Age=1', secure, asking(secure), 'It expired at 2026-06-01T12:00:01.000Z', 1000],
    ['a=1; SameSite=Strict', secure, asking(secure), null],
    [
      'a=1; SameSite=Strict',
      secure,
      asking(secure, { page: other, topLevel: true }),
      'It is SameSite=Strict, and the request comes from a page of https://login.other.test',
    ],
    [
      'a=1; SameSite=Strict',
      secure,
      asking(secure, { page: new URL('http://app.example.test/'), topLevel: true }),
      'It is SameSite=Strict, and the request comes from a page of http://app.example.test',
    ],
    [
      'a=1; SameSite=Strict',
      secure,
      asking(secure, { page: new URL('https://www.example.test/'), topLevel: true }),
      null,
    ],
    ['a=1; SameSite=Lax', secure, asking(secure, { page: other, topLevel: true }), null],
    [
      'a=1; SameSite=Lax',
      secure,
      asking(secure, { page: other, topLevel: true }, 'POST'),
      'It is SameSite=Lax, and the request is a POST that comes from a page of https://login.other.test',
    ],
    [
      'a=1; SameSite=Lax',
      secure,
      asking(secure, { page: null, topLevel: false }),
      'It is SameSite=Lax, and the request comes from another site and is no navigation',
    ],
    ['a=1', secure, asking(secure, { page: other, topLevel: true }, 'POST'), null, 120_000],
    [
      'a=1',
      secure,
      asking(secure, { page: other, topLevel: true }, 'POST'),
      'It has no SameSite, which counts as Lax, and the request is a POST that comes from a page of https://login.other.test more than two minutes after it was set',
      120_001,
    ],
    ['a=1; SameSite=None; Secure', secure, asking(secure, { page: other, topLevel: false }, 'POST'), null],
    [
      'a=1; SameSite=None; Secure; Partitioned',
      secure,
      asking(secure, { page: other, topLevel: false }),
      'It is Partitioned and belongs to pages of https://example.test',
    ],
    [
      'a=1; SameSite=None; Secure; Partitioned',
      secure,
      asking(secure, { page: other, topLevel: true }),
      null,
    ],
  ];
  for (const [line, set, asked, reason, later = 0] of cases) {
    it(`says ${reason ?? 'nothing'} of ${line} at ${asked.method} ${asked.url.href}`, () => {
      const { cookie } = judgeSetCookie(line, asking(set), now);
      if (!cookie) throw new Error('it is kept');
      const note = withheldBy(cookie, asked, now + later);
      expect(note?.reason.replace(/ \((?:RFC|draft).*$/, '') ?? null).to.equal(reason);
    });
  }
});

describe('initiatorOf', () => {
  it('takes a request for nobody’s unless it says that it is of another site', () => {
    const of = (...fields: [string, string][]) => initiatorOf(fields);
    expect([
      of(['Origin', 'https://spa.other.test']),
      of(['Sec-Fetch-Site', 'same-site']),
      of(['Sec-Fetch-Site', 'cross-site']),
      of(['Sec-Fetch-Site', 'cross-site'], ['Origin', 'null'], ['Sec-Fetch-Mode', 'cors']),
    ]).to.deep.equal([null, null, { page: null, topLevel: true }, { page: null, topLevel: false }]);
    expect(of(['Origin', 'https://a.test'], ['sec-fetch-site', 'cross-site'])?.page?.href).to.equal(
      'https://a.test/',
    );
  });
});

describe('sites', () => {
  it('are told by scheme and registrable domain', () => {
    const sites = [
      'https://a.b.example.test:8443/x',
      'http://shop.co.uk',
      'https://x.github.io',
      'http://localhost:1',
      'http://[::1]:2/',
      'https://example.test./',
    ];
    expect(sites.map((url) => siteOf(new URL(url)))).to.deep.equal([
      'https://example.test',
      'http://shop.co.uk',
      'https://x.github.io',
      'http://localhost',
      'http://::1',
      'https://example.test.',
    ]);
    expect(
      ['co.uk', 'localhost', 'example.test', '127.0.0.1', 'github.io'].map(isPublicSuffix),
    ).to.deep.equal([true, true, false, false, true]);
    expect(['a..b', '', '.', 'a.co.uk'].map(registrableDomain)).to.deep.equal([null, null, null, 'a.co.uk']);
  });
});
