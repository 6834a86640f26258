/** What counts as the same client, the same credential and the same grant where one of them was refused. */
import { expect } from 'chai';
import { createLedger } from '../../../src/credential/ledger.ts';
import { breakerKeys } from '../../../src/credential/oauth2/breaker-keys.ts';
import type { Environment } from '../../../src/model.ts';
import { createRedactor, Secret } from '../../../src/secret.ts';
import { systemRandom } from '../../support/replay.ts';
import { clientOf, environmentOf, issuerOf } from '../support.ts';

const issuer = issuerOf('https://login.example.test');
const ledger = createLedger(createRedactor(), systemRandom);
const certified = (name: string, cert: string): Environment => {
  const { transport } = environmentOf(name);
  return environmentOf(name, { transport: { ...transport, clientCertificate: { cert, key: 'key' } } });
};

describe('breakerKeys', () => {
  const key = (
    environment: Environment,
    method: 'client_secret_basic' | 'tls_client_auth',
    secret = 's',
  ): string =>
    breakerKeys(
      clientOf(issuer, { token_endpoint_auth_method: method }),
      environment,
      Secret.named('s', secret),
      ledger,
    ).client;

  it('are the same under another name of the same servers, for clients with a certificate too', () => {
    for (const method of ['client_secret_basic', 'tls_client_auth'] as const)
      expect(key(certified('production', 'a'), method)).to.equal(key(certified('twin', 'a'), method));
  });

  it('are the same whatever API is asked with the token, and whoever else is reached in another way', () => {
    const { transport } = environmentOf('twin');
    const connectTo = new Map([['other.example.test:443', 'canary.example.test:443']]);
    const others = [
      environmentOf('twin', { origins: new Map([['api', 'https://other.example.test']]) }),
      environmentOf('twin', { transport: { ...transport, connectTo } }),
    ];
    for (const other of others)
      expect(key(other, 'client_secret_basic')).to.equal(key(environmentOf('a'), 'client_secret_basic'));
  });

  it('tell another secret, another certificate and another authorization server', () => {
    const { transport } = environmentOf('twin');
    const connectTo = new Map([['login.example.test:', 'login-2.example.test:']]);
    const elsewhere = environmentOf('twin', { transport: { ...transport, connectTo } });
    const keys = [
      key(certified('production', 'a'), 'tls_client_auth'),
      key(certified('twin', 'b'), 'tls_client_auth'),
      key(certified('twin', 'a'), 'client_secret_basic'),
      key(certified('twin', 'a'), 'client_secret_basic', 'another'),
      key(elsewhere, 'client_secret_basic'),
    ];
    expect(new Set(keys).size).to.equal(keys.length);
  });
});
