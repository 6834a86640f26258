/** Okta and Auth0. */
import type { Answer, Asked } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { bearerOf, clientOf, getToken, now, played, token, tokenProject, unsignedToken } from './played.ts';

const okta = 'https://dev-123456.okta.com';
const client_id = '0oa1b2c3d4E5F6g7h8i9';
const secret = 'okta-client-secret-of-production-1';
const granted = token('an-access-token-of-this-server', { scope: 'orders:read' });
const credentials = {
  reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: 'orders:read' },
};
const tokenCase = {
  origins: { okta },
  environment: tokenProject(`${okta}/oauth2/default`, `${okta}/oauth2/default/v1/token`, { client_id }),
  credentials,
  scenario: getToken,
  env: { WEB_SECRET: secret },
};
const oktaHeaders = {
  server: 'nginx',
  'x-okta-request-id': 'ZxYwVuTsRqPoNmLkJiHgFgAAB8c',
  'x-xss-protection': '0',
  'cache-control': 'no-cache, no-store',
  'x-content-type-options': 'nosniff',
};
function oktaError(errorCode: string, errorSummary: string): Answer {
  const errorId = 'oaeVpKJ4mZQR0mWqE8xXj3qTw';
  const body = { errorCode, errorSummary, errorLink: errorCode, errorId, errorCauses: [] };
  return { status: 401, headers: oktaHeaders, body };
}

const oktaCases: readonly Case[] = [
  played({
    ...tokenCase,
    id: 'okta/client-secret-wrong',
    causes: ['client-secret-wrong'],
    beside: ['client-secret-expired'],
    decisive: [client_id],
    isProtected: false,
    env: { WEB_SECRET: 'okta-client-secret-of-last-year-1' },
    play: (asked) =>
      clientOf(asked).secret === secret
        ? granted
        : {
            status: 401,
            headers: oktaHeaders,
            body: {
              error: 'invalid_client',
              error_description: 'The client secret supplied for a confidential client is invalid.',
            },
          },
    healed: { env: { WEB_SECRET: secret } },
  }),
  played({
    ...tokenCase,
    id: 'okta/client-unknown',
    causes: ['client-unknown'],
    beside: ['client-disabled'],
    decisive: [client_id],
    play: () => oktaError('invalid_client', "Invalid value for 'client_id' parameter."),
    healed: { play: () => granted },
  }),
  played({
    id: 'okta/api-token-invalid',
    causes: [
      'api-key-invalid',
      'api-key-expired',
      'token-revoked',
      'token-unknown',
      'token-expired',
      'token-invalid-unspecified',
    ],
    decisive: ['E0000011'],
    origins: { okta },
    credentials: {
      admin: { type: 'api_key', in: 'header', name: 'authorization', value: 'SSWS ${secret.SSWS}' },
    },
    scenario: '\ncredential: admin\nsteps:\n  - GET: /api/v1/users\n',
    env: { SSWS: '00aBcDeFgHiJkLmNoPqRsTuVwXyZ-of-last-year' },
    play: (asked) => {
      const sent = asked.header('authorization');
      if (sent === 'SSWS 00aBcDeFgHiJkLmNoPqRsTuVwXyZ-of-this-year')
        return { status: 200, headers: oktaHeaders, body: [{ id: '00u1', status: 'ACTIVE' }] };
      return sent === null
        ? oktaError('E0000005', 'Invalid session')
        : oktaError('E0000011', 'Invalid token provided');
    },
    healed: { env: { SSWS: '00aBcDeFgHiJkLmNoPqRsTuVwXyZ-of-this-year' } },
  }),
];

const auth0 = 'https://acme.eu.auth0.com';
const auth0Case = {
  ...tokenCase,
  origins: { auth0 },
  environment: tokenProject(`${auth0}/`, `${auth0}/oauth/token`, {
    client_id: 'kR2vQp8sT4wX6yZ0aB1cD3eF5gH7iJ9k',
  }),
};
const auth0Headers = {
  server: 'cloudflare',
  'cf-ray': '8f1a2b3c4d5e6f70-FRA',
  'cache-control': 'no-store',
  'x-auth0-requestid': 'a1b2c3d4e5f6a7b8c9d0',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};
function auth0Refuses(status: number, error: string, error_description: string, more: object = {}): Answer {
  return { status, headers: auth0Headers, body: { error, error_description, ...more } };
}

/** The Management API takes tokens for its own audience. */
function management(good: string): (asked: Asked) => Answer {
  const refuse = (status: number, error: string, message: string, more: object): Answer => ({
    status,
    headers: auth0Headers,
    body: { statusCode: status, error, message, ...more },
  });
  return (asked) => {
    const sent = bearerOf(asked);
    if (sent === good) return { status: 200, headers: auth0Headers, body: [{ user_id: 'auth0|1' }] };
    if (sent === '') return refuse(401, 'Unauthorized', 'Missing authentication', {});
    const claims = claimsOf(sent);
    if (claims === null)
      return refuse(401, 'Unauthorized', 'Invalid token', { attributes: { error: 'Invalid token' } });
    if (claims.aud !== audience) {
      const message = `Bad audience: ${claims.aud}`;
      return refuse(401, 'Unauthorized', message, { attributes: { error: message } });
    }
    return refuse(403, 'Forbidden', 'Insufficient scope, expected any of: read:users', {
      errorCode: 'insufficient_scope',
    });
  };
}
function claimsOf(sent: string): { aud?: string } | null {
  try {
    return JSON.parse(Buffer.from(sent.split('.')[1] ?? '', 'base64url').toString()) as { aud?: string };
  } catch {
    return null;
  }
}
const audience = `${auth0}/api/v2/`;
const claims = {
  iss: `${auth0}/`,
  sub: 'k@clients',
  aud: audience,
  iat: now() - 60,
  exp: now() + 86_000,
  scope: 'read:users',
  gty: 'client-credentials',
};
const managementCase = {
  origins: { auth0 },
  credentials: { partner: { type: 'bearer', token: '${secret.TOKEN}' } },
  scenario: '\ncredential: partner\nsteps:\n  - GET: /api/v2/users\n',
  play: management(unsignedToken(claims)),
  healed: { env: { TOKEN: unsignedToken(claims) } },
};

const auth0Cases: readonly Case[] = [
  played({
    ...auth0Case,
    id: 'auth0/grant-not-allowed',
    causes: ['grant-not-allowed'],
    decisive: ['client_credentials'],
    play: () =>
      auth0Refuses(
        403,
        'unauthorized_client',
        "Grant type 'client_credentials' not allowed for the client.",
        {
          error_uri: 'https://auth0.com/docs/clients/client-grant-types',
        },
      ),
    healed: { play: () => granted },
  }),
  played({
    ...auth0Case,
    id: 'auth0/audience-unknown',
    causes: ['audience-mismatch'],
    decisive: ['https://orders.example.com'],
    isProtected: false,
    credentials: { reader: { ...credentials.reader, audience: 'https://orders.example.com' } },
    play: () =>
      auth0Refuses(403, 'access_denied', 'Service not enabled within domain: https://orders.example.com'),
    healed: { play: () => granted },
  }),
  played({
    ...managementCase,
    id: 'auth0/wrong-audience',
    causes: ['audience-mismatch'],
    decisive: ['https://orders.example.com'],
    env: { TOKEN: unsignedToken({ ...claims, aud: 'https://orders.example.com' }) },
  }),
  played({
    ...managementCase,
    id: 'auth0/insufficient-scope',
    causes: ['scope-missing'],
    decisive: ['read:users'],
    isProtected: false,
    env: { TOKEN: unsignedToken({ ...claims, scope: 'read:clients' }) },
  }),
];

export const oktaAuth0Cases: readonly Case[] = [...oktaCases, ...auth0Cases];
