/** Under which name the refresh token of a credential is kept between runs. */
import type { Environment, OAuth2Credential } from '../../model.ts';

/** One name a credential, environment, client and issuer: a token never comes to another client or server. */
export function vaultKey({ name, client }: OAuth2Credential, environment: Environment): string {
  return JSON.stringify([client.issuer.issuer, client.client_id, environment.name, name]);
}
