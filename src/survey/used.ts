/** What the project file needs of an authorization server: only that is judged. */
import { assertionAlg } from '../credential/oauth2/client-key.ts';
import { wireNames } from '../http/grant-types.ts';
import type { Client, Credential, Environment, Issuer, OAuth2Credential, Source } from '../model.ts';
import type { SurveyContext } from './context.ts';

/** A value that is used, and where the file says so first. */
export type Uses = ReadonlyMap<string, Source>;

export interface Used {
  readonly scopes: Uses;
  /** Wire names of grants. */
  readonly grants: Uses;
  /** Authentication methods of confidential clients. */
  readonly authMethods: Uses;
  /** Algorithms of client assertions: what is written, or what the key has. */
  readonly assertionAlgs: Uses;
  /** `code`, where users log in. */
  readonly responseTypes: Uses;
  /** A code client that does not push its requests (RFC 9126). */
  readonly unpushed: Source | null;
  /** A credential or client that wants tokens bound by DPoP (RFC 9449). */
  readonly dpop: Source | null;
  /** Members of the metadata without which nothing works. */
  readonly endpoints: Uses;
}

/** All credentials of the environment: those of the file, and those of its scenarios. */
export function credentialsOf({
  environment,
  credentials,
}: Pick<SurveyContext, 'environment' | 'credentials'>): Credential[] {
  return [...new Map([...environment.credentials, ...credentials]).values()];
}

export function usedOf(context: SurveyContext, issuer: Issuer): Used {
  const clients = clientsOf(context.environment, issuer);
  const credentials = credentialsOf(context)
    .filter((each): each is OAuth2Credential => each.type === 'oauth2')
    .filter(({ client }) => client.issuer.name === issuer.name);
  const all = [...clients, ...credentials.map(({ client }) => client)];
  const codeClients = all.filter((client) => isCodeClient(client, credentials));
  const confidential = all.filter(({ token_endpoint_auth_method: method }) => method !== 'none');
  const bound = credentials.find(({ asks }) => asks?.dpop);
  return {
    scopes: first(credentials.flatMap((each) => scopesOf(each))),
    grants: first([
      ...credentials.map((each) => [wireNames[each.grant_type], place(each, 'grant_type')] as const),
      ...codeClients.map((each) => ['authorization_code', place(each, 'redirect_uris')] as const),
    ]),
    authMethods: first(
      confidential.map(
        (each) => [each.token_endpoint_auth_method, place(each, 'token_endpoint_auth_method')] as const,
      ),
    ),
    assertionAlgs: first(confidential.flatMap((each) => assertionAlgOf(each))),
    responseTypes: first(codeClients.map((each) => ['code', place(each, 'redirect_uris')] as const)),
    unpushed:
      codeClients
        .filter((each) => !pushes(each, credentials))
        .map((each) => place(each, 'redirect_uris'))[0] ?? null,
    dpop: bound ? place(bound, 'dpop') : null,
    endpoints: first([
      ...credentials.flatMap((each) => endpointsOf(each)),
      ...codeClients.map((each) => ['authorization_endpoint', place(each, 'redirect_uris')] as const),
    ]),
  };
}

function clientsOf({ clients }: Environment, { name }: Issuer): Client[] {
  return [...clients.values()].filter(({ issuer }) => issuer.name === name);
}

function isCodeClient(client: Client, credentials: readonly OAuth2Credential[]): boolean {
  const logsIn = credentials.some(
    (each) => each.client.name === client.name && each.grant_type === 'authorization_code',
  );
  return client.redirect_uris.length > 0 || logsIn;
}

function pushes({ name, settings }: Client, credentials: readonly OAuth2Credential[]): boolean {
  return (
    settings?.require_pushed_authorization_requests === true ||
    credentials.some(({ client, asks }) => client.name === name && asks?.par === true)
  );
}

function scopesOf(credential: OAuth2Credential): (readonly [string, Source])[] {
  const scopes = (credential.scope ?? '').split(' ').filter((each) => each !== '');
  return scopes.map((scope) => [scope, place(credential, 'scope')]);
}

function assertionAlgOf(client: Client): (readonly [string, Source])[] {
  const alg = assertionAlg(client);
  return alg === null ? [] : [[alg, place(client, 'token_endpoint_auth_signing_alg')]];
}

function endpointsOf(credential: OAuth2Credential): (readonly [string, Source])[] {
  const { grant_type: grant, asks, client } = credential;
  const names = ['token_endpoint'];
  if (grant === 'authorization_code') names.push('authorization_endpoint');
  if (grant === 'device_code') names.push('device_authorization_endpoint');
  if (asks?.par || (grant === 'authorization_code' && client.settings?.require_pushed_authorization_requests))
    names.push('pushed_authorization_request_endpoint');
  return names.map((name) => [name, credential.source]);
}

function place({ source, sources }: Client | Credential, key: string): Source {
  return sources[key] ?? source;
}

function first(pairs: readonly (readonly [string, Source])[]): Uses {
  const found = new Map<string, Source>();
  for (const [name, source] of pairs) if (!found.has(name)) found.set(name, source);
  return found;
}
