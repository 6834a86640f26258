/** @node-oauth/oauth2-server: clients, codes, refresh tokens, scopes. */
import { createNodeOAuth, type NodeOAuthServer, nodeClient } from '../../support/node-oauth-server.ts';
import { callback } from '../../support/oidc-server.ts';
import { type Scene, type Stage, staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';
import { keepRefreshToken, logIn, nodeNames, password, redeem, refresh } from './flow.ts';
import { getToken, login, production, reader, staging, stagingLogin } from './world.ts';

const servers = ['@node-oauth/oauth2-server 5', 'express 5'];
const secret = 's3cret-of-production';
const env = { WEB_SECRET: secret, STAGING_SECRET: secret, ...password };
const secretSide = [
  'client-secret-wrong',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-type-wrong',
];
const tryAll = '\nsteps:\n  - authorize: {client: web, redirect_uri: all}\n';

/** It publishes no metadata. */
function issuerOf(issuer: string): object {
  const metadata = { token_endpoint: `${issuer}/token`, authorization_endpoint: `${issuer}/authorize` };
  return { main: { issuer, discovery: 'none', metadata } };
}
function here(stage: Stage, more: Record<string, unknown> = {}): object {
  return production(stage, { issuers: issuerOf(login), ...more });
}
const open = { protected: false };

type Told = Partial<Pick<Case, 'twin' | 'beside'>> & Pick<Case, 'causes' | 'decisive'>;
type Parts = Partial<Pick<Scene, 'scenario' | 'env'>> & {
  readonly environment?: Record<string, unknown>;
  readonly credentials?: object;
  /** Works there: the same steps, another server of the same make. */
  readonly sibling?: boolean;
  readonly heal: () => Awaited<ReturnType<Scene['heal']>>;
};

function nodeCase(fault: string, told: Told, play: (server: NodeOAuthServer) => Parts): Case {
  return staged({ id: `node-oauth/${fault}`, servers, ...told }, async (stage) => {
    const server = createNodeOAuth([nodeClient('web', secret)]);
    await stage.serve(login, server.listener);
    const { environment, credentials, sibling, heal, ...parts } = play(server);
    if (sibling) await stage.serve(stagingLogin, createNodeOAuth([nodeClient('web', secret)]).listener);
    const there = sibling
      ? {
          staging: staging(stage, {
            issuers: issuerOf(stagingLogin),
            client: { client_secret: '${secret.STAGING_SECRET}' },
          }),
        }
      : {};
    return {
      project: {
        environments: { ...there, production: here(stage, environment) },
        credentials: credentials ?? reader,
      },
      scenario: getToken,
      env,
      heal: async () => heal(),
      ...parts,
    };
  });
}

/** Wrong in the scenario, right when healed. */
function miswritten(fault: string, told: Told, wrong: string, right: string): Case {
  return nodeCase(fault, told, (server) => {
    server.clients.push(nodeClient('batch', secret));
    return { scenario: wrong, heal: () => ({ scenario: right }) };
  });
}

function swap(server: NodeOAuthServer, ...clients: readonly ReturnType<typeof nodeClient>[]): undefined {
  server.clients.splice(0, server.clients.length, ...clients);
}

function withRefreshToken(fault: string, told: Told, spoil: (server: NodeOAuthServer) => string): Case {
  return nodeCase(fault, told, (server) => ({
    environment: open,
    credentials: {
      ann: { type: 'oauth2', grant_type: 'refresh_token', client: 'web', refresh_token: '${secret.REFRESH}' },
    },
    scenario: '\nsteps:\n  - token: ann\n',
    env: { ...env, REFRESH: spoil(server) },
    heal: () => ({ env: { ...env, REFRESH: server.refreshToken(nodeClient('web', secret)) } }),
  }));
}

const clientCases: readonly Case[] = [
  nodeCase(
    'client-unknown',
    {
      causes: ['client-unknown', 'client-disabled'],
      decisive: ['web', login],
      twin: 'node-oauth/client-secret-wrong',
    },
    (server) => {
      swap(server, nodeClient('other', secret));
      return { environment: open, heal: () => swap(server, nodeClient('web', secret)) };
    },
  ),
  nodeCase(
    'client-secret-wrong',
    { causes: secretSide, decisive: ['web'], twin: 'node-oauth/client-unknown' },
    () => ({
      environment: open,
      sibling: true,
      env: { ...env, WEB_SECRET: 's3cret-of-last-year' },
      heal: () => ({ env }),
    }),
  ),
  nodeCase(
    'secret-ends-in-a-line-feed',
    { causes: [...secretSide, 'credentials-not-encoded'], decisive: ['web'] },
    () => ({ env: { ...env, WEB_SECRET: `${secret}\n` }, heal: () => ({ env }) }),
  ),
  nodeCase(
    'grant-not-allowed',
    { causes: ['grant-not-allowed'], decisive: ['client_credentials'] },
    (server) => {
      swap(server, nodeClient('web', secret, { grants: ['authorization_code'] }));
      return { sibling: true, heal: () => swap(server, nodeClient('web', secret)) };
    },
  ),
  miswritten(
    'grant-unsupported',
    {
      causes: ['grant-unsupported'],
      decisive: ['urn:ietf:params:oauth:grant-type:device_code'],
    },
    `\nsteps:\n${refresh({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', refresh_token: null })}`,
    `\nsteps:\n${refresh({ grant_type: 'client_credentials', refresh_token: null })}`,
  ),
  nodeCase(
    'scope-unknown',
    {
      causes: ['scope-unknown', 'scope-not-allowed'],
      decisive: ['orders:read'],
      twin: 'node-oauth/scope-not-allowed',
    },
    (server) => {
      server.scopes.delete('orders:read');
      return { environment: open, heal: () => void server.scopes.add('orders:read') };
    },
  ),
  nodeCase(
    'scope-not-allowed',
    {
      causes: ['scope-not-allowed', 'scope-unknown'],
      decisive: ['orders:read'],
      twin: 'node-oauth/scope-unknown',
    },
    (server) => {
      swap(server, nodeClient('web', secret, { scopes: ['orders:write'] }));
      return { sibling: true, heal: () => swap(server, nodeClient('web', secret)) };
    },
  ),
  miswritten(
    'json-body',
    {
      causes: ['request-param-wrong', 'request-param-missing'],
      beside: ['request-param-wrong', 'request-param-missing'],
      decisive: ['application/x-www-form-urlencoded'],
    },
    `\nsteps:\n${refresh({ grant_type: 'client_credentials', refresh_token: null }).replace('form:', 'json:')}`,
    `\nsteps:\n${refresh({ grant_type: 'client_credentials', refresh_token: null })}`,
  ),
];

const authorizeCases: readonly Case[] = [
  nodeCase(
    'authorize-client-unknown',
    {
      causes: ['client-unknown', 'client-disabled'],
      beside: ['client-unknown'],
      decisive: ['web', login],
    },
    (server) => {
      swap(server, nodeClient('other', secret));
      return { scenario: tryAll, heal: () => swap(server, nodeClient('web', secret)) };
    },
  ),
  nodeCase(
    'redirect-uri-port',
    {
      causes: ['redirect-uri-mismatch'],
      decisive: [callback],
    },
    (server) => {
      swap(server, nodeClient('web', secret, { redirectUris: ['https://app.example.test:8443/callback'] }));
      return { scenario: tryAll, heal: () => swap(server, nodeClient('web', secret)) };
    },
  ),
];

const grantCases: readonly Case[] = [
  miswritten(
    'code-reused',
    { causes: ['code-reused'], decisive: ['invalid_grant'], twin: 'node-oauth/code-of-another-client' },
    logIn(nodeNames) + redeem() + redeem(),
    logIn(nodeNames) + redeem(),
  ),
  miswritten(
    'code-of-another-client',
    { causes: ['client-mismatch'], decisive: ['batch'], twin: 'node-oauth/code-reused' },
    logIn(nodeNames) + redeem({ client_id: 'batch' }),
    logIn(nodeNames) + redeem(),
  ),
  nodeCase('code-expired', { causes: ['code-expired'], decisive: ['expired'] }, (server) => {
    // As if the code had lain about for longer than it lives.
    let late = 3_600_000;
    const { set } = server.codes;
    server.codes.set = (key, code) =>
      set.call(server.codes, key, { ...code, expiresAt: new Date(code.expiresAt.getTime() - late) });
    return {
      scenario: logIn(nodeNames) + redeem(),
      environment: open,
      heal: () => {
        late = 0;
      },
    };
  }),
  miswritten(
    'code-with-another-redirect-uri',
    { causes: ['redirect-uri-mismatch'], decisive: ['https://app.example.test/callback?from=login'] },
    logIn(nodeNames) + redeem({ redirect_uri: `${callback}?from=login` }),
    logIn(nodeNames) + redeem(),
  ),
  miswritten(
    'pkce-verifier-missing',
    {
      causes: ['pkce-missing', 'pkce-mismatch', 'request-param-missing'],
      beside: ['pkce-missing', 'pkce-mismatch', 'request-param-missing'],
      decisive: ['code_verifier'],
    },
    logIn(nodeNames) + redeem({ code_verifier: null }),
    logIn(nodeNames) + redeem(),
  ),
  miswritten(
    'pkce-mismatch',
    { causes: ['pkce-mismatch'], decisive: ['verifier'] },
    logIn(nodeNames) + redeem({ code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }),
    logIn(nodeNames) + redeem(),
  ),
  miswritten(
    'refresh-token-reused',
    {
      causes: ['refresh-token-reused'],
      decisive: ['invalid_grant'],
      twin: 'node-oauth/refresh-token-unknown',
    },
    logIn(nodeNames) + redeem() + keepRefreshToken + refresh() + refresh(),
    logIn(nodeNames) + redeem() + keepRefreshToken + refresh(),
  ),
  withRefreshToken(
    'refresh-token-unknown',
    {
      causes: [
        'refresh-token-unknown',
        'refresh-token-revoked',
        'refresh-token-reused',
        'refresh-token-expired',
      ],
      decisive: ['invalid_grant'],
      twin: 'node-oauth/refresh-token-reused',
    },
    () => 'b7c1f3ad90e84d2f8f2f6d0d9a3b6c55',
  ),
  withRefreshToken(
    'refresh-token-expired',
    { causes: ['refresh-token-expired'], decisive: ['expired'] },
    (server) => server.refreshToken(nodeClient('web', secret), new Date(Date.now() - 60_000)),
  ),
  withRefreshToken(
    'refresh-token-of-another-client',
    { causes: ['client-mismatch'], decisive: ['another client'] },
    (server) => server.refreshToken(nodeClient('batch', secret)),
  ),
];

export const nodeOAuthCases: readonly Case[] = [...clientCases, ...authorizeCases, ...grantCases];
