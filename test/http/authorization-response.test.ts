import { expect } from 'chai';
import { pointsTo } from '../../src/http/authorization-response.ts';

const registered = 'https://app.example.test/callback';

describe('a redirect_uri', () => {
  for (const [target, redirect_uri, is] of [
    ['https://app.example.test/callback?code=a&state=b', registered, true],
    ['https://app.example.test:443/callback', registered, true],
    ['https://app.example.test/callback/', registered, false],
    ['https://app.example.test/Callback', registered, false],
    ['http://app.example.test/callback', registered, false],
    ['https://app.example.test:8443/callback', registered, false],
    ['https://app.example.test.evil.test/callback', registered, false],
    ['http://127.0.0.1:51004/callback', 'http://127.0.0.1/callback', true],
    ['http://127.0.0.1:51004/callback', 'http://127.0.0.1:3000/callback', false],
    ['http://127.0.0.1:51004/other', 'http://127.0.0.1/callback', false],
    ['com.example.app:/callback?code=a', 'com.example.app:/callback', true],
    ['com.example.app:/callback', 'not a URL', false],
  ] as const) {
    it(`${is ? 'is' : 'is not'} ${target}, where ${redirect_uri} is registered`, () => {
      expect(pointsTo(new URL(target), redirect_uri)).to.equal(is);
    });
  }
});
