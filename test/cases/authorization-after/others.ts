/** Authlib with other settings; a token whose life ends between two steps; errors told with 200. */
import type { RequestListener } from 'node:http';
import { type AuthlibClient, authlibNeeds, serveAuthlib } from '../../support/authlib-server.ts';
import { createOidc, webClient } from '../../support/oidc-server.ts';
import { staged } from '../../support/stage.ts';
import { api, getToken, login, production, reader } from '../authorization/world.ts';
import type { Case } from '../case.ts';

const secret = 's3cret-of-production';
const env = { WEB_SECRET: secret };
const secretSide = [
  'client-secret-wrong',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-type-wrong',
];
const web: AuthlibClient = { client_id: 'web', client_secret: secret };
type Told = Pick<Case, 'causes' | 'decisive'> & Partial<Pick<Case, 'beside' | 'twin'>>;

function authlib(
  fault: string,
  told: Told,
  parts: { client?: Partial<AuthlibClient>; path?: string; redirect?: string; isProtected?: boolean },
): Case {
  const one = staged(
    { id: `authlib-after/${fault}`, servers: ['Authlib 1', 'Flask 2'], needs: authlibNeeds, ...told },
    async (stage) => {
      const { register } = await serveAuthlib(stage, login, [{ ...web, ...parts.client }]);
      const project = (path: string, redirect: string): object => {
        const metadata = {
          token_endpoint: `${login}${path}`,
          authorization_endpoint: `${login}/oauth/authorize`,
        };
        return {
          environments: {
            production: production(stage, {
              issuers: { main: { issuer: login, discovery: 'none', metadata } },
              client: { redirect_uris: [redirect] },
              ...(parts.isProtected ? {} : { protected: false }),
            }),
          },
          credentials: reader,
        };
      };
      const callback = 'https://app.example.test/callback';
      return {
        project: project(parts.path ?? '/oauth/token', parts.redirect ?? callback),
        scenario: parts.redirect ? '\nsteps:\n  - authorize: {client: web, redirect_uri: all}\n' : getToken,
        env,
        heal: async () => {
          register([web]);
          return { project: project('/oauth/token', callback) };
        },
      };
    },
  );
  return { ...one, written: 'after the rules' };
}

/** The first step passes; from then on that token is refused. */
function ends(fault: string, cause: string, twin: string, isProtected: boolean): Case {
  const life = ['token-revoked', 'token-expired', 'session-expired', 'user-disabled', 'token-unknown'];
  const one = staged(
    {
      id: `resource-after/${fault}`,
      servers: ['resource server'],
      causes: [cause, ...life.filter((other) => other !== cause)],
      decisive: ['invalid_token'],
      twin: `resource-after/${twin}`,
    },
    async (stage) => {
      const old = 'b3BhcXVlLXRva2VuLW9mLXRoaXMtbW9ybmluZw';
      const fresh = 'b3BhcXVlLXRva2VuLW9mLXRoaXMtZXZlbmluZw';
      let isOver = false;
      await stage.serve(api, (request, response) => {
        const sent = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
        const fits = sent === fresh || (sent === old && !isOver);
        if (sent === old) isOver = true;
        const challenge = sent ? 'Bearer realm="orders", error="invalid_token"' : 'Bearer realm="orders"';
        response.writeHead(fits ? 200 : 401, {
          'content-type': 'application/json',
          ...(fits ? {} : { 'www-authenticate': challenge }),
        });
        response.end(fits ? '{"orders":[]}' : '{"message":"Unauthorized"}');
      });
      return {
        project: {
          environments: { production: production(stage, isProtected ? {} : { protected: false }) },
          credentials: { partner: { type: 'bearer', token: '${secret.TOKEN}' } },
        },
        scenario: '\ncredential: partner\nsteps:\n  - GET: /orders\n  - GET: /orders/7\n',
        env: { ...env, TOKEN: old },
        heal: async () => ({ env: { ...env, TOKEN: fresh } }),
      };
    },
  );
  return { ...one, written: 'after the rules' };
}

/** A wrapper tells each refusal with 200. */
const errorWith200: Case = {
  ...staged(
    {
      id: 'oidc-provider-front/error-with-200',
      servers: ['oidc-provider 9', 'a wrapper before it'],
      causes: secretSide,
      beside: ['client-secret-wrong'],
      decisive: ['invalid_client'],
    },
    async (stage) => {
      const server = await createOidc({ issuer: login, clients: [webClient('web', secret)] });
      const right = `Basic ${Buffer.from(`web:${encodeURIComponent(secret)}`).toString('base64')}`;
      const wrapped: RequestListener = (request, response) => {
        if (request.url !== '/token' || request.headers.authorization === right)
          return server.listener(request, response);
        request.resume();
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end('{"error":"invalid_client","error_description":"client authentication failed"}');
      };
      await stage.serve(login, wrapped);
      return {
        project: {
          environments: { production: production(stage, { protected: false }) },
          credentials: reader,
        },
        scenario: getToken,
        env: { WEB_SECRET: 's3cret-of-last-year' },
        heal: async () => ({ env: { WEB_SECRET: secret } }),
      };
    },
  ),
  written: 'after the rules',
};

export const otherCases: readonly Case[] = [
  authlib(
    'token-endpoint-with-a-slash',
    { causes: ['endpoint-wrong'], beside: ['route-missing'], decisive: [`${login}/oauth/token/`] },
    { path: '/oauth/token/', isProtected: true },
  ),
  authlib(
    'client-registered-with-none',
    {
      causes: ['client-type-wrong', ...secretSide.filter((cause) => cause !== 'client-type-wrong')],
      decisive: ['web'],
      twin: 'authlib/client-secret-wrong',
    },
    { client: { token_endpoint_auth_method: 'none' } },
  ),
  authlib(
    'redirect-uri-query',
    { causes: ['redirect-uri-mismatch'], decisive: ['https://app.example.test/callback?next=1'] },
    { redirect: 'https://app.example.test/callback?next=1', isProtected: true },
  ),
  authlib(
    'grant-only-refresh',
    { causes: ['grant-not-allowed'], decisive: ['client_credentials'] },
    { client: { grant_types: ['refresh_token'] } },
  ),
  ends('token-revoked-between-steps', 'token-revoked', 'token-ends-between-steps', false),
  ends('token-ends-between-steps', 'token-expired', 'token-revoked-between-steps', true),
  errorWith200,
];
