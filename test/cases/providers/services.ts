/** GitHub, Slack, Stripe. */
import type { Answer } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { bearerOf, getToken, played, token, tokenProject } from './played.ts';

const github = 'https://api.github.com';
const githubWeb = 'https://github.com';
const bearer = { partner: { type: 'bearer', token: '${secret.TOKEN}' } };
const classic = 'ghp_aTokenOfProductionWithRepo0123456789';

function githubSays(status: number, body: object, scopes: { held?: string; accepted?: string } = {}): Answer {
  return {
    status,
    headers: {
      server: 'github.com',
      'x-github-media-type': 'github.v3; format=json',
      'x-github-request-id': 'C0DE:1A2B3C:4D5E6F:7A8B9C:65432100',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4987',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3000),
      ...(scopes.held === undefined ? {} : { 'x-oauth-scopes': scopes.held }),
      ...(scopes.accepted === undefined ? {} : { 'x-accepted-oauth-scopes': scopes.accepted }),
    },
    body,
  };
}
const notFound = {
  message: 'Not Found',
  documentation_url: 'https://docs.github.com/rest/repos/repos#get-a-repository',
  status: '404',
};

const githubCases: readonly Case[] = [
  played({
    id: 'github/bad-credentials',
    causes: [
      'token-revoked',
      'token-unknown',
      'token-expired',
      'token-malformed',
      'token-invalid-unspecified',
      'api-key-invalid',
    ],
    decisive: ['Bad credentials'],
    origins: { github },
    credentials: bearer,
    scenario: '\ncredential: partner\nsteps:\n  - GET: /user\n',
    env: { TOKEN: 'ghp_aTokenThatWasRevoked0123456789abcdef' },
    play: (asked) => {
      const sent = bearerOf(asked);
      if (sent === classic) return githubSays(200, { login: 'ann' }, { held: 'repo', accepted: '' });
      const message = sent === '' ? 'Requires authentication' : 'Bad credentials';
      return githubSays(401, { message, documentation_url: 'https://docs.github.com/rest', status: '401' });
    },
    healed: { env: { TOKEN: classic } },
  }),
  played({
    id: 'github/private-repository',
    causes: ['scope-missing', 'permission-missing'],
    beside: ['scope-missing'],
    decisive: ['repo'],
    isProtected: false,
    origins: { github },
    credentials: bearer,
    scenario: '\ncredential: partner\nsteps:\n  - GET: /user\n  - GET: /repos/acme/orders\n',
    env: { TOKEN: 'ghp_aTokenWithTooFewScopes0123456789abcd' },
    play: (asked) => {
      const sent = bearerOf(asked);
      const held = sent === classic ? 'repo' : 'read:org';
      if (sent !== classic && !sent.startsWith('ghp_aTokenWith')) {
        if (asked.path !== '/user' && sent === '') return githubSays(404, notFound);
        const message = sent === '' ? 'Requires authentication' : 'Bad credentials';
        return githubSays(401, { message, documentation_url: 'https://docs.github.com/rest', status: '401' });
      }
      if (asked.path === '/user') return githubSays(200, { login: 'ann' }, { held, accepted: '' });
      if (asked.path !== '/repos/acme/orders')
        return githubSays(404, { ...notFound, documentation_url: 'https://docs.github.com/rest' }, { held });
      return sent === classic
        ? githubSays(200, { full_name: 'acme/orders', private: true }, { held, accepted: 'repo' })
        : githubSays(404, notFound, { held, accepted: 'repo' });
    },
    healed: { env: { TOKEN: classic } },
  }),
  played({
    id: 'github/bad-refresh-token',
    causes: [
      'refresh-token-expired',
      'refresh-token-revoked',
      'refresh-token-reused',
      'refresh-token-unknown',
    ],
    decisive: ['bad_refresh_token'],
    origins: { web: githubWeb },
    environment: tokenProject(githubWeb, `${githubWeb}/login/oauth/access_token`, {
      client_id: 'Iv1.a1b2c3d4e5f6a7b8',
      token_endpoint_auth_method: 'client_secret_post',
    }),
    credentials: {
      reader: {
        type: 'oauth2',
        grant_type: 'refresh_token',
        client: 'web',
        refresh_token: '${secret.REFRESH}',
      },
    },
    scenario: getToken,
    env: {
      WEB_SECRET: 'github-client-secret-of-production',
      REFRESH: 'ghr_aRefreshTokenThatIsTooOld0123456789',
    },
    play: (asked) =>
      asked.form.get('refresh_token') === 'ghr_aRefreshTokenThatIsNew0123456789abc'
        ? token('ghu_anAccessToken', { token_type: 'bearer', refresh_token: 'ghr_theNext' })
        : {
            status: 200,
            headers: { server: 'github.com', 'cache-control': 'max-age=0, private, must-revalidate' },
            body: {
              error: 'bad_refresh_token',
              error_description: 'The refresh token passed is incorrect or expired.',
              error_uri: 'https://docs.github.com',
            },
          },
    healed: { env: { REFRESH: 'ghr_aRefreshTokenThatIsNew0123456789abc' } },
  }),
];

const slack = 'https://slack.com';
const slackToken = 'xoxb-1234567890-production-token';
function slackCase(
  fault: string,
  told: Pick<Case, 'causes' | 'decisive'> & Partial<Pick<Case, 'beside' | 'twin'>>,
  answer: object,
  isProtected: boolean,
): Case {
  return played({
    id: `slack/${fault}`,
    ...told,
    isProtected,
    origins: { slack },
    credentials: bearer,
    scenario:
      '\ncredential: partner\nsteps:\n  - GET: /api/conversations.list\n    expect: {status: 200, json: {"$.ok": true}}\n',
    env: { TOKEN: 'xoxb-1234567890-a-token-that-is-no-good' },
    play: (asked) => {
      const sent = bearerOf(asked);
      const headers = {
        'cache-control': 'private, no-cache, no-store, must-revalidate',
        'x-slack-req-id': '3f1c0d',
        server: 'Apache',
      };
      if (sent === slackToken) return { status: 200, headers, body: { ok: true, channels: [{ id: 'C1' }] } };
      if (sent === 'xoxb-1234567890-a-token-that-is-no-good')
        return { status: 200, headers, body: { ok: false, ...answer } };
      return {
        status: 200,
        headers,
        body: { ok: false, error: sent === '' ? 'not_authed' : 'invalid_auth' },
      };
    },
    healed: { env: { TOKEN: slackToken } },
  });
}
const slackCases: readonly Case[] = [
  slackCase(
    'token-revoked',
    { causes: ['token-revoked'], decisive: ['token_revoked'] },
    { error: 'token_revoked' },
    true,
  ),
  slackCase(
    'missing-scope',
    { causes: ['scope-missing'], decisive: ['channels:read'] },
    { error: 'missing_scope', needed: 'channels:read', provided: 'chat:write' },
    false,
  ),
  slackCase(
    'account-inactive',
    { causes: ['user-disabled', 'token-revoked'], decisive: ['account_inactive'] },
    { error: 'account_inactive' },
    true,
  ),
];

const stripe = 'https://api.stripe.com';
const liveKey = 'sk_' + 'live_51aKeyOfProduction00000000abcd';
const testKey = 'sk_' + 'test_51aKeyOfStaging000000000000wxyz';
const customer = '/v1/customers/cus_NffrFeUfNV2Hib';
function stripeSays(status: number, error: object): Answer {
  return {
    status,
    headers: {
      server: 'nginx',
      'request-id': 'req_8kVQ0aBcDeFgHi',
      'stripe-version': '2024-06-20',
      'cache-control': 'no-cache, no-store',
      'access-control-allow-origin': '*',
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="Stripe"' } : {}),
    },
    body: { error },
  };
}
function stripePlay(known: Readonly<Record<string, Answer>>): Parameters<typeof played>[0]['play'] {
  return (asked) => {
    const sent = bearerOf(asked);
    const missing =
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
    if (sent === '') return stripeSays(401, { message: missing, type: 'invalid_request_error' });
    const shown = `${sent.slice(0, 8)}${'*'.repeat(Math.max(0, sent.length - 12))}${sent.slice(-4)}`;
    return (
      known[sent] ??
      stripeSays(401, { message: `Invalid API Key provided: ${shown}`, type: 'invalid_request_error' })
    );
  };
}
const found = { status: 200, body: { id: 'cus_NffrFeUfNV2Hib', object: 'customer', livemode: true } };
const stripeCase = {
  origins: { stripe },
  credentials: bearer,
  scenario: `\ncredential: partner\nsteps:\n  - GET: ${customer}\n`,
};
const stripeCases: readonly Case[] = [
  played({
    ...stripeCase,
    id: 'stripe/key-of-test-mode',
    causes: ['environment-mixup'],
    decisive: ['test mode'],
    env: { TOKEN: liveKey },
    play: stripePlay({
      [liveKey]: stripeSays(404, {
        code: 'resource_missing',
        doc_url: 'https://stripe.com/docs/error-codes/resource-missing',
        message:
          "No such customer: 'cus_NffrFeUfNV2Hib'; a similar object exists in test mode, but a live mode key was used to make this request.",
        param: 'id',
        type: 'invalid_request_error',
      }),
    }),
    healed: { env: { TOKEN: testKey }, play: stripePlay({ [testKey]: found }) },
  }),
  played({
    ...stripeCase,
    id: 'stripe/key-invalid',
    causes: ['api-key-invalid'],
    decisive: ['Invalid API Key'],
    isProtected: false,
    env: { TOKEN: 'sk_' + 'live_51aKeyThatNobodyKnows0000zzzz' },
    play: stripePlay({ [liveKey]: found }),
    healed: { env: { TOKEN: liveKey } },
  }),
];

export const serviceCases: readonly Case[] = [...githubCases, ...slackCases, ...stripeCases];
