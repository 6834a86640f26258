/** A real authorization server on loopback. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, {
  type Adapter,
  type AdapterPayload,
  type Configuration,
  errors,
  type JWKS,
} from 'oidc-provider';
import { serveRaw } from './support.ts';

export interface TestProvider {
  readonly issuer: string;
  /** `METHOD path` of each request. */
  readonly seen: string[];
  /** A refresh token as an earlier login would have left it. */
  refreshToken(): Promise<string>;
  jwks(): Promise<Record<string, unknown>>;
}

export async function startProvider(settings: {
  readonly secret: string;
  readonly lifetime?: number;
}): Promise<TestProvider> {
  let provider: Provider | null = null;
  const jwks = await createKeys();
  const { origin, seen } = await serveRaw((issuer) => {
    provider = new Provider(issuer, { ...configurationOf(issuer, settings), jwks });
    return provider.callback() as (request: IncomingMessage, response: ServerResponse) => void;
  });
  return {
    issuer: origin,
    seen,
    async refreshToken() {
      if (!provider) throw new Error('not started');
      const client = await provider.Client.find('web');
      if (!client) throw new Error('no client');
      const grant = new provider.Grant({ accountId: 'ann', clientId: 'web' });
      grant.addOIDCScope('openid offline_access');
      const token = new provider.RefreshToken({
        accountId: 'ann',
        client,
        grantId: await grant.save(),
        gty: 'authorization_code',
        scope: 'openid offline_access',
      } as never);
      return token.save();
    },
    async jwks() {
      const answer = await fetch(`${origin}/jwks`);
      return (await answer.json()) as Record<string, unknown>;
    },
  };
}

function configurationOf(
  issuer: string,
  { secret, lifetime = 3600 }: { secret: string; lifetime?: number },
): Configuration {
  const client = { client_secret: secret, redirect_uris: [], response_types: [] };
  return {
    clients: [
      {
        ...client,
        client_id: 'web',
        grant_types: ['client_credentials', 'refresh_token', 'authorization_code'],
        redirect_uris: ['https://app.example.test/callback'],
        response_types: ['code'],
      },
    ],
    scopes: ['openid', 'offline_access', 'orders:read'],
    rotateRefreshToken: true,
    adapter: memory,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    ttl: {
      ClientCredentials: lifetime,
      AccessToken: lifetime,
      Grant: 3600,
      RefreshToken: 3600,
      IdToken: 3600,
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `${issuer}/api`,
        useGrantedResource: () => true,
        getResourceServerInfo(_context, resource) {
          if (resource.includes('unknown')) throw new errors.InvalidTarget();
          return {
            audience: resource,
            scope: 'orders:read',
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
            accessTokenTTL: lifetime,
          };
        },
      },
    },
  };
}

async function createKeys(): Promise<JWKS> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'signing' }] } as JWKS;
}

/** The provider's own one warns at each start. */
function memory(model: string): Adapter {
  const kept = new Map<string, AdapterPayload>();
  const none = async (): Promise<undefined> => undefined;
  return {
    upsert: async (id, payload) => {
      kept.set(`${model} ${id}`, payload);
    },
    find: async (id) => kept.get(`${model} ${id}`),
    consume: async (id) => {
      const payload = kept.get(`${model} ${id}`);
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => {
      kept.delete(`${model} ${id}`);
    },
    findByUid: none,
    findByUserCode: none,
    revokeByGrantId: none,
  };
}
