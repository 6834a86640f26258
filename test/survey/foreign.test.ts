import { expect } from 'chai';
import { ownerOf } from '../../src/survey/foreign.ts';
import { environment } from '../compare/environments.ts';

const staging = environment('staging', {
  origins: { api: 'https://api.staging.example.test' },
  issuers: { main: 'https://login.staging.example.test' },
});
const production = environment('production', {
  origins: { api: 'https://api.example.test', entry: 'http://www.example.test' },
  issuers: { main: 'https://login.example.test' },
});
const canary = environment('canary', {
  extends: 'production',
  origins: { api: 'https://canary.example.test', entry: 'http://www.example.test' },
  issuers: { main: 'https://login.example.test' },
});
const known = [staging, production, canary];

describe('whose an address is', () => {
  for (const [what, own, url, owner] of [
    ['a host of another environment', production, 'https://api.staging.example.test/orders', 'staging'],
    ['an issuer of another environment', production, 'https://login.staging.example.test', 'staging'],
    ['its own', production, 'https://api.example.test/orders', null],
    ["nobody's", production, 'https://cdn.example.org/', null],
    ['its own host over another scheme', production, 'https://www.example.test/', null],
    ['a host that it shares, over another scheme', canary, 'https://www.example.test/', null],
    ['a host of the environment with which it is one system', canary, 'https://api.example.test/', null],
    ['a host of another system', canary, 'https://api.staging.example.test/', 'staging'],
    ['no address', production, 'orders', null],
  ] as const)
    it(`is told of ${what}`, () => {
      expect(ownerOf(url, own, known)?.name ?? null).to.equal(owner);
    });
});
