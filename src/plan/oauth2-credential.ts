/** A credential of type oauth2: its grant, its client, and what it asks for. */
import type {
  Client,
  Credential,
  GrantType,
  Json,
  OAuth2Asks,
  OAuth2Credential,
  TokenSource,
} from '../model.ts';
import type { Value } from '../secret.ts';
import { isMap, sourceOf } from '../source.ts';
import { clientSettings } from './clients.ts';
import type { CredentialReader } from './credential-reader.ts';
import { planLogin } from './login.ts';
import { mapAt } from './maps.ts';
import { checkClient, checkGrant } from './oauth2-grant.ts';

export function planOAuth2(reader: CredentialReader): OAuth2Credential | null {
  if (!reader.has('grant_type')) reader.need('grant_type');
  const grant_type = grantType(reader.map['grant_type']);
  const client = clientOf(reader);
  if (!client) return null;
  const sound = checkClient(reader, client, mapAt(mapAt(reader.planned.raw, 'clients'), client.name));
  checkGrant(reader, grant_type, client);
  const asks = asksOf(reader, grant_type, client);
  if (!sound) return null;
  return {
    ...reader.base,
    type: 'oauth2',
    grant_type,
    client,
    scope: reader.plain('scope'),
    resource: reader.read.list(reader.map, 'resource'),
    audience: reader.plain('audience'),
    refresh_token: grant_type === 'refresh_token' ? refreshToken(reader) : null,
    ...(asks ? { asks } : {}),
  };
}

/** The first may come from `why401 login`. */
function refreshToken(reader: CredentialReader): Value | null {
  return reader.map['store'] === true ? reader.text('refresh_token') : reader.need('refresh_token');
}

const grants: Readonly<Record<string, GrantType>> = {
  'urn:ietf:params:oauth:grant-type:device_code': 'device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'token_exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'jwt_bearer',
};

function grantType(written: Json | undefined): GrantType {
  if (typeof written !== 'string') return 'client_credentials';
  return grants[written] ?? (written as GrantType);
}

const keys: readonly string[] = [
  'acr_values',
  'actor_token',
  'actor_token_type',
  'assertion',
  'authorization_details',
  'dpop',
  'headers',
  'login',
  'login_hint',
  'max_age',
  'par',
  'parameters',
  'password',
  'redirect_uri',
  'requested_token_type',
  'store',
  'subject_token',
  'subject_token_type',
  'token',
  'username',
];

const ofClient = ['dpop_bound_access_tokens', 'require_pushed_authorization_requests'] as const;

function asksOf(reader: CredentialReader, grant: GrantType, client: Client): OAuth2Asks | null {
  const { settings } = client;
  const plain = grant === 'client_credentials' || grant === 'refresh_token';
  if (plain && !keys.some((key) => reader.has(key)) && !ofClient.some((key) => settings?.[key])) return null;
  const password = grant === 'password';
  const details = reader.map['authorization_details'];
  const maxAge = reader.map['max_age'];
  const flag = (key: string, otherwise: boolean): boolean =>
    typeof reader.map[key] === 'boolean' ? reader.map[key] === true : otherwise;
  return {
    username: password ? reader.need('username') : null,
    password: password ? reader.need('password') : null,
    login: planLogin(reader),
    redirect_uri: reader.plain('redirect_uri'),
    subject_token: tokenSource(reader, 'subject_token', grant === 'token_exchange'),
    actor_token: tokenSource(reader, 'actor_token', false),
    requested_token_type: reader.plain('requested_token_type'),
    assertion: tokenSource(reader, 'assertion', grant === 'jwt_bearer'),
    authorization_details: details === undefined ? null : rendered(reader, 'authorization_details'),
    acr_values: reader.plain('acr_values'),
    max_age: typeof maxAge === 'number' ? maxAge : null,
    login_hint: reader.plain('login_hint'),
    parameters: reader.texts('parameters'),
    headers: reader.texts('headers'),
    par: flag('par', settings?.require_pushed_authorization_requests ?? false),
    dpop: flag('dpop', settings?.dpop_bound_access_tokens ?? false),
    present: reader.map['token'] === 'id_token' ? 'id_token' : 'access_token',
    store: reader.map['store'] === true,
  };
}

function rendered(reader: CredentialReader, key: string): Json {
  return reader.read.map({ [key]: reader.map[key] ?? null })[key] ?? null;
}

const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const idToken = 'urn:ietf:params:oauth:token-type:id_token';
const jwt = 'urn:ietf:params:oauth:token-type:jwt';

function tokenSource(reader: CredentialReader, key: string, needed: boolean): TokenSource | null {
  if (!reader.has(key)) {
    if (needed) reader.need(key);
    return null;
  }
  const type = reader.plain(`${key}_type`);
  const written = reader.map[key];
  if (written === undefined || !isMap(written)) {
    return { from: reader.need(key), type: type ?? accessToken };
  }
  const source = sourceOf(written, 'credential') ?? reader.source(key);
  const other = reader.other(String(written['credential']), source);
  if (!other) return null;
  if (!['bearer', 'oauth2', 'self_signed_jwt', 'ci_oidc', 'command'].includes(other.type)) {
    reader.problems.add(
      'CREDENTIAL_WITHOUT_TOKEN',
      `Credential "${other.name}" is of type ${other.type}, which has no token.`,
      { source, fix: 'Name one of type bearer, oauth2, self_signed_jwt, ci_oidc or command.' },
    );
    return null;
  }
  return { from: other, type: type ?? typeOf(other) };
}

function typeOf(other: Credential): string {
  if (other.type === 'ci_oidc' || other.type === 'self_signed_jwt') return jwt;
  return other.type === 'oauth2' && other.asks?.present === 'id_token' ? idToken : accessToken;
}

/** The client of a credential, with its secrets: the default is the environment's first. */
function clientOf(reader: CredentialReader): Client | null {
  const { environment, planned, map } = reader;
  const wanted = map['client'];
  const client =
    typeof wanted === 'string' ? environment.clients.get(wanted) : [...environment.clients.values()][0];
  const written = mapAt(planned.raw, 'clients');
  if (!client) {
    // One that is written and could not be read has its own problem.
    if (typeof wanted === 'string' ? Object.hasOwn(written, wanted) : Object.keys(written).length > 0)
      return null;
    reader.problem(
      'UNKNOWN_CLIENT',
      `Credential "${reader.name}" needs ${typeof wanted === 'string' ? `the client "${wanted}"` : 'a client'}, which environment "${environment.name}" does not have.`,
      `Add it under environments.${environment.name}.clients.`,
      'client',
    );
    return null;
  }
  const raw = mapAt(written, client.name);
  const client_secret: Value | null = reader.read.text(raw, 'client_secret');
  return { ...client, client_secret, ...clientSettings(raw, reader.read) };
}
