/** AWS API Gateway, Cloudflare, Keycloak. */
import type { Answer, Asked } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { bearerOf, clientOf, getToken, now, played, token, unsignedToken } from './played.ts';

const aws = 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com';
const awsKey = 'the-key-of-production-0123456789abcdefgh';
function awsSays(message: string, type: string): Answer {
  return {
    status: 403,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': '5b6a1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d',
      'x-amzn-errortype': type,
      'x-amz-apigw-id': 'Qw3rTyUiOp9aSdF=',
    },
    body: { message },
  };
}
const missingToken = awsSays('Missing Authentication Token', 'MissingAuthenticationTokenException');
/** Routes come before keys: a path without one is told as a missing signature. */
function awsPlay({ path, header }: Asked): Answer {
  if (path !== '/prod/orders')
    return path.startsWith('/prod/') ? missingToken : awsSays('Forbidden', 'ForbiddenException');
  return header('x-api-key') === awsKey
    ? { status: 200, headers: { 'content-type': 'application/json' }, body: { orders: [] } }
    : awsSays('Forbidden', 'ForbiddenException');
}
const keyed = { key: { type: 'api_key', in: 'header', name: 'x-api-key', value: '${secret.API_KEY}' } };
const awsSteps = (path: string): string => `\ncredential: key\nsteps:\n  - GET: ${path}\n`;
const awsCase = { origins: { aws }, credentials: keyed, play: awsPlay };

const awsCases: readonly Case[] = [
  played({
    ...awsCase,
    id: 'aws/path-without-a-route',
    causes: ['route-missing', 'credentials-missing', 'scheme-mismatch'],
    decisive: ['Missing Authentication Token'],
    twin: 'aws/not-signed',
    scenario: awsSteps('/prod/v2/orders'),
    env: { API_KEY: awsKey },
    healed: { scenario: awsSteps('/prod/orders') },
  }),
  played({
    ...awsCase,
    id: 'aws/not-signed',
    // The route wants a signature (AWS_IAM) and gets a key.
    causes: ['credentials-missing', 'route-missing', 'scheme-mismatch'],
    decisive: ['Missing Authentication Token'],
    twin: 'aws/path-without-a-route',
    scenario: awsSteps('/prod/orders'),
    env: { API_KEY: awsKey },
    play: () => missingToken,
    healed: { play: awsPlay },
  }),
  played({
    ...awsCase,
    id: 'aws/key-invalid',
    causes: [
      'api-key-invalid',
      'api-key-expired',
      'edge-blocked',
      'policy-blocked',
      'permission-missing',
      'ip-not-allowed',
      'route-missing',
    ],
    decisive: ['Forbidden'],
    twin: 'aws/stage-wrong',
    isProtected: false,
    scenario: awsSteps('/prod/orders'),
    env: { API_KEY: 'the-key-of-staging-0123456789abcdefghijk' },
    healed: { env: { API_KEY: awsKey } },
  }),
  played({
    ...awsCase,
    id: 'aws/stage-wrong',
    causes: [
      'route-missing',
      'api-key-invalid',
      'api-key-expired',
      'edge-blocked',
      'policy-blocked',
      'permission-missing',
      'ip-not-allowed',
    ],
    decisive: ['Forbidden'],
    twin: 'aws/key-invalid',
    scenario: awsSteps('/production/orders'),
    env: { API_KEY: awsKey },
    healed: { scenario: awsSteps('/prod/orders') },
  }),
];

const shop = 'https://api.shop.example.com';
const cloudflare = { server: 'cloudflare', 'cf-ray': '8f1a2b3c4d5e6f70-FRA' };
const bearer = { partner: { type: 'bearer', token: '${secret.TOKEN}' } };
const shopToken = 'a-token-of-production-0001';
function shopPlay(asked: Asked): Answer {
  return bearerOf(asked) === shopToken
    ? { status: 200, headers: cloudflare, body: { orders: [] } }
    : {
        status: 401,
        headers: { ...cloudflare, 'www-authenticate': 'Bearer' },
        body: { error: 'unauthorized' },
      };
}
const shopCase = {
  origins: { shop },
  credentials: bearer,
  scenario: '\ncredential: partner\nsteps:\n  - GET: /orders\n',
  env: { TOKEN: shopToken },
  healed: { play: shopPlay },
};
const challengePage = `<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><meta name="robots" content="noindex,nofollow"></head>
<body><noscript><div class="h2"><span id="challenge-error-text">Enable JavaScript and cookies to continue</span></div></noscript>
<script>(function(){window._cf_chl_opt={cvId:'3',cZone:"api.shop.example.com",cType:'managed'};var a=document.createElement('script');a.src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8f1a2b3c4d5e6f70';}());</script></body></html>`;

const cloudflareCases: readonly Case[] = [
  played({
    ...shopCase,
    id: 'cloudflare/challenge',
    causes: ['edge-challenge'],
    decisive: ['cf-mitigated'],
    play: () => ({
      status: 403,
      headers: {
        ...cloudflare,
        'content-type': 'text/html; charset=UTF-8',
        'cf-mitigated': 'challenge',
        'accept-ch': 'Sec-CH-UA-Bitness, Sec-CH-UA-Arch',
        'cache-control': 'private, max-age=0, no-store, no-cache, must-revalidate',
      },
      body: challengePage,
    }),
  }),
  played({
    ...shopCase,
    id: 'cloudflare/blocked',
    causes: ['edge-blocked'],
    beside: ['ip-not-allowed'],
    decisive: ['1020'],
    isProtected: false,
    play: () => ({
      status: 403,
      headers: {
        ...cloudflare,
        'content-type': 'text/plain; charset=UTF-8',
        'cache-control': 'private, no-store',
      },
      body: 'error code: 1020',
    }),
  }),
  played({
    ...shopCase,
    id: 'cloudflare/rate-limited',
    causes: ['rate-limited'],
    decisive: ['1015'],
    play: () => ({
      status: 429,
      headers: { ...cloudflare, 'content-type': 'text/plain; charset=UTF-8', 'retry-after': '30' },
      body: 'error code: 1015',
    }),
  }),
];

const keycloak = 'https://sso.example.com';
const realm = `${keycloak}/realms/acme`;
const endpoints = `${realm}/protocol/openid-connect`;
const callback = 'https://app.example.com/callback';
const secret = 'keycloak-client-secret-of-production';
const granted = token('an-access-token-of-keycloak', { 'not-before-policy': 0, scope: 'profile email' });
const keycloakHeaders = {
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'cache-control': 'no-store',
  pragma: 'no-cache',
};
/** A realm in which `client_id` is registered with `secret`. */
function keycloakPlay(registered: string, refreshToken = ''): (asked: Asked) => Answer {
  const headers = keycloakHeaders;
  return (asked) => {
    if (asked.path === '/realms/acme/.well-known/openid-configuration')
      return {
        status: 200,
        headers,
        body: {
          issuer: realm,
          authorization_endpoint: `${endpoints}/auth`,
          token_endpoint: `${endpoints}/token`,
          jwks_uri: `${endpoints}/certs`,
          response_types_supported: ['code', 'none', 'id_token'],
          grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
          token_endpoint_auth_methods_supported: [
            'private_key_jwt',
            'client_secret_basic',
            'client_secret_post',
          ],
        },
      };
    if (asked.path === '/realms/acme/protocol/openid-connect/auth') return showPage(asked, registered);
    if (asked.path === '/realms/acme/protocol/openid-connect/token') {
      const { id, secret: sent } = clientOf(asked);
      if (id !== registered || sent !== secret)
        return {
          status: 401,
          headers,
          body: {
            error: 'invalid_client',
            error_description: 'Invalid client or Invalid client credentials',
          },
        };
      if (refreshToken !== '' && asked.form.get('refresh_token') !== refreshToken)
        return {
          status: 400,
          headers,
          body: { error: 'invalid_grant', error_description: 'Token is not active' },
        };
      return granted;
    }
    return { status: 404, headers, body: { error: 'Unable to find matching target resource method' } };
  };
}
function showPage({ query }: Asked, registered: string): Answer {
  const page = (text: string): Answer => ({
    status: 400,
    headers: keycloakHeaders,
    body: `<!DOCTYPE html><html class="login-pf"><head><title>Sign in to acme</title></head><body>
<h1 id="kc-page-title">We are sorry...</h1><div id="kc-error-message"><p class="instruction">${text}</p></div></body></html>`,
  });
  if (query.get('client_id') !== registered) return page('Client not found.');
  if (query.get('redirect_uri') !== callback) return page('Invalid parameter: redirect_uri');
  const back = new URL(callback);
  back.search = String(
    new URLSearchParams({ error: 'login_required', state: query.get('state') ?? '', iss: realm }),
  );
  return { status: 302, headers: { ...keycloakHeaders, location: back.href } };
}
const keycloakCase = {
  origins: { sso: keycloak },
  environment: {
    issuers: { main: realm },
    clients: {
      web: { client_id: 'orders-web', client_secret: '${secret.WEB_SECRET}', redirect_uris: [callback] },
    },
  },
  credentials: { reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' } },
  scenario: getToken,
  env: { WEB_SECRET: secret },
};
const session = { iss: realm, aud: realm, sub: 'ann', typ: 'Refresh', azp: 'orders-web', sid: 'b1d0' };
const old = unsignedToken(
  { ...session, iat: now() - 7200, exp: now() - 5400 },
  { alg: 'HS512', typ: 'JWT', kid: 'a1' },
);
const young = unsignedToken(
  { ...session, iat: now() - 60, exp: now() + 1740 },
  { alg: 'HS512', typ: 'JWT', kid: 'a1' },
);

const keycloakCases: readonly Case[] = [
  played({
    ...keycloakCase,
    id: 'keycloak/client-unknown',
    causes: ['client-unknown'],
    beside: ['client-disabled'],
    decisive: ['orders-web', realm],
    twin: 'keycloak/client-secret-wrong',
    play: keycloakPlay('orders-web-production'),
    healed: { play: keycloakPlay('orders-web') },
  }),
  played({
    ...keycloakCase,
    id: 'keycloak/client-secret-wrong',
    causes: ['client-secret-wrong', 'client-secret-expired', 'client-auth-method-wrong', 'client-type-wrong'],
    decisive: ['orders-web', realm],
    twin: 'keycloak/client-unknown',
    isProtected: false,
    env: { WEB_SECRET: 'keycloak-client-secret-of-staging-01' },
    play: keycloakPlay('orders-web'),
    healed: { env: { WEB_SECRET: secret } },
  }),
  played({
    ...keycloakCase,
    id: 'keycloak/redirect-uri-mismatch',
    causes: ['redirect-uri-mismatch'],
    decisive: [`${callback}/`],
    environment: {
      ...keycloakCase.environment,
      clients: { web: { client_id: 'orders-web', redirect_uris: [`${callback}/`] } },
    },
    credentials: {},
    scenario: '\nsteps:\n  - authorize: {client: web, redirect_uri: all}\n',
    play: keycloakPlay('orders-web'),
    healed: { environment: { clients: { web: { client_id: 'orders-web', redirect_uris: [callback] } } } },
  }),
  played({
    ...keycloakCase,
    id: 'keycloak/refresh-token-not-active',
    causes: ['refresh-token-expired'],
    beside: ['session-expired'],
    decisive: ['Token is not active'],
    credentials: {
      reader: {
        type: 'oauth2',
        grant_type: 'refresh_token',
        client: 'web',
        refresh_token: '${secret.REFRESH}',
      },
    },
    env: { WEB_SECRET: secret, REFRESH: old },
    play: keycloakPlay('orders-web', young),
    healed: { env: { REFRESH: young } },
  }),
];

export const gatewayCases: readonly Case[] = [...awsCases, ...cloudflareCases, ...keycloakCases];
