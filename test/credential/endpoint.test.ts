import { expect } from 'chai';
import { bindEndpoint } from '../../src/credential/endpoint.ts';
import { environmentOf, issuerOf } from './support.ts';

const staging = environmentOf('staging');
const mapped = environmentOf('staging', {
  transport: { ...staging.transport, connectTo: new Map([['login.example.test:80', '127.0.0.1:8080']]) },
});
/** Parts that are left out fit everything. */
const partly = (from: string, to: string): typeof staging =>
  environmentOf('staging', { transport: { ...staging.transport, connectTo: new Map([[from, to]]) } });
const proxied = environmentOf('staging', {
  transport: { ...staging.transport, proxy: 'http://proxy.example.test:3128' },
});

describe('bindEndpoint', () => {
  for (const [issuer, endpoint, environment, bound] of [
    ['https://a.example.test', 'https://a.example.test/token', staging, true],
    ['https://a.example.test/tenant', 'https://a.example.test/other/token', staging, true],
    ['https://a.example.test', 'https://A.EXAMPLE.test:443/token', staging, true],
    ['https://a.example.test', 'https://a.example.test:8443/token', staging, false],
    ['https://a.example.test', 'https://b.a.example.test/token', staging, false],
    ['https://a.example.test', 'https://a.example.test.evil.test/token', staging, false],
    ['https://a.example.test', 'https://a.example.test@evil.test/token', staging, false],
    ['https://a.example.test', 'http://a.example.test/token', staging, false],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/token', staging, true],
    ['http://127.0.0.1:1', 'http://localhost:1/token', staging, false],
    ['http://[::1]:1', 'http://[::1]:1/token', staging, true],
    ['http://login.example.test', 'http://login.example.test/token', mapped, true],
    ['http://login.example.test', 'http://login.example.test/token', staging, false],
    ['http://login.example.test', 'http://login.example.test/token', partly(':80', '127.0.0.1:'), true],
    ['http://[::1]:1', 'http://[::1]:1/token', partly('[::1]:', 'far.example.test:'), false],
    ['http://localhost:1', 'http://localhost:1/token', partly('localhost:', 'far.example.test:'), false],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/token', partly(':1', 'far.example.test:80'), false],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/token', proxied, false],
    ['https://a.example.test', 'https://a.example.test/token', proxied, true],
    ['https://a.example.test', 'https://user@a.example.test/token', staging, false],
    ['https://a.example.test', 'https://:password@a.example.test/token', staging, false],
    ['https://a.example.test', 'https://a.example.test/token#x', staging, false],
  ] as const) {
    it(`${bound ? 'accepts' : 'refuses'} ${endpoint} of ${issuer}${environment === mapped ? ' on this machine' : environment === proxied ? ' by a proxy' : ''}`, () => {
      const found = bindEndpoint(
        'token_endpoint',
        issuerOf(issuer),
        { token_endpoint: endpoint },
        environment,
      );
      expect('url' in found ? found.url.href : null).to.equal(bound ? new URL(endpoint).href : null);
    });
  }
});
