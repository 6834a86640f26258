/** Staging and production of hand-made documents: what each publishes is chosen by a test, address by address. */
import type { ServerResponse } from 'node:http';
import type { JsonMap } from '../../src/model.ts';
import type { Origins } from './origins.ts';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** false: the connection is cut. */
  readonly answers?: boolean;
}
/** By origin and path; what is not there is 404. */
export type Pages = Record<string, JsonMap | Answer>;

const answerKeys = new Set(['status', 'headers', 'body', 'answers']);

export function serveLogin(origins: Origins, origin: string, pages: Pages): Promise<void> {
  return origins.serve(origin, (request, response) => {
    const page = pages[`${origin}${request.url}`];
    if (page === undefined) send(response, { status: 404, body: 'not here' });
    else if (Object.keys(page).every((key) => answerKeys.has(key))) send(response, page as Answer);
    else send(response, { body: JSON.stringify(page) });
  });
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer.answers === false) {
    response.destroy();
    return;
  }
  const headers = {
    'content-type': 'application/json',
    'strict-transport-security': 'max-age=99',
    ...answer.headers,
  };
  response.writeHead(answer.status ?? 200, headers);
  response.end(answer.body ?? '');
}

export const hosts = {
  staging: { login: 'https://login.staging.example.test', api: 'https://api.staging.example.test' },
  production: { login: 'https://login.example.test', api: 'https://api.example.test' },
} as const;

/** Metadata as a whole server has it. */
export function metadataOf(login: string, changes: Readonly<Record<string, unknown>> = {}): JsonMap {
  const all = {
    issuer: login,
    authorization_endpoint: `${login}/authorize`,
    token_endpoint: `${login}/token`,
    jwks_uri: `${login}/jwks`,
    scopes_supported: ['openid', 'orders:read'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256'],
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: ['ES256'],
    ...changes,
  };
  // A change to undefined takes a member away.
  return JSON.parse(JSON.stringify(all)) as JsonMap;
}

/** A project of both environments; `changes` go into each credential or environment. */
export function projectOf(
  more: { readonly credentials?: JsonMap; readonly issuer?: JsonMap; readonly client?: JsonMap } = {},
): JsonMap {
  const environment = (name: keyof typeof hosts): JsonMap => ({
    origins: { api: hosts[name].api },
    issuers: { main: { issuer: hosts[name].login, ...more.issuer } },
    clients: {
      ci: {
        client_id: `ci-${name}`,
        client_secret: '${secret.CI}',
        redirect_uris: [`${hosts[name].api}/callback`],
        ...more.client,
      },
    },
  });
  return {
    environments: { staging: environment('staging'), production: environment('production') },
    credentials: {
      reader: {
        type: 'oauth2',
        grant_type: 'client_credentials',
        client: 'ci',
        scope: 'orders:read',
        resource: '${origin.api}',
      },
      ...more.credentials,
    },
  };
}

export const secrets = { CI: 'the-secret-of-the-client' };
