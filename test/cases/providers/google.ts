/** Google's token and authorization endpoints, and its APIs. */
import type { Answer, Asked } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { clientOf, getToken, played, token, tokenProject } from './played.ts';

const accounts = 'https://accounts.google.com';
const oauth2 = 'https://oauth2.googleapis.com';
const translate = 'https://translation.googleapis.com';
const client_id = '123456789012-abcdefghijklmnopqrstuvwxyz012345.apps.googleusercontent.com';
const secret = 'GOCSPX-client-secret-of-production';
const refreshToken = '1//0gLongLivedRefreshTokenOfProduction';
const redirect_uris = ['https://app.example.com/callback'];
const environment = tokenProject(accounts, `${oauth2}/token`, { client_id, redirect_uris });
const credentials = {
  reader: { type: 'oauth2', grant_type: 'refresh_token', client: 'web', refresh_token: '${secret.REFRESH}' },
};
const env = { WEB_SECRET: secret, REFRESH: refreshToken };
const tokenCase = { origins: { oauth2, accounts }, environment, credentials, scenario: getToken, env };
const granted = token('ya29.an-access-token-of-google', { scope: 'openid' });

function refuse(status: number, error: string, error_description: string): Answer {
  const headers = {
    'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
    pragma: 'no-cache',
    server: 'scaffolding on HTTPServer2',
    'x-xss-protection': '0',
    'x-frame-options': 'SAMEORIGIN',
    'x-content-type-options': 'nosniff',
  };
  return { status, headers, body: { error, error_description } };
}

/** What the APIs answer: google.rpc.Status in JSON. */
function apiError(code: number, status: string, message: string, reason: string, metadata: object): Answer {
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata },
  ];
  return {
    status: code,
    headers: { server: 'ESF', vary: 'X-Origin, Referer', 'x-frame-options': 'SAMEORIGIN' },
    body: { error: { code, message, status, details } },
  };
}

const apiKey = 'AIzaSyD-the-key-of-production-0123456789';
const metadata = { service: 'translate.googleapis.com', consumer: 'projects/123456789012' };
const translated = { status: 200, body: { data: { languages: [{ language: 'de' }] } } };
const apiCase = {
  origins: { api: translate },
  credentials: { key: { type: 'api_key', in: 'header', name: 'x-goog-api-key', value: '${secret.API_KEY}' } },
  scenario: '\ncredential: key\nsteps:\n  - GET: /language/translate/v2/languages\n',
  env: { API_KEY: apiKey },
  fields: ['x-goog-api-key'],
};
const withoutKey = apiError(
  403,
  'PERMISSION_DENIED',
  "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  'CONSUMER_INVALID',
  { service: 'translate.googleapis.com' },
);

function apiPlay(asked: Asked, whenKnown: Answer): Answer {
  const key = asked.header('x-goog-api-key');
  if (key === null) return withoutKey;
  if (key === apiKey) return whenKnown;
  const text = 'API key not valid. Please pass a valid API key.';
  return apiError(400, 'INVALID_ARGUMENT', text, 'API_KEY_INVALID', { service: 'translate.googleapis.com' });
}

/** The authorization endpoint sends the browser to an error page, or back with an error where all is well. */
function authorizePlay(registered: string): (asked: Asked) => Answer {
  return ({ query }) => {
    const redirect_uri = query.get('redirect_uri') ?? '';
    const error =
      query.get('client_id') !== client_id
        ? 'invalid_client'
        : redirect_uri !== registered
          ? 'redirect_uri_mismatch'
          : null;
    if (error === null) {
      const back = new URL(redirect_uri);
      back.searchParams.set('error', 'interaction_required');
      back.searchParams.set('state', query.get('state') ?? '');
      return { status: 302, headers: { location: back.href, 'cache-control': 'no-store' } };
    }
    const page = new URL('/signin/oauth/error', accounts);
    const authError = Buffer.concat([
      Buffer.from([10, error.length]),
      Buffer.from(error),
      Buffer.from([18, 1, 46]),
    ]);
    page.searchParams.set('authError', authError.toString('base64'));
    page.searchParams.set('client_id', query.get('client_id') ?? '');
    page.searchParams.set('flowName', 'GeneralOAuthFlow');
    return {
      status: 302,
      headers: { location: page.href, 'cache-control': 'no-store' },
      body: '<HTML><TITLE>Moved Temporarily</TITLE></HTML>',
    };
  };
}
const authorizeEnvironment = {
  issuers: {
    main: {
      issuer: accounts,
      discovery: 'none',
      metadata: { authorization_endpoint: `${accounts}/o/oauth2/v2/auth`, token_endpoint: `${oauth2}/token` },
    },
  },
  clients: { web: { client_id, client_secret: '${secret.WEB_SECRET}', redirect_uris } },
};

export const googleCases: readonly Case[] = [
  played({
    ...tokenCase,
    id: 'google/refresh-token-revoked',
    causes: ['refresh-token-revoked', 'refresh-token-expired'],
    decisive: ['Token has been expired or revoked.'],
    isProtected: false,
    play: () => refuse(400, 'invalid_grant', 'Token has been expired or revoked.'),
    healed: { play: () => granted },
  }),
  played({
    ...tokenCase,
    id: 'google/client-unknown',
    causes: ['client-unknown'],
    decisive: [client_id],
    play: () => refuse(401, 'invalid_client', 'The OAuth client was not found.'),
    healed: { play: () => granted },
  }),
  played({
    ...tokenCase,
    id: 'google/client-secret-wrong',
    causes: [
      'client-secret-wrong',
      'client-secret-expired',
      'client-auth-method-wrong',
      'client-unknown',
      'client-disabled',
      'client-type-wrong',
    ],
    decisive: [client_id],
    env: { ...env, WEB_SECRET: 'GOCSPX-client-secret-of-staging' },
    play: (asked) =>
      clientOf(asked).secret === secret ? granted : refuse(401, 'invalid_client', 'Unauthorized'),
    healed: { env },
  }),
  played({
    id: 'google/redirect-uri-mismatch',
    causes: ['redirect-uri-mismatch'],
    decisive: ['https://app.example.com/callback'],
    twin: 'google/authorize-client-unknown',
    origins: { accounts, oauth2 },
    environment: authorizeEnvironment,
    scenario: '\nsteps:\n  - authorize: {client: web, redirect_uri: all}\n',
    env: { WEB_SECRET: secret },
    play: authorizePlay('https://app.example.com/callback/'),
    healed: { play: authorizePlay('https://app.example.com/callback') },
  }),
  played({
    id: 'google/authorize-client-unknown',
    causes: ['client-unknown'],
    beside: ['client-disabled'],
    decisive: ['000000000000-nobody.apps.googleusercontent.com'],
    twin: 'google/redirect-uri-mismatch',
    origins: { accounts, oauth2 },
    environment: {
      ...authorizeEnvironment,
      clients: { web: { client_id: '000000000000-nobody.apps.googleusercontent.com', redirect_uris } },
    },
    scenario: '\nsteps:\n  - authorize: {client: web, redirect_uri: all}\n',
    env: { WEB_SECRET: secret },
    play: authorizePlay('https://app.example.com/callback'),
    healed: { environment: { clients: { web: { client_id, redirect_uris } } } },
  }),
  played({
    ...apiCase,
    id: 'google/api-disabled',
    causes: ['api-disabled'],
    decisive: ['Cloud Translation API'],
    play: (asked) =>
      apiPlay(
        asked,
        apiError(
          403,
          'PERMISSION_DENIED',
          'Cloud Translation API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/translate.googleapis.com/overview?project=123456789012 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.',
          'SERVICE_DISABLED',
          metadata,
        ),
      ),
    healed: { play: (asked) => apiPlay(asked, translated) },
  }),
  played({
    ...apiCase,
    id: 'google/api-key-invalid',
    causes: ['api-key-invalid'],
    decisive: ['API key not valid'],
    isProtected: false,
    env: { API_KEY: 'AIzaSyD-the-key-of-last-year-0123456789' },
    play: (asked) => apiPlay(asked, translated),
    healed: { env: { API_KEY: apiKey } },
  }),
];
