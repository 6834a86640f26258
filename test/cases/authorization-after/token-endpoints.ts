/** What stands before or inside a token endpoint, and what a token that was given lacks. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { decodeJwt } from 'jose';
import { createNodeOAuth, nodeClient } from '../../support/node-oauth-server.ts';
import { createOidc, type OidcSettings, webClient } from '../../support/oidc-server.ts';
import { type Scene, type Stage, staged } from '../../support/stage.ts';
import {
  keepRefreshToken,
  logIn,
  nodeNames,
  oidcNames,
  password,
  redeem,
  refresh,
} from '../authorization/flow.ts';
import {
  api,
  app,
  getToken,
  login,
  production,
  reader,
  resourceServer,
  serveOidc,
} from '../authorization/world.ts';
import type { Case } from '../case.ts';

const secret = 's3cret-of-production';
const env = { WEB_SECRET: secret, ...password };
type Told = Pick<Case, 'causes' | 'decisive'> & Partial<Pick<Case, 'beside' | 'twin'>>;

function after(
  id: string,
  servers: readonly string[],
  told: Told,
  play: (stage: Stage) => Promise<Scene>,
): Case {
  return { ...staged({ id, servers, ...told }, play), written: 'after the rules' };
}
function projectOf(
  stage: Stage,
  parts: Parameters<typeof production>[1] = {},
  credentials: object = reader,
): object {
  return { environments: { production: production(stage, parts) }, credentials };
}
const open = { protected: false };

/** Something in front of the token endpoint of oidc-provider answers instead; healed by taking it away. */
function gate(
  fault: string,
  told: Told,
  instead: RequestListener,
  isProtected: boolean,
  everywhere = false,
): Case {
  return after(
    `oidc-provider-front/${fault}`,
    ['oidc-provider 9', 'a gate before it'],
    told,
    async (stage) => {
      const server = await createOidc({ issuer: login, clients: [webClient('web', secret)] });
      const door = await stage.serve(login, (request, response) =>
        everywhere || pathOf(request) === '/token'
          ? instead(request, response)
          : server.listener(request, response),
      );
      return {
        project: projectOf(stage, isProtected ? {} : open),
        scenario: getToken,
        env,
        heal: async () => {
          door.use(server.listener);
          return undefined;
        },
      };
    },
  );
}
function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '', login).pathname;
}
function fixed(status: number, body: string, headers: Record<string, string>): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** The configured callback differs; healed in the project. */
function drift(
  what: string,
  configured: string,
  registered: string,
  isProtected: boolean,
  more: object = {},
): Case {
  return after(
    `oidc-provider-after/redirect-uri-${what}`,
    ['oidc-provider 9'],
    { causes: ['redirect-uri-mismatch'], decisive: [configured] },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret, { redirect_uris: [registered], ...more })]);
      const project = (uri: string): object =>
        projectOf(stage, { client: { redirect_uris: [uri] }, ...(isProtected ? {} : open) }, {});
      return {
        project: project(configured),
        scenario: '\nsteps:\n  - authorize: {client: web, redirect_uri: all}\n',
        env,
        heal: async () => ({ project: project(registered) }),
      };
    },
  );
}

/** The scenario is written wrong. */
function flow(id: string, told: Told, wrong: string, right: string, isProtected: boolean): Case {
  const node = id.startsWith('node-oauth');
  return after(id, [node ? '@node-oauth/oauth2-server 5' : 'oidc-provider 9'], told, async (stage) => {
    if (node)
      await stage.serve(
        login,
        createNodeOAuth([nodeClient('web', secret), nodeClient('batch', secret)]).listener,
      );
    else await serveOidc(stage, [webClient('web', secret), webClient('batch', secret)]);
    await stage.serve(app, fixed(200, '<!DOCTYPE html><title>Orders</title><p>Orders</p>', html));
    return {
      project: projectOf(stage, isProtected ? {} : open, {}),
      scenario: wrong,
      env,
      heal: async () => ({ scenario: right }),
    };
  });
}

/** A resource server behind oidc-provider, which looks at the token as `accepts` says. */
function resource(
  fault: string,
  told: Told,
  parts: {
    settings?: Partial<OidcSettings>;
    wrong: object;
    right: object;
    listener: RequestListener;
    isProtected?: boolean;
    scenario?: string;
  },
): Case {
  return after(`resource-after/${fault}`, ['oidc-provider 9', 'resource server'], told, async (stage) => {
    await serveOidc(stage, [webClient('web', secret)], {
      resources: [api, 'https://billing.example.test'],
      ...parts.settings,
    });
    await stage.serve(api, parts.listener);
    const project = (more: object): object =>
      projectOf(stage, parts.isProtected ? {} : open, { reader: { ...reader.reader, ...more } });
    return {
      project: project(parts.wrong),
      scenario: parts.scenario ?? '\ncredential: reader\nsteps:\n  - GET: /orders\n',
      env,
      heal: async () => ({ project: project(parts.right) }),
    };
  });
}
/** As RFC 6750 says, and the scope that it wants. */
function wantsScope(scope: string): RequestListener {
  return (request, response) => {
    const sent = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    let held: string[] | null = null;
    try {
      held = String(decodeJwt(sent ?? '')['scope'] ?? '').split(' ');
    } catch {}
    const status = held === null ? 401 : held.includes(scope) ? 200 : 403;
    const challenge =
      status === 403
        ? `Bearer realm="orders", error="insufficient_scope", scope="${scope}"`
        : sent
          ? 'Bearer realm="orders", error="invalid_token"'
          : 'Bearer realm="orders"';
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(status === 200 ? {} : { 'www-authenticate': challenge }),
    });
    response.end(status === 200 ? '{"orders":[]}' : '{"message":"Refused"}');
  };
}

const wafPage =
  '<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your administrator.<br><br>Your support ID is: 7383451234567890123<br><br><a href="javascript:history.back();">[Go Back]</a></body></html>';
const nginxPage = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n`;
const html = { 'content-type': 'text/html' };
const secretSide = [
  'client-secret-wrong',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-type-wrong',
];
const codeSide = ['code-invalid', 'code-expired', 'client-mismatch', 'user-disabled'];

export const tokenEndpointCases: readonly Case[] = [
  drift('host-case', 'https://App.example.test/callback', 'https://app.example.test/callback', true),
  drift('query', 'https://app.example.test/callback?from=login', 'https://app.example.test/callback', false),
  drift('percent-encoding', 'https://app.example.test/call%62ack', 'https://app.example.test/callback', true),
  drift('localhost', 'http://localhost:8080/callback', 'http://127.0.0.1:8080/callback', false, {
    application_type: 'native',
  }),
  gate(
    'waf-page',
    { causes: ['edge-blocked'], beside: ['policy-blocked'], decisive: ['7383451234567890123'] },
    fixed(200, wafPage, { ...html, 'cache-control': 'no-cache' }),
    true,
  ),
  gate(
    'basic-gate',
    {
      causes: ['basic-shadow', 'gateway-misconfigured', 'edge-login', 'password-wrong'],
      beside: ['basic-shadow'],
      decisive: ['Restricted'],
    },
    fixed(401, nginxPage('401 Authorization Required'), {
      ...html,
      server: 'nginx/1.24.0',
      'www-authenticate': 'Basic realm="Restricted"',
    }),
    false,
  ),
  gate(
    'rate-limited',
    { causes: ['rate-limited'], decisive: ['429'] },
    fixed(429, nginxPage('429 Too Many Requests'), { ...html, server: 'nginx/1.24.0', 'retry-after': '60' }),
    false,
  ),
  gate(
    'issuer-down',
    {
      causes: ['gateway-down', 'idp-unreachable'],
      beside: ['gateway-down', 'idp-unreachable'],
      decisive: ['503'],
    },
    fixed(503, nginxPage('503 Service Temporarily Unavailable'), { ...html, server: 'nginx/1.24.0' }),
    true,
    true,
  ),
  after(
    'oidc-provider-after/issuer-with-a-slash',
    ['oidc-provider 9'],
    { causes: ['issuer-mismatch'], decisive: [`${login}/`] },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)], { issuer: `${login}/`, at: login });
      const project = (main: string): object => projectOf(stage, { issuers: { main } });
      return {
        project: project(login),
        scenario: getToken,
        env,
        heal: async () => ({ project: project(`${login}/`) }),
      };
    },
  ),
  after(
    'oidc-provider-after/secret-with-carriage-return',
    ['oidc-provider 9'],
    { causes: secretSide, beside: ['client-secret-wrong'], decisive: ['web'] },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)]);
      return {
        project: projectOf(stage, { client: { token_endpoint_auth_method: 'client_secret_post' } }),
        scenario: getToken,
        env: { ...env, WEB_SECRET: `${secret}\r\n` },
        heal: async () => ({ env }),
      };
    },
  ),
  after(
    'node-oauth-after/scope-with-a-dot',
    ['@node-oauth/oauth2-server 5'],
    { causes: ['scope-unknown', 'scope-not-allowed'], beside: ['scope-unknown'], decisive: ['orders.read'] },
    async (stage) => {
      await stage.serve(login, createNodeOAuth([nodeClient('web', secret)]).listener);
      const project = (scope: string): object =>
        projectOf(
          stage,
          {
            ...open,
            issuers: {
              main: { issuer: login, discovery: 'none', metadata: { token_endpoint: `${login}/token` } },
            },
          },
          { reader: { ...reader.reader, scope } },
        );
      return {
        project: project('orders.read'),
        scenario: getToken,
        env,
        heal: async () => ({ project: project('orders:read') }),
      };
    },
  ),
  flow(
    'oidc-provider-after/pkce-verifier-missing',
    {
      causes: ['pkce-mismatch', 'pkce-missing'],
      beside: ['pkce-mismatch', 'pkce-missing'],
      decisive: ['code_verifier'],
    },
    logIn(oidcNames) + redeem({ code_verifier: null }),
    logIn(oidcNames) + redeem(),
    true,
  ),
  flow(
    'oidc-provider-after/code-truncated',
    { causes: codeSide, decisive: ['invalid_grant'], twin: 'oidc-provider/code-expired' },
    logIn(oidcNames) + redeem({ code: 'x${code}' }),
    logIn(oidcNames) + redeem(),
    false,
  ),
  flow(
    'oidc-provider-after/refresh-by-other-client',
    { causes: ['client-mismatch'], decisive: ['batch', 'web'] },
    logIn(oidcNames) + redeem() + keepRefreshToken + refresh({ client_id: 'batch' }),
    logIn(oidcNames) + redeem() + keepRefreshToken + refresh(),
    true,
  ),
  flow(
    'oidc-provider-after/pkce-plain',
    {
      causes: ['request-param-wrong', 'pkce-mismatch', 'pkce-missing'],
      beside: ['request-param-wrong', 'pkce-mismatch', 'pkce-missing'],
      decisive: ['code_challenge_method'],
    },
    logIn(oidcNames).replace('code_challenge_method: S256', 'code_challenge_method: plain') + redeem(),
    logIn(oidcNames) + redeem(),
    false,
  ),
  flow(
    'node-oauth-after/grant-type-misspelled',
    { causes: ['grant-unsupported'], decisive: ['authorisation_code'] },
    logIn(nodeNames) + redeem({ grant_type: 'authorisation_code' }),
    logIn(nodeNames) + redeem(),
    true,
  ),
  flow(
    'node-oauth-after/code-missing',
    { causes: ['request-param-missing'], decisive: ['code'] },
    logIn(nodeNames) + redeem({ code: null }),
    logIn(nodeNames) + redeem(),
    false,
  ),
  resource(
    'token-for-another-audience',
    {
      causes: [
        'audience-mismatch',
        'token-invalid-unspecified',
        'issuer-mismatch',
        'client-mismatch',
        'token-claims-invalid',
        'signature-invalid',
        'key-unknown',
      ],
      beside: ['audience-mismatch'],
      decisive: ['https://billing.example.test'],
    },
    {
      wrong: { resource: 'https://billing.example.test' },
      right: { resource: api },
      listener: resourceServer((token) => aud(token) === api),
    },
  ),
  resource(
    'scope-missing',
    { causes: ['scope-missing'], decisive: ['orders:write'] },
    {
      settings: { scopes: ['orders:read', 'orders:write'] },
      wrong: { resource: api },
      right: { resource: api, scope: 'orders:read orders:write' },
      listener: wantsScope('orders:write'),
      isProtected: true,
    },
  ),
  resource(
    'scope-silently-dropped',
    {
      causes: ['scope-dropped', 'scope-missing'],
      beside: ['scope-dropped', 'scope-missing', 'scope-unknown'],
      decisive: ['orders.write'],
    },
    {
      settings: { scopes: ['orders:read', 'orders:write'] },
      wrong: { resource: api, scope: 'orders:read orders.write' },
      right: { resource: api, scope: 'orders:read orders:write' },
      listener: wantsScope('orders:write'),
    },
  ),
];

function aud(token: string): unknown {
  try {
    return decodeJwt(token).aud;
  } catch {
    return null;
  }
}
