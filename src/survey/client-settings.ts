/** What the project file says of the clients of an environment: ids, secrets, how they authenticate. Nothing is sent. */
import { nothing, type Surveyed } from '../compare/surveyed.ts';
import type { Client, Json, Observation } from '../model.ts';
import type { Value } from '../secret.ts';
import type { SurveyContext } from './context.ts';
import { foreignClient } from './foreign-client.ts';

export async function surveyClientSettings(context: SurveyContext): Promise<Surveyed> {
  const clients = [...context.environment.clients.values()];
  return { ...nothing, observations: clients.flatMap((client) => observations(client, context)) };
}

function observations(client: Client, context: SurveyContext): Observation[] {
  const { settings } = client;
  const place = (key: string) => client.sources[key] ?? client.source;
  const observed = (kind: string, key: string, value: Json, seen?: string): Observation => ({
    kind: `client.${kind}`,
    of: client.name,
    value,
    source: place(key),
    ...(seen !== undefined && { seen }),
  });
  const shared = isOneClient(client, context);
  // An id that is rather another environment's is told with the client itself.
  const isTold = foreignClient(client, context) !== null;
  const secret = secretOf(client, context);
  const held = secret === null || shared ? null : context.store.fingerprint(secret);
  return [
    observed('id', 'client_id', shared || isTold ? null : client.client_id, client.client_id),
    ...(secret === null
      ? []
      : [observed('secret', 'client_secret', held, held ?? 'that of the same client')]),
    observed('auth_method', 'token_endpoint_auth_method', client.token_endpoint_auth_method),
    ...(client.token_endpoint_auth_method.endsWith('_jwt')
      ? [
          observed(
            'auth_alg',
            'token_endpoint_auth_signing_alg',
            settings?.token_endpoint_auth_signing_alg ?? null,
            settings?.token_endpoint_auth_signing_alg ?? 'that of the key',
          ),
        ]
      : []),
    observed('dpop', 'dpop_bound_access_tokens', settings?.dpop_bound_access_tokens ?? false),
    observed(
      'par',
      'require_pushed_authorization_requests',
      settings?.require_pushed_authorization_requests ?? false,
    ),
    observed(
      'mtls',
      'tls_client_certificate_bound_access_tokens',
      settings?.tls_client_certificate_bound_access_tokens ?? false,
    ),
  ];
}

/** Environments with one authorization server may share its clients. */
function isOneClient({ name, issuer }: Client, { environment, compared }: SurveyContext): boolean {
  return compared.some(
    (other) => other.name !== environment.name && other.clients.get(name)?.issuer.issuer === issuer.issuer,
  );
}

/** Only of clients that a scenario uses; null: none, or not known. */
function secretOf(client: Client, { credentials }: SurveyContext): Value | null {
  for (const credential of credentials.values())
    if (credential.type === 'oauth2' && credential.client.name === client.name)
      return credential.client.client_secret;
  return null;
}
