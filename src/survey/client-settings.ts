/** What the project file says of the clients of an environment: ids, secrets, how they authenticate. Nothing is sent. */
import { nothing, type Surveyed } from '../compare/surveyed.ts';
import type { Client, Credential, Json, Observation } from '../model.ts';
import type { Value } from '../secret.ts';
import type { SurveyContext } from './context.ts';

export async function surveyClientSettings(context: SurveyContext): Promise<Surveyed> {
  const clients = [...context.environment.clients.values()];
  const observations = clients.flatMap((client) => [
    ...secrets(client, context),
    ...settingsOf(client, context.credentials),
  ]);
  return { ...nothing, observations };
}

function secrets(client: Client, context: SurveyContext): Observation[] {
  const secret = secretOf(client, context);
  if (secret === null) return [];
  const value = isOneClient(client, context) ? null : context.store.fingerprint(secret);
  const seen = value ?? 'that of the same client';
  const source = client.sources['client_secret'] ?? client.source;
  return [{ kind: 'client.secret', of: client.name, value, seen, source }];
}

/** How the client proves itself and what it asks for, as the project file says. */
function settingsOf(client: Client, credentials: ReadonlyMap<string, Credential>): Observation[] {
  const { token_endpoint_auth_method } = client;
  const whole = wholeOf(client, credentials);
  const settings = whole?.settings;
  const observed = (kind: string, key: string, value: Json, seen?: string): Observation => ({
    kind: `client.${kind}`,
    of: client.name,
    value,
    source: client.sources[key] ?? client.source,
    ...(seen !== undefined && { seen }),
  });
  const alg = settings?.token_endpoint_auth_signing_alg ?? null;
  const signs = token_endpoint_auth_method.endsWith('_jwt');
  const flag = (kind: string, key: Flag): Observation => observed(kind, key, settings?.[key] ?? false);
  return [
    // Public here and confidential there is what the shape of the file tells.
    ...(token_endpoint_auth_method === 'none'
      ? []
      : [observed('auth_method', 'token_endpoint_auth_method', token_endpoint_auth_method)]),
    ...(signs
      ? [observed('auth_alg', 'token_endpoint_auth_signing_alg', alg, alg ?? 'that of the key')]
      : []),
    ...(whole
      ? [
          flag('dpop', 'dpop_bound_access_tokens'),
          flag('par', 'require_pushed_authorization_requests'),
          flag('mtls', 'tls_client_certificate_bound_access_tokens'),
        ]
      : []),
  ];
}

type Flag =
  | 'dpop_bound_access_tokens'
  | 'require_pushed_authorization_requests'
  | 'tls_client_certificate_bound_access_tokens';

/** `unknown`: the server does not know it, so that it is shared with nobody. */
export function idOf(
  client: Client,
  context: Pick<SurveyContext, 'environment' | 'compared'>,
  unknown: boolean,
): Observation {
  const { name, client_id } = client;
  const value = unknown || isOneClient(client, context) ? null : client_id;
  const seen = unknown ? `${client_id}, unknown there` : client_id;
  const kind = isPlainName(client, context) ? 'client.plain_id' : 'client.id';
  return { kind, of: name, value, seen, source: client.sources['client_id'] ?? client.source };
}

/**
 * A word that somebody chose (`web`), where no client of these environments has an id of its own in each: an id is known
 * to one authorization server only (RFC 6749 section 2.2), and the same word at two of them is no sign of a mix-up.
 */
function isPlainName(
  { client_id }: Client,
  { compared }: Pick<SurveyContext, 'environment' | 'compared'>,
): boolean {
  if (!/^[a-z]{1,20}(?:[ ._-][a-z]{1,20}){0,4}$/i.test(client_id)) return false;
  const ids = new Map<string, string>();
  return compared.every(({ clients }) =>
    [...clients.values()].every((each) => {
      const first = ids.get(each.name) ?? each.client_id;
      ids.set(each.name, first);
      return first === each.client_id;
    }),
  );
}

/** Environments with one authorization server may share its clients. */
function isOneClient(
  { name, issuer }: Client,
  { environment, compared }: Pick<SurveyContext, 'environment' | 'compared'>,
): boolean {
  return compared.some(
    (other) => other.name !== environment.name && other.clients.get(name)?.issuer.issuer === issuer.issuer,
  );
}

/** Null: none, or not known. */
function secretOf(client: Client, { credentials }: SurveyContext): Value | null {
  return wholeOf(client, credentials)?.client_secret ?? null;
}

/** The client with all that is written of it; null: something of it could not be read, which is no matter while nothing uses it. */
export function wholeOf(client: Client, credentials: ReadonlyMap<string, Credential>): Client | null {
  for (const credential of credentials.values())
    if (credential.type === 'oauth2' && credential.client.name === client.name) return credential.client;
  return hasProof(client) ? client : null;
}

function hasProof({ token_endpoint_auth_method: method, client_secret, settings }: Client): boolean {
  if (method.startsWith('client_secret_')) return (client_secret?.length ?? 0) > 0;
  return method !== 'private_key_jwt' || settings?.private_key != null;
}
