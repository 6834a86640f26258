import { expect } from 'chai';
import fc from 'fast-check';
import { compareRedirectUri } from '../../src/http/redirect-uri.ts';
import { uriDifferences } from '../../src/http/redirect-uri-difference.ts';
import { uriParts, uriText } from '../../src/http/redirect-uri-parts.ts';
import { type RedirectUriRules, redirectUriRules } from '../../src/http/redirect-uri-rules.ts';

const app = 'https://app.example.com';

describe('uriParts', () => {
  it('takes apart what is written', () => {
    expect(uriParts('HTTPS://me:pw@App.example.com:443/a%2fb/?q=1?2#f?#g')).to.deep.equal({
      scheme: 'HTTPS',
      authority: 'me:pw@App.example.com:443',
      userinfo: 'me:pw',
      host: 'App.example.com',
      port: '443',
      path: '/a%2fb/',
      query: 'q=1?2',
      fragment: 'f?#g',
    });
    expect(uriParts('com.example.app:/cb')).to.deep.equal({
      scheme: 'com.example.app',
      authority: null,
      userinfo: null,
      host: '',
      port: null,
      path: '/cb',
      query: null,
      fragment: null,
    });
    const hosts = ['http://[::1]:80/', 'http://[::1]', 'http://a@b@c:/', 'http://[::1', 'http://1:2:3'];
    expect(
      hosts.map((uri) => [uriParts(uri).userinfo, uriParts(uri).host, uriParts(uri).port]),
    ).to.deep.equal([
      [null, '[::1]', '80'],
      [null, '[::1]', null],
      ['a@b', 'c', ''],
      [null, '[', ':1'],
      [null, '1:2', '3'],
    ]);
  });

  it('loses nothing', () => {
    const texts = fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true, withFragments: true }));
    const odd = fc.string({ unit: fc.constantFrom(...'ab:/?#@[]%\n*.1é'.split('')) });
    fc.assert(fc.property(fc.oneof(texts, odd), (uri) => uriText(uriParts(uri)) === uri));
  });
});

const differences: readonly (readonly [string, string, readonly string[]])[] = [
  [`${app}/cb`, `${app}/cb/`, ['trailing-slash']],
  [app, `${app}/`, ['trailing-slash']],
  [`${app}/cb`, 'http://app.example.com/cb', ['scheme']],
  [`${app}/cb`, 'HTTPS://app.example.com/cb', ['scheme-case']],
  [`${app}/cb`, 'com.example.app://app.example.com/cb', ['custom-scheme']],
  ['com.example.app:/cb', 'com.example.app://cb', ['slashes']],
  [`${app}/cb`, 'https://me@app.example.com/cb', ['userinfo']],
  [`${app}/cb`, 'https://App.example.com/cb', ['host-case']],
  [`${app}/cb`, 'https://www.app.example.com/cb', ['www']],
  [`${app}/cb`, 'https://other.example.com/cb', ['host']],
  ['https://bücher.example/cb', 'https://xn--bcher-kva.example/cb', ['idn']],
  ['http://localhost:3000/cb', 'http://127.0.0.1:3000/cb', ['loopback']],
  ['http://[::1]/cb', 'http://localhost/cb', ['loopback']],
  [`${app}/cb`, `${app}:443/cb`, ['default-port']],
  [`${app}/cb`, `${app}:/cb`, ['default-port']],
  ['http://app.example.com:443/cb', 'http://app.example.com/cb', ['port']],
  [`${app}:8443/cb`, `${app}/cb`, ['port']],
  [`${app}/cb`, `${app}/CB`, ['path-case']],
  [`${app}/cb`, `${app}/CB/`, ['path-case', 'trailing-slash']],
  [`${app}/a%2Fb`, `${app}/a%2fb`, ['percent-encoding-case']],
  [`${app}/a b`, `${app}/a%20b`, ['percent-encoding']],
  [`${app}/%63b`, `${app}/cb`, ['percent-encoding']],
  [`${app}/cb`, `${app}/callback`, ['path']],
  [`${app}/cb?a=1`, `${app}/cb`, ['query-missing']],
  [`${app}/cb`, `${app}/cb?a=1`, ['query-extra']],
  [`${app}/cb?a=1&b=2`, `${app}/cb?b=2&a=1`, ['query-order']],
  [`${app}/cb?a=1&b=2`, `${app}/cb?a=1&c=3`, ['query-missing', 'query-extra']],
  [`${app}/cb?a=1`, `${app}/cb?a=2`, ['query-value']],
  [`${app}/cb?a=1`, `${app}/cb?a=1&a=1`, ['query']],
  [`${app}/cb?a=%7e`, `${app}/cb?a=~`, ['percent-encoding']],
  [`${app}/cb`, `${app}/cb#`, ['fragment']],
  [`${app}/cb`, ` ${app}/cb`, ['white-space']],
  [
    `${app}/cb`,
    'http://App.example.com:8080/CB?x',
    ['scheme', 'host-case', 'port', 'path-case', 'query-extra'],
  ],
];

describe('uriDifferences', () => {
  for (const [registered, requested, components] of differences) {
    it(`${registered} and ${requested}: ${components.join(', ')}`, () => {
      const found = uriDifferences(registered, requested).map(({ component }) => component);
      expect(found).to.deep.equal(components);
    });
  }

  it('says what each has', () => {
    expect(uriDifferences(`${app}/cb?a=1`, `${app}:8443/cb?a=2&b=3`)).to.deep.equal([
      { component: 'port', words: 'the port', registered: '', requested: '8443' },
      {
        component: 'query-extra',
        words: 'the parameter b, which is not registered',
        registered: '',
        requested: 'b',
      },
      { component: 'query-value', words: 'the value of the parameter a', registered: '1', requested: '2' },
    ]);
  });

  it('finds some wherever two texts differ, and none where they do not', () => {
    const odd = fc.string({ unit: fc.constantFrom(...'aA:/?#@[]%&=2 f.'.split('')) });
    fc.assert(
      fc.property(odd, odd, (a, b) => uriDifferences(a, b).length > 0 === (a !== b)),
      { numRuns: 2000 },
    );
  });
});

describe('compareRedirectUri', () => {
  it('names the nearest, in what it differs and where the two part', () => {
    const registered = ['https://other.example.com/cb', `${app}/cb/`, `${app}/somewhere`];
    expect(compareRedirectUri(registered, `${app}/cb`)).to.deep.equal({
      accepted: false,
      by: null,
      refused: null,
      depends: [],
      nearest: `${app}/cb/`,
      differences: [
        { component: 'trailing-slash', words: 'a slash at the end', registered: '/cb/', requested: '/cb' },
      ],
      at: 26,
    });
  });

  it('says in what way it is accepted, and what is left of the difference', () => {
    const { accepted, by, differences, at } = compareRedirectUri(
      'http://127.0.0.1/cb',
      'http://127.0.0.1:9/cb',
    );
    expect([accepted, by, differences.map(({ component }) => component), at]).to.deep.equal([
      true,
      'loopback-port',
      ['port'],
      16,
    ]);
    const same = compareRedirectUri(`${app}/cb`, `${app}/cb`);
    expect([same.accepted, same.by, same.differences, same.at]).to.deep.equal([true, 'exact', [], null]);
  });

  it('has nothing to compare with where nothing is registered', () => {
    expect(compareRedirectUri([], `${app}/cb`)).to.deep.equal({
      accepted: false,
      by: null,
      refused: null,
      depends: [],
      nearest: null,
      differences: [],
      at: null,
    });
  });

  it('names what is turned away, and the facts on which an answer depends', () => {
    const rules: RedirectUriRules = {
      id: 'made-up',
      title: 'Made up',
      basis: 'source',
      sources: ['nowhere'],
      says: '',
      accepts: [{ by: 'exact' }],
      refuses: [{ what: 'fragment' }, { what: 'http', unless: ['development'] }],
    };
    const plain = 'http://app.example.com/cb';
    expect([
      compareRedirectUri(`${app}/#a`, `${app}/#a`, rules).refused,
      compareRedirectUri(plain, plain, rules).depends,
      compareRedirectUri(plain, plain, rules).accepted,
      compareRedirectUri(plain, plain, rules, { development: true }).accepted,
      compareRedirectUri(plain, plain, rules, { development: false }).refused,
      compareRedirectUri(plain, `${plain}/`, rules).accepted,
    ]).to.deep.equal(['fragment', ['development'], null, true, 'http', false]);
  });

  it('never throws, whatever is written and whoever compares', () => {
    const odd = fc.string({ unit: fc.constantFrom(...'ahtps:/?#@[]%&=2*. 127\u0000é'.split('')) });
    const rules = fc.constantFrom(...redirectUriRules());
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 3 }), odd, rules, (registered, requested, each) => {
        const { accepted } = compareRedirectUri(registered, requested, each);
        return accepted === null || typeof accepted === 'boolean';
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts what is registered as it is, of all servers and of any https address', () => {
    const paths = fc.webUrl({ validSchemes: ['https'], withQueryParameters: true });
    fc.assert(
      fc.property(paths, fc.constantFrom(...redirectUriRules()), (uri, rules) => {
        const { accepted, refused } = compareRedirectUri(uri, uri, rules);
        return refused !== null || accepted === true || /^https:\/\/\d/.test(uri);
      }),
    );
  });

  it('goes through what is huge', () => {
    const long = '/%2e%2E'.repeat(10_000);
    const query = `?${'a=1&b=2&'.repeat(10_000)}`;
    for (const rules of redirectUriRules()) {
      for (const tail of [long, query, '@'.repeat(50_000), ':'.repeat(50_000), '*'.repeat(50_000)]) {
        const { accepted } = compareRedirectUri([`${app}${tail}`, `${app}/*`, '*'], `${app}${tail}x`, rules);
        expect(accepted).to.be.oneOf([true, false, null]);
      }
    }
  });
});
