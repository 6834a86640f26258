/** Metadata that lead elsewhere, and endpoints that are called in a wrong way. */
import { forwardTo, listenBehind } from '../../support/forward.ts';
import { createOidc, webClient } from '../../support/oidc-server.ts';
import { staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';
import { getToken, login, production, reader, serveOidc, staging, stagingLogin } from './world.ts';

const servers = ['oidc-provider 9'];
const secret = 's3cret-of-production';
const env = { WEB_SECRET: secret };

export const oidcEndpointCases: readonly Case[] = [
  staged(
    {
      id: 'oidc-provider/metadata-issuer-mismatch',
      servers,
      causes: ['issuer-mismatch'],
      decisive: [login, 'https://id.example.test'],
      twin: 'oidc-provider/metadata-of-staging',
    },
    async (stage) => {
      const issuer = 'https://id.example.test';
      const { server } = await serveOidc(stage, [webClient('web', secret)], { issuer, at: login });
      await stage.serve(issuer, server.listener);
      const project = (main: string): object => ({
        environments: { production: production(stage, { protected: false, issuers: { main } }) },
        credentials: reader,
      });
      return {
        project: project(login),
        scenario: getToken,
        env,
        heal: async () => ({ project: project(issuer) }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/metadata-of-staging',
      servers,
      causes: ['environment-mixup', 'issuer-mismatch'],
      beside: ['environment-mixup', 'issuer-mismatch'],
      decisive: [login, stagingLogin],
      twin: 'oidc-provider/metadata-issuer-mismatch',
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)], { issuer: stagingLogin });
      const { change } = await serveOidc(stage, [webClient('web', secret)], {
        issuer: stagingLogin,
        at: login,
      });
      return {
        project: {
          environments: { staging: staging(stage), production: production(stage) },
          credentials: reader,
        },
        scenario: getToken,
        env,
        heal: async () => void (await change([webClient('web', secret)], { issuer: login })),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/tls-proxy-not-trusted',
      servers,
      causes: ['endpoint-wrong', 'redirect-downgrade'],
      beside: ['endpoint-wrong', 'redirect-downgrade'],
      decisive: ['http://login.example.test/token'],
    },
    async (stage) => {
      const server = await createOidc({ issuer: login, clients: [webClient('web', secret)] });
      await stage.serve(login, forwardTo(await listenBehind(stage, server.listener)));
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: reader,
        },
        scenario: getToken,
        env,
        heal: async () => {
          server.provider.proxy = true;
          return undefined;
        },
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/token-endpoint-wrong',
      servers,
      causes: ['endpoint-wrong'],
      decisive: [`${login}/oauth/token`],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      const project = (path: string): object => ({
        environments: {
          production: production(stage, {
            protected: false,
            issuers: {
              main: { issuer: login, discovery: 'none', metadata: { token_endpoint: `${login}${path}` } },
            },
          }),
        },
        credentials: reader,
      });
      return {
        project: project('/oauth/token'),
        scenario: getToken,
        env,
        heal: async () => ({ project: project('/token') }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/token-endpoint-by-get',
      servers,
      causes: ['method-wrong', 'endpoint-wrong', 'route-missing'],
      beside: ['method-wrong'],
      decisive: ['GET'],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: { client: { type: 'basic', username: 'web', password: '${secret.WEB_SECRET}' } },
        },
        scenario: `
steps:
  - GET: login:/token
    credential: client
    query: {grant_type: client_credentials}
`,
        env,
        heal: async () => ({
          scenario: `
steps:
  - POST: login:/token
    credential: client
    body: {form: {grant_type: client_credentials}}
`,
        }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/json-body',
      servers,
      causes: ['request-param-wrong', 'request-param-missing'],
      beside: ['request-param-wrong', 'request-param-missing'],
      decisive: ['application/x-www-form-urlencoded'],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      const scenario = (kind: string): string => `
steps:
  - POST: login:/token
    writes: true
    credential: client
    body: {${kind}: {grant_type: client_credentials}}
`;
      return {
        project: {
          environments: { production: production(stage) },
          credentials: { client: { type: 'basic', username: 'web', password: '${secret.WEB_SECRET}' } },
        },
        scenario: scenario('json'),
        env,
        heal: async () => ({ scenario: scenario('form') }),
      };
    },
  ),
];
