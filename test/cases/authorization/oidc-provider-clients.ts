/** oidc-provider refuses a client, its grant or its target at the token endpoint. */
import { webClient } from '../../support/oidc-server.ts';
import { staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';
import { getToken, login, production, reader, serveOidc, staging, stagingLogin } from './world.ts';

const servers = ['oidc-provider 9'];
const secret = 's3cret-of-production';
const env = { WEB_SECRET: secret };
/** One answer for all that is wrong with a client's authentication; the authorization endpoint knows the client. */
/** The authorization endpoint does not know the client. */
const unknownSide = ['client-unknown', 'client-disabled'];
const secretSide = [
  'client-secret-wrong',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-type-wrong',
];

function first(cause: string): string[] {
  return [cause, ...secretSide.filter((other) => other !== cause)];
}

export const oidcClientCases: readonly Case[] = [
  staged(
    {
      id: 'oidc-provider/client-unknown',
      servers,
      causes: unknownSide,
      decisive: ['web', login],
      twin: 'oidc-provider/client-secret-wrong',
    },
    async (stage) => {
      const { change } = await serveOidc(stage, [webClient('other', secret)]);
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: reader,
        },
        scenario: getToken,
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/client-secret-wrong',
      servers,
      causes: secretSide,
      decisive: ['web', login],
      twin: 'oidc-provider/client-unknown',
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: reader,
        },
        scenario: getToken,
        env: { WEB_SECRET: 's3cret-of-last-year' },
        heal: async () => ({ env }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/client-unknown-protected',
      servers,
      causes: unknownSide,
      decisive: ['web', login],
      twin: 'oidc-provider/client-secret-wrong-protected',
    },
    async (stage) => {
      const { change } = await serveOidc(stage, [webClient('other', secret)]);
      await serveOidc(stage, [webClient('web', secret)], { issuer: stagingLogin });
      return {
        project: {
          environments: { staging: staging(stage), production: production(stage) },
          credentials: reader,
        },
        scenario: getToken,
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/client-secret-wrong-protected',
      servers,
      causes: secretSide,
      decisive: ['web', login],
      twin: 'oidc-provider/client-unknown-protected',
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      await serveOidc(stage, [webClient('web', 's3cret-of-staging')], { issuer: stagingLogin });
      return {
        project: {
          environments: {
            staging: staging(stage, { client: { client_secret: '${secret.STAGING_SECRET}' } }),
            production: production(stage),
          },
          credentials: reader,
        },
        scenario: getToken,
        env: { WEB_SECRET: 's3cret-of-last-year', STAGING_SECRET: 's3cret-of-staging' },
        heal: async () => ({ env: { ...env, STAGING_SECRET: 's3cret-of-staging' } }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/client-of-staging',
      servers,
      causes: ['environment-mixup', 'client-unknown', 'client-disabled'],
      beside: ['environment-mixup', 'client-unknown'],
      decisive: ['web-staging'],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      await serveOidc(stage, [webClient('web-staging', secret)], { issuer: stagingLogin });
      const client = { client_id: 'web-staging' };
      const project = (client_id: string): object => ({
        environments: {
          staging: staging(stage, { client }),
          production: production(stage, { client: { client_id } }),
        },
        credentials: reader,
      });
      return {
        project: project('web-staging'),
        scenario: getToken,
        env,
        heal: async () => ({ project: project('web') }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/secret-of-staging',
      servers,
      causes: ['environment-mixup', ...secretSide],
      beside: ['environment-mixup', 'client-secret-wrong'],
      decisive: ['web'],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      await serveOidc(stage, [webClient('web', 's3cret-of-staging')], { issuer: stagingLogin });
      return {
        project: {
          environments: {
            staging: staging(stage, { client: { client_secret: '${secret.STAGING_SECRET}' } }),
            production: production(stage),
          },
          credentials: reader,
        },
        scenario: getToken,
        env: { WEB_SECRET: 's3cret-of-staging', STAGING_SECRET: 's3cret-of-staging' },
        heal: async () => ({ env: { ...env, STAGING_SECRET: 's3cret-of-staging' } }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/secret-ends-in-a-space',
      servers,
      causes: secretSide,
      decisive: ['web'],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: reader,
        },
        scenario: getToken,
        env: { WEB_SECRET: `${secret} ` },
        heal: async () => ({ env }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/secret-ends-in-a-line-feed',
      servers,
      causes: secretSide,
      decisive: ['web'],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      const client = { token_endpoint_auth_method: 'client_secret_post' };
      return {
        project: {
          environments: { production: production(stage, { protected: false, client }) },
          credentials: reader,
        },
        scenario: getToken,
        env: { WEB_SECRET: `${secret}\n` },
        heal: async () => ({ env }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/client-auth-method-wrong',
      servers,
      causes: first('client-auth-method-wrong'),
      decisive: ['web', login],
      twin: 'oidc-provider/client-secret-wrong',
    },
    async (stage) => {
      const jwk = {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      };
      const registered = webClient('web', '', {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [jwk] },
      });
      const { change } = await serveOidc(stage, [registered]);
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: reader,
        },
        scenario: getToken,
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/public-client-sends-a-secret',
      servers,
      causes: first('client-type-wrong'),
      decisive: ['web', login],
      twin: 'oidc-provider/client-secret-wrong-protected',
    },
    async (stage) => {
      const open = {
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      };
      const { change } = await serveOidc(stage, [webClient('web', '', open)]);
      return {
        project: { environments: { production: production(stage) }, credentials: reader },
        scenario: getToken,
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/grant-not-allowed',
      servers,
      causes: ['grant-not-allowed'],
      decisive: ['client_credentials', 'web'],
    },
    async (stage) => {
      const { change } = await serveOidc(stage, [
        webClient('web', secret, { grant_types: ['authorization_code'] }),
      ]);
      await serveOidc(stage, [webClient('web', secret)], { issuer: stagingLogin });
      return {
        project: {
          environments: { staging: staging(stage), production: production(stage) },
          credentials: reader,
        },
        scenario: getToken,
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/grant-unsupported',
      servers,
      causes: ['grant-unsupported'],
      decisive: ['client_credentials'],
    },
    async (stage) => {
      const grant_types = ['authorization_code'];
      const without = { configuration: { features: { clientCredentials: { enabled: false } } } };
      const { change } = await serveOidc(stage, [webClient('web', secret, { grant_types })], without);
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: reader,
        },
        scenario: getToken,
        env,
        heal: async () => void (await change([webClient('web', secret)], { configuration: {} })),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/scope-not-allowed',
      servers,
      causes: ['scope-not-allowed'],
      decisive: ['orders:read', 'web'],
    },
    async (stage) => {
      const { change } = await serveOidc(stage, [webClient('web', secret, { scope: 'openid' })]);
      await serveOidc(stage, [webClient('web', secret)], { issuer: stagingLogin });
      return {
        project: {
          environments: { staging: staging(stage), production: production(stage) },
          credentials: reader,
        },
        scenario: getToken,
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/target-unknown',
      servers,
      causes: ['audience-mismatch'],
      decisive: ['https://orders.example.test'],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)], { resources: ['https://api.example.test'] });
      const project = (resource: string): object => ({
        environments: { production: production(stage, { protected: false }) },
        credentials: { reader: { ...reader.reader, resource } },
      });
      return {
        project: project('https://orders.example.test'),
        scenario: getToken,
        env,
        heal: async () => ({ project: project('https://api.example.test') }),
      };
    },
  ),
];
