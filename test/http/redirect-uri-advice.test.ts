import { expect } from 'chai';
import fc from 'fast-check';
import { redirectUriAdvice } from '../../src/http/redirect-uri-advice.ts';
import type { UriAdvice, UriSurroundings } from '../../src/http/redirect-uri-advice-rule.ts';

const around: UriSurroundings = {
  redirect_uris: [],
  index: 0,
  client_id: 'web',
  public: false,
  origins: ['https://api.example.com'],
  protected: true,
};

function said(uri: string, parts: Partial<UriSurroundings> = {}): readonly UriAdvice[] {
  return redirectUriAdvice({ ...around, redirect_uris: [uri], ...parts });
}

function ids(uri: string, parts: Partial<UriSurroundings> = {}): readonly string[] {
  return said(uri, parts).map(({ id, severity }) => `${id.replace('redirect-uri-', '')} ${severity}`);
}

const native = { public: true };
const local = { origins: ['http://localhost:8080', 'https://api.example.com'] };

describe('redirectUriAdvice', () => {
  const cases: readonly (readonly [string, Partial<UriSurroundings>, readonly string[]])[] = [
    ['', {}, ['absolute error']],
    ['/callback', {}, ['absolute error']],
    ['app.example.com/callback', {}, ['absolute error']],
    ['https:/app.example.com/callback', {}, ['absolute error']],
    ['https://', {}, ['absolute error']],
    ['https://app.example.com:port/callback', {}, ['absolute error']],
    ['https://app.example.com/callback ', {}, ['white-space error']],
    ['https://app.example.com/call back', {}, ['white-space error']],
    ['https://app.example.com/callback\n', {}, ['white-space error']],
    ['javascript:alert(1)', {}, ['script error']],
    ['https://app.example.com/#/callback', {}, ['fragment error']],
    ['https://app.example.com/callback#', {}, ['fragment error']],
    ['http://app.example.com/callback', {}, ['https error']],
    ['http://app.example.com/callback', { origins: ['http://api.internal:8080'] }, []],
    ['http://app.example.test/callback', {}, []],
    ['https://*.example.com/callback', {}, ['wildcard error']],
    ['https://app.example.com/*', { rules: 'keycloak' }, ['wildcard warning']],
    ['https://app.example.com:*/callback', {}, ['wildcard error']],
    ['https://me:pw@app.example.com/callback', {}, ['userinfo warning']],
    ['https://app.example.com/go?to=https%3A%2F%2Fapp.example.com', {}, ['open-redirector warning']],
    ['https://app.example.com/go?a=b&to=//other.example', {}, ['open-redirector warning']],
    ['https://app.example.com/go?to=/orders', {}, []],
    ['myapp://callback', native, ['private-scheme warning']],
    ['com.example.app:/callback', native, []],
    ['msal0f1e2d3c://auth', { ...native, client_id: '0f1e2d3c' }, []],
    ['urn:ietf:wg:oauth:2.0:oob', native, []],
    ['https://localhost:3000/callback', {}, ['localhost warning']],
    ['http://127.0.0.1:3000/callback', {}, ['localhost warning']],
    ['http://localhost:3000/callback', { protected: false }, []],
    ['http://localhost:3000/callback', local, []],
    ['http://localhost/callback', native, ['loopback-name info']],
    ['http://127.0.0.1/callback', native, []],
    ['http://[::1]/callback', native, []],
    ['https://10.0.0.7/callback', {}, ['inner-host warning']],
    ['https://web/callback', {}, ['inner-host warning']],
    ['https://web.svc/callback', { origins: ['https://api.svc'] }, []],
    ['https://web.svc/callback', { protected: false }, []],
    ['https://App.example.com/callback', {}, ['spelling warning']],
    ['HTTPS://app.example.com:443/callback', {}, ['spelling warning']],
    ['https://app.example.com:/callback', {}, ['spelling warning']],
    ['https://bücher.example/callback', {}, ['spelling warning']],
    ['https://app.example.com/callback', {}, []],
    ['https://pr-17.preview.example.com/callback?tenant=acme', {}, []],
    ['https://app.example.com/a%20b/', {}, []],
    [
      'http://Me@App.example.com/cb#a',
      {},
      ['https error', 'userinfo warning', 'fragment error', 'spelling warning'],
    ],
  ];
  for (const [uri, parts, expected] of cases) {
    it(`says of ${JSON.stringify(uri)} ${JSON.stringify(parts)}: ${expected.join(', ') || 'nothing'}`, () => {
      expect(ids(uri, parts)).to.deep.equal(expected);
    });
  }

  it('takes no web application without a secret for a native app', () => {
    const redirect_uris = ['https://app.example.com/callback', 'http://localhost:3000/callback'];
    expect(ids('', { ...native, redirect_uris, index: 1 })).to.deep.equal(['localhost warning']);
  });

  it('sees the others of the client', () => {
    const redirect_uris = [
      'https://app.example.com/callback',
      'https://app.example.com/callback/',
      'https://app.example.com/callback',
      'https://app.example.com/silent',
      'https://www.app.example.com/callback',
    ];
    expect(redirect_uris.map((uri, index) => ids(uri, { redirect_uris, index }))).to.deep.equal([
      [],
      ['near-duplicate info'],
      ['duplicate warning'],
      [],
      [],
    ]);
  });

  it('says what is wrong, what to do and who says so', () => {
    expect(said('https://App.example.com:443/callback?a#b')).to.deep.equal([
      {
        id: 'redirect-uri-fragment',
        severity: 'error',
        summary:
          'The redirect_uri https://App.example.com:443/callback?a#b has a fragment, and must not have one.',
        fix: 'Register and send https://App.example.com:443/callback?a; an application with routes in the fragment needs a path for the answer.',
        references: ['RFC 6749 section 3.1.2'],
      },
      {
        id: 'redirect-uri-spelling',
        severity: 'warning',
        summary:
          'The redirect_uri https://App.example.com:443/callback?a#b is written unusually: its host has upper case letters, its port 443 is that of the scheme. Clients tidy that up, and then it is not equal to what is registered.',
        fix: 'Register and send https://app.example.com/callback?a#b',
        references: ['RFC 9700 section 4.1.3', 'RFC 3986 section 6.2.1'],
      },
    ]);
  });

  it('does not show a password', () => {
    for (const { summary, fix } of said('http://me:hunter2@app.example.com/#a'))
      expect(`${summary} ${fix}`).not.to.include('hunter2');
  });

  it('never throws', () => {
    const odd = fc.string({ unit: fc.constantFrom(...'ahtps:/?#@[]%&=2*. 127\u0000é'.split('')) });
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 3 }), fc.nat(2), (redirect_uris, index) =>
        Array.isArray(redirectUriAdvice({ ...around, redirect_uris, index })),
      ),
      { numRuns: 1000 },
    );
  });
});
