/** A resource server that looks opaque tokens up at oidc-provider, and one whose clock is wrong. */
import { decodeJwt } from 'jose';
import { type OidcServer, webClient } from '../../support/oidc-server.ts';
import { staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';
import { api, production, reader, resourceServer, serveOidc, staging, stagingLogin } from './world.ts';

const servers = ['oidc-provider 9 opaque tokens', 'resource server with introspection'];
const secret = 's3cret-of-production';
const readOrders = '\ncredential: partner\nsteps:\n  - GET: /orders\n';
const partner = { partner: { type: 'bearer', token: '${secret.TOKEN}' } };
const stagingApi = 'https://api.staging.example.test';

function isActive(server: OidcServer): (token: string) => Promise<boolean> {
  return async (token) => (await server.provider.ClientCredentials.find(token)) !== undefined;
}

export const opaqueTokenCases: readonly Case[] = [
  staged(
    {
      id: 'opaque-token/revoked',
      servers,
      causes: ['token-revoked', 'token-unknown', 'token-expired', 'session-expired', 'user-disabled'],
      decisive: ['invalid_token'],
      twin: 'opaque-token/of-another-server',
    },
    async (stage) => {
      const { server } = await serveOidc(stage, [webClient('web', secret)]);
      await stage.serve(api, resourceServer(isActive(server)));
      const TOKEN = await server.accessToken('web', 'orders:read');
      await server.revokeAccessToken(TOKEN);
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: partner,
        },
        scenario: readOrders,
        env: { WEB_SECRET: secret, TOKEN },
        heal: async () => ({
          env: { WEB_SECRET: secret, TOKEN: await server.accessToken('web', 'orders:read') },
        }),
      };
    },
  ),
  staged(
    {
      id: 'opaque-token/of-another-server',
      servers,
      causes: ['token-unknown', 'token-revoked', 'token-expired', 'session-expired', 'user-disabled'],
      decisive: ['invalid_token'],
      twin: 'opaque-token/revoked',
    },
    async (stage) => {
      const { server } = await serveOidc(stage, [webClient('web', secret)]);
      await stage.serve(api, resourceServer(isActive(server)));
      return {
        project: { environments: { production: production(stage) }, credentials: partner },
        scenario: readOrders,
        env: { WEB_SECRET: secret, TOKEN: 'Q1dEeUJxY0F5d3RhbGl0dGxlb3BhcXVldG9rZW4' },
        heal: async () => ({
          env: { WEB_SECRET: secret, TOKEN: await server.accessToken('web', 'orders:read') },
        }),
      };
    },
  ),
  staged(
    {
      id: 'opaque-token/of-staging',
      servers,
      causes: ['environment-mixup', 'token-unknown'],
      beside: ['environment-mixup', 'token-unknown'],
      decisive: ['staging'],
      twin: 'opaque-token/of-another-server',
    },
    async (stage) => {
      const { server } = await serveOidc(stage, [webClient('web', secret)]);
      const there = await serveOidc(stage, [webClient('web', secret)], { issuer: stagingLogin });
      await stage.serve(api, resourceServer(isActive(server)));
      await stage.serve(stagingApi, resourceServer(isActive(there.server)));
      const STAGING_TOKEN = await there.server.accessToken('web', 'orders:read');
      const given = { WEB_SECRET: secret, STAGING_TOKEN };
      const credentials = { partner: { token: '${secret.STAGING_TOKEN}' } };
      return {
        project: {
          environments: { staging: staging(stage, { credentials }), production: production(stage) },
          credentials: partner,
        },
        scenario: readOrders,
        env: { ...given, TOKEN: STAGING_TOKEN },
        heal: async () => ({ env: { ...given, TOKEN: await server.accessToken('web', 'orders:read') } }),
      };
    },
  ),
  staged(
    {
      id: 'clock/resource-server-is-two-hours-ahead',
      servers: ['oidc-provider 9', 'resource server with a wrong clock'],
      causes: ['clock-skew'],
      decisive: [],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)], { resources: [api] });
      let ahead = 2 * 60 * 60 * 1000;
      const server = resourceServer((token) => (decodeJwt(token).exp ?? 0) * 1000 > Date.now() + ahead);
      await stage.serve(api, (request, response) => {
        response.setHeader('date', new Date(Date.now() + ahead).toUTCString());
        server(request, response);
      });
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: { reader: { ...reader.reader, resource: api } },
        },
        scenario: '\ncredential: reader\nsteps:\n  - GET: /orders\n',
        env: { WEB_SECRET: secret },
        heal: async () => {
          ahead = 0;
          return undefined;
        },
      };
    },
  ),
];
