/** oidc-provider refuses a code or a refresh token: one answer for all that may be wrong with it. */
import { createOidc, type OidcServer, webClient } from '../../support/oidc-server.ts';
import { type Stage, staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';
import { keepRefreshToken, logIn, oidcNames, password, redeem, refresh } from './flow.ts';
import { production, serveOidc, staging, stagingLogin } from './world.ts';

const servers = ['oidc-provider 9'];
const secret = 's3cret-of-production';
const env = { WEB_SECRET: secret, ...password };
const refreshSide = [
  'refresh-token-expired',
  'refresh-token-revoked',
  'refresh-token-reused',
  'refresh-token-unknown',
];

/** The flow is written wrong in the scenario. */
function miswritten(
  fault: string,
  told: Pick<Case, 'causes' | 'decisive' | 'twin'>,
  wrong: string,
  right: string,
): Case {
  return staged({ id: `oidc-provider/${fault}`, servers, ...told }, async (stage) => {
    await serveOidc(stage, [webClient('web', secret), webClient('batch', secret)]);
    return {
      project: { environments: { production: production(stage) } },
      scenario: logIn(oidcNames) + wrong,
      env,
      heal: async () => ({ scenario: logIn(oidcNames) + right }),
    };
  });
}

/** A refresh token from outside that is no good; healed by a new one. */
function staleRefreshToken(
  fault: string,
  cause: string,
  isProtected: boolean,
  spoil: (server: OidcServer) => Promise<string>,
): Case {
  const twin = cause === 'refresh-token-revoked' ? 'refresh-token-reused-elsewhere' : 'refresh-token-revoked';
  return staged(
    {
      id: `oidc-provider/${fault}`,
      servers,
      causes: [cause, ...refreshSide.filter((other) => other !== cause)],
      decisive: ['invalid_grant'],
      twin: `oidc-provider/${twin}`,
    },
    async (stage) => {
      const { server } = await serveOidc(stage, [webClient('web', secret)]);
      return {
        project: {
          environments: { production: production(stage, isProtected ? {} : { protected: false }) },
          credentials: {
            ann: {
              type: 'oauth2',
              grant_type: 'refresh_token',
              client: 'web',
              refresh_token: '${secret.REFRESH}',
            },
          },
        },
        scenario: '\nsteps:\n  - token: ann\n',
        env: { ...env, REFRESH: await spoil(server) },
        heal: async () => ({ env: { ...env, REFRESH: await server.refreshToken('web') } }),
      };
    },
  );
}

async function twoServers(stage: Stage): Promise<{ production: OidcServer; staging: OidcServer }> {
  const here = await serveOidc(stage, [webClient('web', secret)]);
  const there = await serveOidc(stage, [webClient('web', secret)], { issuer: stagingLogin });
  return { production: here.server, staging: there.server };
}

export const oidcGrantCases: readonly Case[] = [
  miswritten(
    'code-reused',
    { causes: ['code-reused'], decisive: ['invalid_grant'], twin: 'oidc-provider/code-expired' },
    redeem() + redeem(),
    redeem(),
  ),
  staged(
    {
      id: 'oidc-provider/code-expired',
      servers,
      causes: ['code-expired', 'code-invalid', 'client-mismatch', 'user-disabled'],
      decisive: ['invalid_grant'],
      twin: 'oidc-provider/code-reused',
    },
    async (stage) => {
      // As if the code had lain about for longer than it lives.
      let late = 3600;
      await serveOidc(stage, [webClient('web', secret)], {
        stored: (model, payload) =>
          model === 'AuthorizationCode' ? { ...payload, exp: (payload.exp ?? 0) - late } : payload,
      });
      return {
        project: { environments: { production: production(stage, { protected: false }) } },
        scenario: logIn(oidcNames) + redeem(),
        env,
        heal: async () => {
          late = 0;
          return undefined;
        },
      };
    },
  ),
  miswritten(
    'code-with-another-redirect-uri',
    {
      causes: ['redirect-uri-mismatch'],
      decisive: ['https://app.example.test/callback/'],
      twin: 'oidc-provider/pkce-mismatch',
    },
    redeem({ redirect_uri: 'https://app.example.test/callback/' }),
    redeem(),
  ),
  miswritten(
    'pkce-mismatch',
    {
      causes: ['pkce-mismatch'],
      decisive: ['code_verifier'],
      twin: 'oidc-provider/code-with-another-redirect-uri',
    },
    redeem({ code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }),
    redeem(),
  ),
  miswritten(
    'code-of-another-client',
    { causes: ['client-mismatch'], decisive: ['batch', 'web'], twin: 'oidc-provider/code-expired' },
    redeem({ client_id: 'batch' }),
    redeem(),
  ),
  miswritten(
    'refresh-token-reused',
    {
      causes: ['refresh-token-reused'],
      decisive: ['invalid_grant'],
      twin: 'oidc-provider/refresh-token-revoked',
    },
    redeem() + keepRefreshToken + refresh() + refresh(),
    redeem() + keepRefreshToken + refresh(),
  ),
  staleRefreshToken('refresh-token-reused-elsewhere', 'refresh-token-reused', false, async (server) => {
    const token = await server.refreshToken('web');
    await server.consume(token);
    return token;
  }),
  staleRefreshToken('refresh-token-revoked', 'refresh-token-revoked', false, async (server) => {
    const token = await server.refreshToken('web');
    await server.revokeRefreshToken(token);
    return token;
  }),
  staleRefreshToken('refresh-token-unknown', 'refresh-token-unknown', true, async () => {
    const elsewhere = await createOidc({ issuer: stagingLogin, clients: [webClient('web', secret)] });
    return elsewhere.refreshToken('web');
  }),
  staged(
    {
      id: 'oidc-provider/refresh-token-of-staging',
      servers,
      causes: ['environment-mixup', 'refresh-token-unknown'],
      beside: ['environment-mixup', 'refresh-token-unknown'],
      decisive: ['staging'],
      twin: 'oidc-provider/refresh-token-unknown',
    },
    async (stage) => {
      const { production: here, staging: there } = await twoServers(stage);
      const ann = (name: string): object => ({
        ann: {
          type: 'oauth2',
          grant_type: 'refresh_token',
          client: 'web',
          refresh_token: `\${secret.${name}}`,
        },
      });
      const given = { ...env, STAGING_REFRESH: await there.refreshToken('web') };
      return {
        project: {
          environments: {
            staging: staging(stage, { credentials: ann('STAGING_REFRESH') }),
            production: production(stage, { credentials: ann('REFRESH') }),
          },
        },
        scenario: '\nsteps:\n  - token: ann\n',
        env: { ...given, REFRESH: given.STAGING_REFRESH },
        heal: async () => ({
          env: {
            ...given,
            STAGING_REFRESH: await there.refreshToken('web'),
            REFRESH: await here.refreshToken('web'),
          },
        }),
      };
    },
  ),
];
