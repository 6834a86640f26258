/** Names and project parts that the cases over authorization servers share. */
import type { RequestListener } from 'node:http';
import type { ClientMetadata } from 'oidc-provider';
import { callback, createOidc, type OidcServer, type OidcSettings } from '../../support/oidc-server.ts';
import type { Stage } from '../../support/stage.ts';

export const login = 'https://login.example.test';
export const stagingLogin = 'https://login.staging.example.test';
export const api = 'https://api.example.test';
export const app = 'https://app.example.test';

/** What an environment has besides names: client, credentials, policy. */
export interface EnvironmentParts {
  readonly client?: object;
  readonly [key: string]: unknown;
}

/** Production: `main` at `login`, one client `web`. */
export function production(stage: Stage, { client, ...more }: EnvironmentParts = {}): object {
  return environment(stage, login, { api, login, app }, client ?? {}, more);
}

/** The same with staging names; never protected. */
export function staging(stage: Stage, { client, ...more }: EnvironmentParts = {}): object {
  const origins = {
    api: 'https://api.staging.example.test',
    login: stagingLogin,
    app: 'https://app.staging.example.test',
  };
  return environment(stage, stagingLogin, origins, client ?? {}, { protected: false, ...more });
}

function environment(stage: Stage, issuer: string, origins: object, client: object, more: object): object {
  return {
    origins,
    issuers: { main: issuer },
    clients: {
      web: { client_id: 'web', client_secret: '${secret.WEB_SECRET}', redirect_uris: [callback], ...client },
    },
    ...stage.reach(),
    ...more,
  };
}

export const reader = {
  reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: 'orders:read' },
};

export const getToken = `
steps:
  - token: reader
`;

/** oidc-provider at `issuer` (or `at`, where that is another origin), whose clients may change while it runs. */
export async function serveOidc(
  stage: Stage,
  clients: readonly ClientMetadata[],
  settings: Partial<OidcSettings> & { readonly at?: string } = {},
): Promise<{
  readonly server: OidcServer;
  change(clients: readonly ClientMetadata[], settings?: Partial<OidcSettings>): Promise<OidcServer>;
}> {
  const issuer = settings.issuer ?? login;
  const make = (now: readonly ClientMetadata[], changed: Partial<OidcSettings> = {}): Promise<OidcServer> =>
    createOidc({ issuer, ...settings, ...changed, clients: now });
  const server = await make(clients);
  const door = await stage.serve(settings.at ?? issuer, server.listener, { shown: withoutInteraction });
  return {
    server,
    async change(now, changed) {
      const next = await make(now, changed);
      door.use(next.listener);
      return next;
    },
  };
}

/** A resource server that answers as RFC 6750 says; `accepts` looks at the token. */
export function resourceServer(accepts: (token: string) => Promise<boolean> | boolean): RequestListener {
  return (request, response) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    void (async () => {
      const sent = scheme?.toLowerCase() === 'bearer' && token !== undefined;
      const fits = sent && (await accepts(token));
      const challenge = sent ? 'Bearer realm="orders", error="invalid_token"' : 'Bearer realm="orders"';
      response.writeHead(fits ? 200 : 401, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        ...(fits ? {} : { 'www-authenticate': challenge }),
      });
      response.end(JSON.stringify(fits ? { orders: [{ id: 7 }] } : { message: 'Unauthorized' }));
    })();
  };
}

/** The id of an interaction is the value of a cookie as well, so that reports name it only. */
function withoutInteraction(path: string): string {
  return path.replace(/^\/(auth|interaction)\/[\w-]+/, '/$1/[secret:cookie _interaction]');
}
