/** oidc-provider with a login page that asks for name and password, and with consent given beforehand. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, {
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type Configuration,
  errors,
  type JWKS,
} from 'oidc-provider';
import { ann } from './ann.ts';

export { ann };

export interface OidcSettings {
  readonly issuer: string;
  readonly clients: readonly ClientMetadata[];
  readonly scopes?: readonly string[];
  /** Resources for which tokens are issued, as JWT. Without: opaque tokens. */
  readonly resources?: readonly string[];
  /** false: as behind a TLS proxy whose X-Forwarded-Proto is not read. */
  readonly proxied?: boolean;
  readonly configuration?: Configuration;
  /** May change what is stored, on its way out. */
  readonly stored?: (model: string, payload: AdapterPayload) => AdapterPayload | undefined;
}
export interface OidcServer {
  readonly listener: RequestListener;
  readonly provider: Provider;
  /** A refresh token as an earlier login would have left it. */
  refreshToken(client_id: string): Promise<string>;
  /** An opaque access token of that client. */
  accessToken(client_id: string, scope: string): Promise<string>;
  /** Redeems a refresh token, as another job would. */
  consume(refreshToken: string): Promise<void>;
  revokeRefreshToken(refreshToken: string): Promise<void>;
  revokeAccessToken(accessToken: string): Promise<void>;
}

export const callback = 'https://app.example.test/callback';

/** A client that may log users in and get tokens for itself; metadata of RFC 7591. No secret where it is empty. */
export function webClient(
  client_id: string,
  client_secret: string,
  more: ClientMetadata | object = {},
): ClientMetadata {
  return {
    client_id,
    ...(client_secret === '' ? {} : { client_secret }),
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [callback],
    ...more,
  } as ClientMetadata;
}

export async function createOidc(settings: OidcSettings): Promise<OidcServer> {
  const provider = new Provider(settings.issuer, await configurationOf(settings));
  if (settings.proxied) provider.proxy = true;
  const callbackOf = provider.callback() as RequestListener;
  const found = async (client_id: string) => {
    const client = await provider.Client.find(client_id);
    if (!client) throw new Error(`no client ${client_id}`);
    return client;
  };
  const refreshTokenOf = async (value: string) => {
    const token = await provider.RefreshToken.find(value);
    if (!token) throw new Error('no such refresh token');
    return token;
  };
  return {
    provider,
    listener: (request, response) => {
      if (request.url?.startsWith('/interaction/')) void interact(provider, request, response);
      else callbackOf(request, response);
    },
    async refreshToken(client_id) {
      const grant = new provider.Grant({ accountId: ann.name, clientId: client_id });
      grant.addOIDCScope('openid offline_access');
      return new provider.RefreshToken({
        accountId: ann.name,
        client: await found(client_id),
        grantId: await grant.save(),
        gty: 'authorization_code',
        scope: 'openid offline_access',
      } as never).save();
    },
    accessToken: async (client_id, scope) =>
      new provider.ClientCredentials({ client: await found(client_id), scope } as never).save(),
    consume: async (value) => (await refreshTokenOf(value)).consume(),
    revokeRefreshToken: async (value) => (await refreshTokenOf(value)).destroy(),
    async revokeAccessToken(value) {
      await (await provider.ClientCredentials.find(value))?.destroy();
    },
  };
}

async function configurationOf(settings: OidcSettings): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = {
    ...(await exportJWK(privateKey)),
    alg: 'ES256',
    use: 'sig',
    kid: `signing-${new URL(settings.issuer).hostname}`,
  };
  const scopes = settings.scopes ?? ['orders:read'];
  return {
    clients: [...settings.clients],
    scopes: ['openid', 'offline_access', ...scopes],
    jwks: { keys: [jwk] } as JWKS,
    cookies: { keys: ['for tests only'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    rotateRefreshToken: true,
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    adapter: memory(settings.stored ?? ((_model, payload) => payload)),
    ttl: {
      ClientCredentials: 3600,
      AccessToken: 3600,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 3600,
      RefreshToken: 3600,
      IdToken: 3600,
      Session: 3600,
      Interaction: 3600,
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    async loadExistingGrant(context) {
      const { client, provider, session } = context.oidc;
      const grant = new provider.Grant({
        accountId: session?.accountId ?? '',
        clientId: client?.clientId ?? '',
      });
      grant.addOIDCScope(['openid', 'offline_access', ...scopes].join(' '));
      await grant.save();
      return grant;
    },
    ...settings.configuration,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: settings.resources !== undefined,
        ...resourceIndicators(settings, scopes),
      },
      ...settings.configuration?.features,
    } as NonNullable<Configuration['features']>,
  };
}

function resourceIndicators({ resources }: OidcSettings, scopes: readonly string[]): object {
  return {
    useGrantedResource: () => true,
    getResourceServerInfo(_context: unknown, resource: string) {
      if (!resources?.includes(resource)) throw new errors.InvalidTarget();
      return {
        audience: resource,
        scope: scopes.join(' '),
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      };
    },
  };
}

/** A page with a form, and what it posts. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  const sent = request.method === 'POST' ? new URLSearchParams(await text(request)) : null;
  if (sent?.get('login') === ann.name && sent.get('password') === ann.password) {
    await provider.interactionFinished(request, response, { login: { accountId: ann.name } });
    return;
  }
  response.writeHead(sent ? 401 : 200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1>
<form action="/interaction/${uid}" method="post"><input name="login"><input type="password" name="password">
<button>Continue</button></form></body></html>`);
}

/** The provider's own one warns at each start. */
function memory(stored: (model: string, payload: AdapterPayload) => AdapterPayload | undefined) {
  const kept = new Map<string, AdapterPayload>();
  return (model: string): Adapter => {
    return {
      upsert: async (id, payload) => void kept.set(`${model} ${id}`, payload),
      find: async (id) => {
        const payload = kept.get(`${model} ${id}`);
        return payload && stored(model, payload);
      },
      consume: async (id) => {
        const payload = kept.get(`${model} ${id}`);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => void kept.delete(`${model} ${id}`),
      findByUid: async (uid) =>
        [...kept].find(([key, { uid: other }]) => key.startsWith(`${model} `) && other === uid)?.[1],
      findByUserCode: async (userCode) =>
        [...kept].find(
          ([key, { userCode: other }]) => key.startsWith(`${model} `) && other === userCode,
        )?.[1],
      revokeByGrantId: async (grantId) => {
        for (const [key, payload] of kept)
          if (key.startsWith(`${model} `) && payload.grantId === grantId) kept.delete(key);
      },
    };
  };
}
