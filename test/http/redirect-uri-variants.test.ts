import { expect } from 'chai';
import { nearness, transplanted, variantsOf } from '../../src/http/redirect-uri-variants.ts';

describe('variantsOf', () => {
  for (const [redirect_uri, expected] of [
    [
      'https://app.example.test/callback',
      [
        'https://app.example.test/callback/',
        'http://app.example.test/callback',
        'https://app.example.test:443/callback',
        'https://app.example.test/Callback',
        'https://www.app.example.test/callback',
      ],
    ],
    [
      'http://localhost:3000/Auth/cb/?next=%2F',
      [
        'http://localhost:3000/Auth/cb?next=%2F',
        'https://localhost:3000/Auth/cb/?next=%2F',
        'http://127.0.0.1:3000/Auth/cb/?next=%2F',
        'http://localhost:3000/Auth/cb/',
        'http://localhost/Auth/cb/?next=%2F',
        'http://localhost:3000/auth/cb/?next=%2F',
      ],
    ],
    [
      'https://WWW.Example.test/a%20b',
      [
        'https://WWW.Example.test/a%20b/',
        'http://WWW.Example.test/a%20b',
        'https://www.example.test/a%20b',
        'https://WWW.Example.test:443/a%20b',
        'https://WWW.Example.test/A%20b',
        'https://Example.test/a%20b',
        'https://WWW.Example.test/a b',
      ],
    ],
    ['com.example.app:/callback', ['com.example.app://callback', 'com.example.app:/callback/']],
    [
      'http://[::1]/cb',
      [
        'http://[::1]/cb/',
        'https://[::1]/cb',
        'http://localhost/cb',
        'http://[::1]:80/cb',
        'http://[::1]/Cb',
      ],
    ],
    ['not a url', []],
  ] as const) {
    it(`changes one thing of ${redirect_uri} at a time`, () => {
      expect(variantsOf(redirect_uri).map((variant) => variant.redirect_uri)).to.deep.equal(expected);
    });
  }

  it('says how two differ', () => {
    const uri = 'https://app.example.test/callback';
    expect([
      nearness(uri, `${uri}/`),
      nearness(uri, 'http://app.example.test/callback'),
      nearness(uri, 'https://other.example.test/callback'),
      nearness(uri, uri),
    ]).to.deep.equal(['a slash at the end', 'the scheme', null, null]);
  });

  it('puts what another environment has on the own host', () => {
    const own = 'https://app.example.test/callback';
    expect([
      transplanted('https://app.staging.example.test/cb?a=b', own),
      transplanted('http://localhost:3000/cb', own),
      transplanted('com.example.app:/cb', own),
      transplanted('https://app.staging.example.test/$&', own),
      transplanted('https://app.staging.example.test/cb', 'com.example.app:/cb'),
    ]).to.deep.equal([
      'https://app.example.test/cb?a=b',
      'https://app.example.test/cb',
      'com.example.app:/cb',
      'https://app.example.test/$&',
      'https://app.staging.example.test/cb',
    ]);
  });
});
