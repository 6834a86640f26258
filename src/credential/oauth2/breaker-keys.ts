/** What was refused, so that it is not tried again: under whatever name of an environment or a credential. */
import { clientCertificates } from '../../http/client-certificate.ts';
import { issuerReachOf } from '../../http/reach.ts';
import type { Client, Environment, OAuth2Credential } from '../../model.ts';
import { Secret } from '../../secret.ts';
import type { Ledger } from '../ledger.ts';
import { needsCertificate } from './client-authentication.ts';

/** What must not be tried again is kept under these keys. */
export interface BreakerKeys {
  readonly client: string;
  readonly credential: (name: string) => string;
}

export function breakerKeys(
  client: Client,
  environment: Environment,
  proof: Secret | null,
  ledger: Ledger,
): BreakerKeys {
  const { settings } = client;
  const parts = [
    issuerReachOf(client.issuer, environment.transport),
    ...(needsCertificate(client) ? clientCertificates(environment.transport).map(({ cert }) => cert) : []),
    client.client_id,
    client.token_endpoint_auth_method,
    proof && ledger.fingerprint(proof),
    // The same secret, said otherwise, is worth a try.
    ...(settings
      ? [
          settings.kid,
          settings.token_endpoint_auth_signing_alg,
          settings.assertion_audience,
          settings.basic_encoding,
        ]
      : []),
  ];
  return {
    client: JSON.stringify(parts),
    credential: (name) => JSON.stringify([environment.name, name]),
  };
}

/**
 * `client`: the key of the client. Names and places do not count, what is sent does; of a password not what is asked for
 * with it, since attempts are counted.
 */
export function grantKey(client: string, credential: OAuth2Credential, ledger: Ledger): string {
  const { name: _, source: __, sources: ___, client: ____, ...sent } = credential;
  const content = JSON.stringify(
    sent.grant_type === 'password' ? { ...sent, scope: null, resource: [] } : sent,
    function (this: Record<string, unknown>, key: string, value: unknown) {
      const written = this[key];
      if (written instanceof Secret) return ledger.fingerprint(written);
      return written instanceof Map ? [...written] : value;
    },
  );
  return JSON.stringify([client, content]);
}
