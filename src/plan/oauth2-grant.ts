/** What a grant needs and what has no meaning with it, told before anything is sent. */
import type { Client, GrantType, Json, JsonMap } from '../model.ts';
import { sourceOf } from '../source.ts';
import type { CredentialReader } from './credential-reader.ts';
import { mapAt } from './maps.ts';

/** Keys that only one grant knows. */
const only: Readonly<Record<string, GrantType>> = {
  refresh_token: 'refresh_token',
  username: 'password',
  password: 'password',
  login: 'authorization_code',
  redirect_uri: 'authorization_code',
  acr_values: 'authorization_code',
  max_age: 'authorization_code',
  login_hint: 'authorization_code',
  par: 'authorization_code',
  subject_token: 'token_exchange',
  subject_token_type: 'token_exchange',
  actor_token: 'token_exchange',
  actor_token_type: 'token_exchange',
  requested_token_type: 'token_exchange',
  assertion: 'jwt_bearer',
};

export function checkGrant(reader: CredentialReader, grant: GrantType, client: Client): void {
  for (const [key, of] of Object.entries(only)) {
    if (of === grant || !reader.has(key)) continue;
    reader.problem(
      'KEY_WITHOUT_MEANING',
      `"${key}" has no meaning with grant_type ${grant}.`,
      `Take it out, or write grant_type: ${of}.`,
      key,
    );
  }
  if (grant === 'authorization_code') checkCodeGrant(reader, client);
  if (reader.has('actor_token_type') && !reader.has('actor_token'))
    reader.problem(
      'CREDENTIAL_INCOMPLETE',
      `Credential "${reader.name}" has an actor_token_type and no actor_token.`,
      'Add actor_token, or take actor_token_type out (RFC 8693 section 2.1).',
      'actor_token_type',
    );
  checkEmpty(reader);
  checkIdToken(reader, grant);
  checkDetails(reader);
  checkHeaders(reader);
  checkParameters(reader);
}

function checkCodeGrant(reader: CredentialReader, client: Client): void {
  if (!reader.has('login') && reader.map['store'] !== true)
    reader.problem(
      'CREDENTIAL_INCOMPLETE',
      `Credential "${reader.name}" has no login, which grant_type authorization_code needs.`,
      'Write login: with the steps of the login; or log in once with "why401 login" and write store: true.',
    );
  if (!reader.has('redirect_uri') && client.redirect_uris.length === 0)
    reader.problem(
      'CREDENTIAL_INCOMPLETE',
      `Credential "${reader.name}" has no redirect_uri, and its client "${client.name}" has no redirect_uris.`,
      `Add redirect_uri to the credential, or redirect_uris to environments.${reader.environment.name}.clients.${client.name}.`,
    );
}

/** An empty text is mostly a value that somebody forgot; it would be sent as if the key were not there. */
function checkEmpty(reader: CredentialReader): void {
  for (const key of Object.keys(reader.map)) {
    if (reader.map[key] !== '' || key === 'password') continue;
    reader.problem(
      'EMPTY',
      `"${key}" of credential "${reader.name}" is empty.`,
      'Give it a value, or take it out (null, where it is said in common for all environments).',
      key,
    );
  }
}

/** They are shown in the trace, and a secret in them would be sent as its name. */
function checkDetails(reader: CredentialReader): void {
  if (!JSON.stringify(reader.map['authorization_details'] ?? null).includes('${secret.')) return;
  reader.problem(
    'SECRET_MISPLACED',
    '"authorization_details" is shown in reports and cannot hold a secret.',
    'Use ${env.NAME} for values that are not secret.',
    'authorization_details',
  );
}

/** There is no ID token without openid where a user logs in for one (OpenID Connect Core 1.0 section 3.1.2.1). */
function checkIdToken(reader: CredentialReader, grant: GrantType): void {
  const login = grant === 'authorization_code' || grant === 'device_code' || grant === 'password';
  if (reader.map['token'] !== 'id_token' || !login) return;
  const scope = reader.plain('scope');
  // A scope that cannot be rendered is a problem of its own, or is not known yet.
  if (scope === null ? reader.has('scope') : scope.split(/\s+/).includes('openid')) return;
  reader.problem(
    'ID_TOKEN_WITHOUT_OPENID',
    `Credential "${reader.name}" presents its ID token, but its scope lacks openid.`,
    'Add openid to scope.',
    reader.has('scope') ? 'scope' : 'token',
  );
}

const ownHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'content-type',
  'dpop',
  'host',
  'transfer-encoding',
]);

function checkHeaders(reader: CredentialReader): void {
  const map = mapAt(reader.map, 'headers');
  for (const name of Object.keys(map)) {
    const own = ownHeaders.has(name.toLowerCase());
    if (!own && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) continue;
    const source = sourceOf(map, name) ?? reader.source('headers');
    if (own)
      reader.problems.add('HEADER_RESERVED', `The token request sets "${name}" itself.`, {
        source,
        fix: 'Take it out: the client says how it authenticates.',
      });
    else
      reader.problems.add('HEADER_INVALID', `"${name}" is no name of a header.`, {
        source,
        fix: 'Use letters, digits and -.',
      });
  }
}

/** Keys of the credential that a parameter must not go past. */
const keysOfTheirOwn: ReadonlySet<string> = new Set([
  'acr_values',
  'actor_token',
  'actor_token_type',
  'assertion',
  'audience',
  'authorization_details',
  'grant_type',
  'login_hint',
  'max_age',
  'password',
  'redirect_uri',
  'refresh_token',
  'requested_token_type',
  'resource',
  'scope',
  'subject_token',
  'subject_token_type',
  'username',
]);
/** Parameters that are made for each request. */
const made: ReadonlySet<string> = new Set([
  'client_assertion',
  'client_assertion_type',
  'client_id',
  'client_secret',
  'code',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'device_code',
  'dpop_jkt',
  'nonce',
  'request',
  'request_uri',
  'response_type',
  'state',
]);

function checkParameters(reader: CredentialReader): void {
  const map = mapAt(reader.map, 'parameters');
  for (const name of Object.keys(map)) {
    if (!keysOfTheirOwn.has(name) && !made.has(name)) continue;
    reader.problems.add('PARAMETER_RESERVED', `"${name}" is a parameter of the request's own.`, {
      source: sourceOf(map, name) ?? reader.source('parameters'),
      fix: keysOfTheirOwn.has(name)
        ? `Write it as ${name}: of the credential.`
        : 'Take it out: it is made for each request.',
    });
  }
}

/** Whether the client has what its method needs, and nothing that contradicts it; `raw` is what the file says. */
export function checkClient(reader: CredentialReader, client: Client, raw: JsonMap): boolean {
  const add = (code: string, key: string, message: string, fix: string): false => {
    reader.problems.add(code, message, { source: sourceOf(raw, key) ?? client.source, fix });
    return false;
  };
  const method = client.token_endpoint_auth_method;
  const needed = method.startsWith('client_secret_')
    ? 'client_secret'
    : method === 'private_key_jwt'
      ? 'private_key'
      : null;
  const { name } = reader.environment;
  if (needed !== null && !isWritten(raw[needed])) {
    return add(
      'CLIENT_INCOMPLETE',
      raw[needed] === undefined ? 'token_endpoint_auth_method' : needed,
      `Client "${client.name}" has no ${needed}, which token_endpoint_auth_method ${method} needs.`,
      `Add ${needed} to environments.${name}.clients.${client.name}, by reference: "\${secret.NAME}"; or name another token_endpoint_auth_method.`,
    );
  }
  if (
    raw['token_endpoint_auth_method'] === undefined &&
    raw['client_secret'] !== undefined &&
    isWritten(raw['private_key'])
  ) {
    return add(
      'CLIENT_CONTRADICTORY',
      'private_key',
      `Client "${client.name}" has a client_secret and a private_key, and no token_endpoint_auth_method says which is used.`,
      'Write token_endpoint_auth_method: private_key_jwt, or take one of the two out (null, where extends brought it).',
    );
  }
  if (method === 'none' && isWritten(raw['client_secret'])) {
    return add(
      'CLIENT_CONTRADICTORY',
      'client_secret',
      `Client "${client.name}" has a client_secret, but token_endpoint_auth_method none sends no secret.`,
      'Take one of the two out.',
    );
  }
  if (method.endsWith('_jwt')) return true;
  const stray = ofAssertions.filter((key) => raw[key] !== undefined);
  for (const key of stray) {
    add(
      'CLIENT_CONTRADICTORY',
      key,
      `Client "${client.name}" has ${key}, but ${method} signs no assertion.`,
      `Leave ${key} out, or write token_endpoint_auth_method: private_key_jwt or client_secret_jwt.`,
    );
  }
  return stray.length === 0;
}

/** Keys that say how an assertion of the client is made. */
const ofAssertions = ['kid', 'token_endpoint_auth_signing_alg', 'assertion_audience', 'assertion_lifetime'];

function isWritten(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}
