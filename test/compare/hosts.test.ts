import { expect } from 'chai';
import { abstracted, abstractedId, foreignIn } from '../../src/compare/hosts.ts';
import { environment } from './environments.ts';

const staging = environment('staging', {
  origins: { api: 'https://api.staging.example.com', entry: 'http://api.staging.example.com:8080' },
  issuers: { main: 'https://login.staging.example.com/realms/Staging' },
});
const production = environment('production', {
  origins: { api: 'https://api.example.com', entry: 'http://api.example.com' },
  issuers: { main: 'https://login.example.com/realms/Prod' },
});
const all = [staging, production];

const both = (inStaging: string, inProduction: string): readonly string[] => [
  abstracted(inStaging, staging, all),
  abstracted(inProduction, production, all),
];

describe('own hosts taken out', () => {
  const equal: readonly (readonly [string, string, string, string])[] = [
    ['an origin', 'https://api.staging.example.com/a', 'https://api.example.com/a', '${origin.api}/a'],
    [
      'an origin with a port',
      'http://api.staging.example.com:8080',
      'http://api.example.com',
      '${origin.entry}',
    ],
    [
      'an issuer',
      'https://login.staging.example.com/realms/Staging',
      'https://login.example.com/realms/Prod',
      '${issuer.main}',
    ],
    [
      'an endpoint below an issuer',
      'https://login.staging.example.com/realms/Staging/token',
      'https://login.example.com/realms/Prod/token',
      '${issuer.main}/token',
    ],
    ['a bare host', 'api.staging.example.com', 'api.example.com', '${origin.api.host}'],
    [
      'a host in another case',
      'HTTPS://API.Staging.Example.com/A',
      'https://api.EXAMPLE.com/A',
      '${origin.api}/A',
    ],
    [
      'a host that is not configured',
      'https://orders.staging.example.com/',
      'https://orders.example.com/',
      'https://orders.${domain}/',
    ],
    ['a domain of cookies', 'Domain=.staging.example.com', 'Domain=.example.com', 'Domain=.${domain}'],
    [
      'a cookie for one host',
      'Domain=.api.staging.example.com;',
      'Domain=.api.example.com;',
      'Domain=.${origin.api.host};',
    ],
    ['a wildcard', '*.staging.example.com', '*.example.com', '*.${domain}'],
    [
      "a port that is nobody's",
      'https://api.staging.example.com:9443/',
      'https://api.example.com:9443/',
      '${origin.api}:9443/',
    ],
    ['an e-mail address', 'ops@staging.example.com', 'ops@example.com', 'ops@${domain}'],
    [
      'the end of a sentence',
      'See https://api.staging.example.com.',
      'See https://api.example.com.',
      'See ${origin.api}.',
    ],
    [
      'what is encoded in a query',
      '?to=https%3A%2F%2Fapi.staging.example.com%2Fcb&x=1',
      '?to=https%3a%2f%2fapi.example.com%2Fcb&x=1',
      '?to=${origin.api:encoded}%2Fcb&x=1',
    ],
    [
      'what is encoded with its port',
      '?to=http%3A%2F%2Fapi.staging.example.com%3A8080%2Fcb',
      '?to=http%3A%2F%2Fapi.example.com%2Fcb',
      '?to=${origin.entry:encoded}%2Fcb',
    ],
    [
      'what is encoded twice',
      '?to=https%253A%252F%252Fapi.staging.example.com%252Fcb',
      '?to=https%253A%252F%252Fapi.example.com%252Fcb',
      '?to=${origin.api:encoded again}%252Fcb',
    ],
    [
      'an encoded host after an encoded slash',
      '%2F%2Fapi.staging.example.com%2F',
      '%2F%2Fapi.example.com%2F',
      '%2F%2F${origin.api.host}%2F',
    ],
    [
      'several',
      'api.staging.example.com,login.staging.example.com',
      'api.example.com,login.example.com',
      '${origin.api.host},${issuer.main.host}',
    ],
  ];
  for (const [name, inStaging, inProduction, expected] of equal) {
    it(name, () => expect(both(inStaging, inProduction)).to.deep.equal([expected, expected]));
  }

  const kept: readonly (readonly [string, string])[] = [
    ['a host that goes on', 'https://api.example.com.evil.test/'],
    ['a host that goes on, encoded', 'https%3A%2F%2Fapi.example.com%2Eevil.test'],
    ['a longer first label', 'https://xapi.other.test'],
    ['a label before', 'https://evil.test/api-example.com'],
    ['a hyphen after', 'https://api.example.com-evil.test/'],
    ['an encoded hyphen before', 'x%2Dexample.com'],
    ['letters of another script beside it', 'éexample.com'],
    ['a user name before another host', 'https://api.example.com@evil.test/'],
    ['a user name and password before another host', 'https://api.example.com:pw@evil.test/'],
    ['a longer word of the issuer', 'https://login.example.org/realms/Produce'],
    ['hosts of the other environment', 'https://api.staging.example.com/ and x.staging.example.com'],
  ];
  for (const [name, text] of kept) {
    it(`not ${name}`, () => expect(abstracted(text, production, all)).to.equal(text));
  }

  it('the scheme stays where it is not that of an origin', () => {
    expect(abstracted('http://login.example.com/', production, all)).to.equal('http://${issuer.main.host}/');
  });

  it('a label before a host makes another one of it', () => {
    expect(abstracted('https://x.api.example.com/', production, all)).to.equal('https://x.api.${domain}/');
  });

  it('the path of an issuer is not in any case', () => {
    expect(abstracted('https://login.example.com/realms/prod/token', production, all)).to.equal(
      '${issuer.main.origin}/realms/prod/token',
    );
  });

  it('two ports of one host are two origins', () => {
    const local = environment('local', {
      origins: { api: 'http://localhost:3000', app: 'http://localhost:4000' },
    });
    const other = environment('other', { origins: { api: 'http://localhost:5000' } });
    expect(
      [
        'http://localhost:3000/a',
        'http://localhost:4000/a',
        'http://localhost:5000/a',
        'localhost:4000',
        'localhost',
      ].map((text) => abstracted(text, local, [local, other])),
    ).to.deep.equal([
      '${origin.api}/a',
      '${origin.app}/a',
      'http://localhost:5000/a',
      '${origin.app.host}',
      '${origin.api.host}',
    ]);
  });

  it('an issuer with and without the slash at its end', () => {
    const slash = environment('a', { issuers: { main: 'https://login.a.test/' } });
    const none = environment('b', { issuers: { main: 'https://login.b.test' } });
    const texts = (host: string, iss: string): string[] => [iss, `https://${host}/token`, `(${iss})`];
    expect(
      texts('login.a.test', 'https://login.a.test/').map((text) => abstracted(text, slash)),
    ).to.deep.equal(['${issuer.main}', '${issuer.main}/token', '(${issuer.main}/)']);
    expect(texts('login.b.test', 'https://login.b.test').map((text) => abstracted(text, none))).to.deep.equal(
      ['${issuer.main}', '${issuer.main}/token', '(${issuer.main})'],
    );
  });

  it('an address of IPv6', () => {
    const local = environment('local', { origins: { api: 'http://[::1]:3000' } });
    expect(
      ['http://[::1]:3000/a', 'http%3A%2F%2F%5B%3A%3A1%5D%3A3000%2Fa', '[::1]:4000', '::1'].map((text) =>
        abstracted(text, local),
      ),
    ).to.deep.equal(['${origin.api}/a', '${origin.api:encoded}%2Fa', '${origin.api.host}:4000', '::1']);
  });

  it('no domain of all that ends in the same country', () => {
    const shop = environment('shop', { origins: { api: 'https://shop.co.uk', pay: 'https://pay.co.uk' } });
    const single = environment('single', { origins: { api: 'https://shop.co.uk' } });
    expect(abstracted('https://evil.co.uk/', shop)).to.equal('https://evil.co.uk/');
    expect(abstracted('https://evil.co.uk/ www.shop.co.uk', single)).to.equal(
      'https://evil.co.uk/ www.${domain}',
    );
  });

  it('ids of tenants in the paths of issuers', () => {
    const a = environment('a', {
      issuers: { main: 'https://idp.test/1b4e28ba-2fa1-11d2-883f-0016d3cca427/v2.0' },
    });
    const b = environment('b', {
      issuers: { main: 'https://idp.test/6fa459ea-ee8a-3ca4-894e-db77e160355e/v2.0' },
    });
    expect([
      abstracted('https://idp.test/1b4e28ba-2fa1-11d2-883f-0016d3cca427/oauth2/v2.0/token', a, [b]),
      abstracted('https://idp.test/6fa459ea-ee8a-3ca4-894e-db77e160355e/oauth2/v2.0/token', b, [a]),
      abstracted('https://idp.test/1b4e28ba-2fa1-11d2-883f-0016d3cca427/oauth2/v2.0/token', b, [a]),
    ]).to.deep.equal([
      '${issuer.main.origin}/${issuer.main.tenant}/oauth2/v2.0/token',
      '${issuer.main.origin}/${issuer.main.tenant}/oauth2/v2.0/token',
      '${issuer.main.origin}/1b4e28ba-2fa1-11d2-883f-0016d3cca427/oauth2/v2.0/token',
    ]);
  });

  it('a long and hostile text in linear time', () => {
    const text = `${'api.example.com:'.repeat(20_000)}${'%25'.repeat(20_000)}${'https://api.example.'.repeat(10_000)}`;
    expect(abstracted(text, production, all)).to.have.length.above(100_000);
  });
});

describe('names of environments taken out of ids', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['web-staging', 'web-${environment}'],
    ['STAGING_web', '${environment}_web'],
    ['web-stg', 'web-${environment}'],
    ['stagingweb', 'stagingweb'],
    ['web-production', 'web-production'],
    ['https://api.staging.example.com', '${origin.api}'],
    ['urn:orders:staging', 'urn:orders:${environment}'],
  ];
  for (const [text, expected] of cases) {
    it(text, () => expect(abstractedId(text, staging, all)).to.equal(expected));
  }

  it('not by a word that is the name of another', () => {
    const stage = environment('stage', {});
    expect(abstractedId('web-stage', staging, [stage])).to.equal('web-stage');
  });

  it('a name with characters of patterns', () => {
    expect(abstractedId('web-(eu).1-x', environment('(eu).1', {}))).to.equal('web-${environment}-x');
  });
});

describe('whose host stands in a text', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['https://api.example.com/', null],
    [
      'x https://api.staging.example.com/',
      { environments: ['staging'], name: 'origin.api', seen: 'https://api.staging.example.com', exact: true },
    ],
    [
      '?u=http%3A%2F%2FLOGIN.staging.example.com%2F',
      { environments: ['staging'], name: 'issuer.main.host', seen: 'LOGIN.staging.example.com', exact: true },
    ],
    [
      '?u=http%3A%2F%2Fx.staging.example.com%2F',
      { environments: ['staging'], name: 'domain', seen: 'x.staging.example.com', exact: false },
    ],
    ['https://api.staging.example.com.evil.test/', null],
    ['https://status.example.org/', null],
  ];
  for (const [text, expected] of cases) {
    it(text, () => expect(foreignIn(text, production, all)).to.deep.equal(expected));
  }

  it('not a host of the domain around our own', () => {
    expect(foreignIn('https://cdn.example.com/', staging, all)).to.equal(null);
    expect(foreignIn('https://api.example.com/', staging, all)?.name).to.equal('origin.api');
  });

  it('not what both have', () => {
    const canary = environment('canary', { origins: { api: 'https://api.example.com' } });
    expect(foreignIn('https://api.example.com/', canary, all)).to.equal(null);
    expect(
      foreignIn('https://login.example.com/', staging, [production, { ...production, name: 'canary' }])
        ?.environments,
    ).to.deep.equal(['production', 'canary']);
  });

  it('of those that it is asked about, whoever it was asked about before', () => {
    const text = 'https://api.example.com/';
    const canary = environment('canary', { origins: { api: 'https://api.canary.test' } });
    expect(foreignIn(text, staging, [canary])).to.equal(null);
    expect(foreignIn(text, staging, [production])?.environments).to.deep.equal(['production']);
    expect(foreignIn(text, staging, [canary])).to.equal(null);
  });

  it('an issuer of the same server', () => {
    const a = environment('a', { issuers: { main: 'https://idp.test/realms/a' } });
    const b = environment('b', { issuers: { main: 'https://idp.test/realms/b' } });
    expect(foreignIn('https://idp.test/realms/b/token', a, [a, b])?.name).to.equal('issuer.main');
    expect(foreignIn('https://idp.test/realms/c/token', a, [a, b])).to.equal(null);
  });
});
