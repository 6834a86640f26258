import { about, type Case, html, json, machine, web } from './explain-subjects.ts';
import { now } from './subjects.ts';

const endpoint = 'https://login.example.test/token';
const token = (error: string, description?: string, requestBody?: string) =>
  about({
    stage: 'token',
    uses: [],
    credential: machine,
    client: web,
    hops: [
      {
        url: endpoint,
        method: 'POST',
        sent: [['Content-Type', 'application/x-www-form-urlencoded']],
        ...json(error === 'invalid_client' ? 401 : 400, {
          error,
          ...(description === undefined ? {} : { error_description: description }),
        }),
        ...(requestBody === undefined ? {} : { requestBody }),
      },
    ],
  });
const callback = 'https://app.example.test/callback/';
const authorize = (query: string, text = 'Error') =>
  about({
    stage: 'authorization',
    uses: [],
    credential: null,
    client: web,
    hops: [{ url: `https://login.example.test/auth?${query}`, ...html(400, `<title>${text}</title>`) }],
  });
const foreign = about({
  stage: 'token',
  uses: [],
  client: { ...web, client_id: 'web-staging' },
  hops: [json(401, { error: 'invalid_client' })],
});
const redeemed = (over: object = {}) =>
  about({
    stage: 'token',
    uses: [],
    client: web,
    hops: [
      {
        url: endpoint,
        method: 'POST',
        ...json(400, { error: 'invalid_grant' }),
        requestBody:
          'grant_type=authorization_code&code=[code]&redirect_uri=https%3A%2F%2Fapp.example.test%2Fcallback',
      },
    ],
    past: [
      {
        hops: [
          {
            url: endpoint,
            method: 'POST',
            status: 200,
            requestBody: 'grant_type=authorization_code&code=[code]',
            over: { clock: { sent: now - 65_010, received: now - 65_000 } },
          },
        ],
        step: 'redeem the code',
      },
    ],
    ...over,
  });
const refreshed = 'grant_type=refresh_token&refresh_token=[secret:REFRESH]';

export const clientCases: readonly Case[] = [
  ['client-unknown', 'nowhere known', token('invalid_client')],
  ['client-unknown', 'a client of staging', foreign],
  ['client-disabled', 'said so', token('invalid_client', 'Client is disabled')],
  ['client-secret-wrong', 'known client', token('invalid_client', 'client authentication failed')],
  [
    'client-secret-expired',
    'said so',
    token('invalid_client', 'The provided client secret keys are expired'),
  ],
  ['client-auth-missing', 'said so', token('invalid_client', 'no client authentication included')],
  ['client-auth-method-wrong', 'said so', token('invalid_client', 'token_endpoint_auth_method mismatch')],
  ['client-type-wrong', 'said so', token('invalid_client', 'public clients must not send a secret')],
  ['client-assertion-invalid', 'said so', token('invalid_client', 'invalid signature of client assertion')],
  ['client-assertion-audience', 'said so', token('invalid_client', 'unexpected aud in client assertion')],
  [
    'client-assertion-replayed',
    'said so',
    token('invalid_client', 'client assertion tokens must only be used once'),
  ],
  ['credentials-not-encoded', 'at the token endpoint', token('invalid_client')],
  [
    'redirect-uri-mismatch',
    'a slash',
    authorize(`redirect_uri=${encodeURIComponent(callback)}`, 'Invalid redirect_uri'),
  ],
  [
    'redirect-uri-mismatch',
    'the listed one',
    authorize(`redirect_uri=${encodeURIComponent(callback.slice(0, -1))}`),
  ],
  ['redirect-uri-mismatch', 'at the token endpoint', token('invalid_grant')],
  ['grant-unsupported', 'form', token('unsupported_grant_type', undefined, 'grant_type=password')],
  [
    'grant-unsupported',
    'a JSON body',
    about({
      stage: 'token',
      client: web,
      credential: machine,
      hops: [
        {
          method: 'POST',
          sent: [['Content-Type', 'application/json']],
          requestBody: '{}',
          ...json(400, { error: 'unsupported_grant_type' }),
        },
      ],
    }),
  ],
  ['grant-not-allowed', 'client_credentials', token('unauthorized_client')],
  ['response-type-unsupported', 'implicit', authorize('response_type=token')],
  ['request-param-missing', 'named', token('invalid_request', 'missing required parameter: scope')],
  ['request-param-wrong', 'named', token('invalid_request', 'duplicate parameter: scope')],
  ['pkce-missing', 'not sent', authorize('response_type=code')],
  ['pkce-missing', 'sent', authorize('code_challenge=x&code_challenge_method=plain')],
  ['pkce-mismatch', 'said so', token('invalid_grant', 'PKCE verification failed')],
  ['code-invalid', 'with history', redeemed()],
  ['code-expired', 'said so', token('invalid_grant', 'authorization code has expired')],
  ['code-reused', 'with history', redeemed()],
  ['refresh-token-expired', 'said so', token('invalid_grant', 'Token is not active', refreshed)],
  ['refresh-token-revoked', 'said so', token('invalid_grant', 'Stale token', refreshed)],
  [
    'refresh-token-reused',
    'twice in this run',
    about({
      stage: 'token',
      client: web,
      credential: machine,
      hops: [{ url: endpoint, requestBody: refreshed, ...json(400, { error: 'invalid_grant' }) }],
      past: [{ hops: [{ url: endpoint, requestBody: refreshed, status: 200 }] }],
    }),
  ],
  ['refresh-token-unknown', 'said so', token('invalid_grant', 'Invalid refresh token', refreshed)],
  ['state-mismatch', 'said so', token('invalid_request', 'state mismatch')],
  ['scope-unknown', 'at the token endpoint', token('invalid_scope')],
  [
    'scope-unknown',
    'not in scopes_supported',
    about({
      stage: 'authorization',
      uses: [],
      credential: null,
      client: { ...web, issuer: { ...web.issuer, metadata: { scopes_supported: ['openid'] } } },
      hops: [
        {
          url: 'https://login.example.test/auth?scope=openid+orders',
          ...json(400, { error: 'invalid_scope' }),
        },
      ],
    }),
  ],
  ['scope-not-allowed', 'at the token endpoint', token('invalid_scope')],
  [
    'idp-unreachable',
    'at the token endpoint',
    about({ stage: 'token', client: web, uses: [], hops: [{ url: endpoint, status: 502 }] }),
  ],
  [
    'idp-unreachable',
    'where the token endpoint broke down',
    about({ stage: 'token', client: web, uses: [], hops: [{ url: endpoint, status: 500 }] }),
  ],
  [
    'endpoint-wrong',
    'at the token endpoint',
    about({ stage: 'token', client: web, uses: [], hops: [{ url: endpoint, method: 'POST', status: 404 }] }),
  ],
  [
    'method-wrong',
    'at the token endpoint',
    about({
      stage: 'token',
      client: web,
      uses: [],
      hops: [{ url: endpoint, status: 405, headers: [['Allow', 'POST']] }],
    }),
  ],
  ['policy-blocked', 'at the token endpoint', token('access_denied', 'Access has been blocked by a policy')],
  [
    'client-disabled',
    'without client',
    about({ stage: 'token', uses: [], credential: null, hops: [json(401, { error: 'invalid_client' })] }),
  ],
];
