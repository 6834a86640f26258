/** Authorization requests: what they say, and the address to open (RFC 6749 section 4.1.1, RFC 7636, RFC 9126). */
import type { Environment, Exchange, Json, OAuth2Credential } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import { bindEndpoint } from '../endpoint.ts';
import { unsentFailure } from '../oauth2/acquisition.ts';
import { breakerKeys } from '../oauth2/breaker-keys.ts';
import type { CredentialFailure } from '../presentation.ts';
import type { AuthorizationDoors } from './authorize.ts';
import { encodeText } from './form-encoding.ts';
import { addressOf } from './pushed-request.ts';

/** What only this request knows. */
export interface Flow {
  readonly redirect_uri: string;
  readonly state: string;
  readonly nonce: string | null;
  readonly code_verifier: Secret;
  readonly parameters: readonly (readonly [name: string, value: Value])[];
}

export interface Begun {
  readonly url: URL;
  readonly flow: Flow;
  /** Metadata of the authorization server. */
  readonly values: Readonly<Record<string, Json>>;
  readonly environment: Environment;
}

/** Discovery, then the request, pushed where it must be; what was sent for it goes to `exchanges`. */
export async function beginFlow(
  credential: OAuth2Credential,
  environment: Environment,
  doors: AuthorizationDoors,
  exchanges: Exchange[],
): Promise<Begun | { readonly failure: CredentialFailure }> {
  const fails = (message: string, exchange?: Exchange | null) => {
    const unsent = unsentFailure(doors.redactor.redact(message), environment);
    return { failure: { ...unsent, ...(exchange ? { exchange } : {}) } };
  };
  const { issuer } = credential.client;
  const found = await doors.discovery.find(environment, issuer);
  exchanges.push(...found.exchanges);
  const values = found.values ?? {};
  const stated = Object.hasOwn(issuer.metadata, 'authorization_endpoint');
  if (found.failure && !stated) return fails(found.failure, found.exchange);
  const endpoint = bindEndpoint('authorization_endpoint', issuer, values, environment);
  if ('problem' in endpoint) return fails(endpoint.problem, found.exchange);
  const key = breakerKeys(credential.client, environment, null, doors.ledger).credential(credential.name);
  const dpop = (await doors.dpop?.of(key, credential)) ?? null;
  const flow = await flowOf(credential, dpop?.jkt ?? null, doors);
  if ('problem' in flow) return fails(flow.problem);
  const url = await addressOf(endpoint.url, flow, credential, environment, values, doors, exchanges);
  return 'failure' in url ? url : { url, flow, values, environment };
}

async function flowOf(
  { name, client, scope, resource, audience, asks }: OAuth2Credential,
  dpop_jkt: string | null,
  { random, ledger }: AuthorizationDoors,
): Promise<Flow | { readonly problem: string }> {
  const redirect_uri = asks?.redirect_uri ?? client.redirect_uris[0];
  if (redirect_uri === undefined)
    return { problem: `The client "${client.name}" has no redirect_uris, and "${name}" names none.` };
  const oauth = await import('oauth4webapi');
  const code_verifier = ledger.secret(`${name} code_verifier`, random.token(32));
  const state = random.token(16);
  const nonce = scope?.split(' ').includes('openid') ? random.token(16) : null;
  const own: [string, Value | null | undefined][] = [
    ['response_type', 'code'],
    ['client_id', client.client_id],
    ['redirect_uri', redirect_uri],
    ['scope', scope],
    ['state', state],
    ['nonce', nonce],
    ['code_challenge', await oauth.calculatePKCECodeChallenge(code_verifier.reveal())],
    ['code_challenge_method', 'S256'],
    ['dpop_jkt', dpop_jkt],
    ...resource.map((each): [string, string] => ['resource', each]),
    ['audience', audience],
    ['authorization_details', textOf(asks?.authorization_details ?? null)],
    ['acr_values', asks?.acr_values],
    ['max_age', asks?.max_age?.toString()],
    ['login_hint', asks?.login_hint],
  ];
  const names = new Set(own.map(([each]) => each));
  const more = Object.entries(asks?.parameters ?? {}).filter(([each]) => !names.has(each));
  const learn = (each: string, value: Value): Value => {
    if (!(value instanceof Secret)) return value;
    ledger.secret(each, value.map(encodeText));
    return ledger.secret(each, value);
  };
  const parameters = [...own, ...more].flatMap(([each, value]): [string, Value][] =>
    value === null || value === undefined || value === '' ? [] : [[each, learn(each, value)]],
  );
  return { redirect_uri, state, nonce, code_verifier, parameters };
}

function textOf(details: Json): string | null {
  return details === null || typeof details === 'string' ? details : JSON.stringify(details);
}
