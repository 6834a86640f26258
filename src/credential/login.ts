/** Logins by a person, for the refresh token that runs start from: authorization code (RFC 8252) and device (RFC 8628). */
import type { Environment, Exchange, JsonMap, OAuth2Credential } from '../model.ts';
import { unsentFailure } from './acquisition.ts';
import { bindEndpoint } from './endpoint.ts';
import type { Discovery } from './metadata.ts';
import { authenticationOf, type ClientAuthentication } from './oauth2.ts';
import type { CredentialFailure, RefreshVault } from './presentation.ts';
import type { StoreParts } from './store.ts';
import { readTokenAnswer } from './token-answer.ts';
import { vaultKey } from './vault-key.ts';

export interface LoginParts extends StoreParts {
  readonly vault: RefreshVault;
  readonly discovery: Discovery;
}
/** One login of one credential. */
export interface LoginContext {
  readonly credential: OAuth2Credential;
  readonly environment: Environment;
  readonly parts: LoginParts;
  readonly authentication: ClientAuthentication;
  readonly metadata: JsonMap;
  /** All that was sent. */
  readonly exchanges: Exchange[];
}
export type LoginOutcome =
  /** The refresh token is in the vault. */
  { readonly scope: string | null } | { readonly failure: CredentialFailure };

/** Metadata and client authentication, before a person is asked for anything. */
export async function createLogin(
  credential: OAuth2Credential,
  environment: Environment,
  parts: LoginParts,
): Promise<LoginContext | { readonly failure: CredentialFailure }> {
  const { client } = credential;
  const authentication = authenticationOf(client, parts.ledger);
  if ('problem' in authentication) return { failure: unsentFailure(authentication.problem, environment) };
  const found = await parts.discovery.find(environment, client.issuer);
  if (found.failure !== null) {
    const exchange = found.exchange ?? unsentFailure('', environment).exchange;
    return { failure: { error: null, message: found.failure, exchange, shared: false } };
  }
  const metadata = found.values ?? {};
  return { credential, environment, parts, authentication, metadata, exchanges: [...found.exchanges] };
}

export function endpointOf(
  name: string,
  { credential, environment, metadata }: LoginContext,
): { readonly url: URL } | { readonly failure: CredentialFailure } {
  const bound = bindEndpoint(name, credential.client.issuer, metadata, environment);
  return 'url' in bound ? bound : { failure: unsentFailure(bound.problem, environment) };
}

/** What is asked for, beside what the flow itself needs. */
export function askedFor({ scope, resource, audience, asks }: OAuth2Credential): URLSearchParams {
  const asked = new URLSearchParams();
  if (scope) asked.append('scope', scope);
  for (const one of resource) if (one !== '') asked.append('resource', one);
  if (audience) asked.append('audience', audience);
  const plain: Record<string, string | null> = {
    acr_values: asks?.acr_values ?? null,
    max_age: asks?.max_age == null ? null : String(asks.max_age),
    login_hint: asks?.login_hint ?? null,
    authorization_details:
      asks?.authorization_details == null ? null : JSON.stringify(asks.authorization_details),
  };
  for (const [name, value] of Object.entries(plain)) if (value !== null) asked.append(name, value);
  // Secret ones have no place in an address that is printed.
  for (const [name, value] of Object.entries(asks?.parameters ?? {}))
    if (typeof value === 'string') asked.append(name, value);
  return asked;
}

/** The refresh token of a token answer, to the vault. */
export async function conclude(exchange: Exchange, context: LoginContext): Promise<LoginOutcome> {
  const { credential, environment, parts, exchanges } = context;
  const { ledger, redactor, vault } = parts;
  exchanges.push(exchange);
  const fails = (message: string, error: string | null = null): LoginOutcome => ({
    failure: { error, message: redactor.redact(message), exchange, shared: false },
  });
  const result = readTokenAnswer(exchange, credential.name, ledger, redactor);
  if ('refusal' in result) return fails(result.refusal.message, result.refusal.error);
  const { refresh_token, scope } = result.answer;
  if (!refresh_token) {
    const hint = /\boffline_access\b/.test(credential.scope ?? '')
      ? 'The client may not have the grant refresh_token.'
      : 'Many servers give one only where the scope has offline_access.';
    return fails(`The login succeeded, but the token endpoint gave no refresh_token. ${hint}`);
  }
  await vault.write(vaultKey(credential, environment), refresh_token.reveal());
  return { scope: scope ?? credential.scope };
}
