/** Token endpoints of public providers, played. */
import type { Answer, Asked } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { clientOf, getToken, played, token, tokenProject } from '../providers/played.ts';

interface Refusal extends Pick<Case, 'id' | 'causes' | 'decisive'>, Partial<Pick<Case, 'beside' | 'twin'>> {
  readonly origin: string;
  readonly issuer: string;
  readonly endpoint: string;
  readonly refused: Answer;
  /** What makes the difference; healed by sending another. */
  readonly wrong: 'client' | 'secret' | 'refresh_token' | 'provider';
  readonly scope?: string;
  readonly isProtected?: boolean;
}

const goodSecret = 'client-secret-of-production-0123456789';
const goodClient = '4kq2v8s1t0example7client';

function refusal(given: Refusal): Case {
  const { id, causes, decisive, beside, twin, origin, issuer, endpoint, refused, wrong, scope } = given;
  const refreshing = wrong === 'refresh_token';
  const play =
    (healed: boolean) =>
    (asked: Asked): Answer => {
      if (`${asked.origin}${asked.path}` !== endpoint || asked.method !== 'POST')
        return { status: 404, body: 'Not Found' };
      const client = clientOf(asked);
      const fits = client.id === goodClient && client.secret === goodSecret;
      const current = !refreshing || asked.form.get('refresh_token') === 'refresh-token-that-is-current';
      return fits && current && (healed || wrong !== 'provider')
        ? token('an-access-token-of-production', scope ? { scope } : {})
        : refused;
    };
  const environment = (client_id: string): object =>
    tokenProject(issuer, endpoint, { client_id, token_endpoint_auth_method: 'client_secret_post' });
  const one = played({
    id,
    causes,
    decisive,
    ...(beside ? { beside } : {}),
    ...(twin ? { twin } : {}),
    origins: { api: origin },
    environment: environment(wrong === 'client' ? 'a-client-that-is-not-there' : goodClient),
    credentials: {
      reader: {
        type: 'oauth2',
        grant_type: refreshing ? 'refresh_token' : 'client_credentials',
        client: 'web',
        ...(refreshing ? { refresh_token: '${secret.REFRESH}' } : {}),
        ...(scope ? { scope } : {}),
      },
    },
    scenario: getToken,
    env: {
      WEB_SECRET: wrong === 'secret' ? 'client-secret-of-last-year-0123456789' : goodSecret,
      REFRESH: 'refresh-token-that-is-too-old',
    },
    play: play(false),
    healed: {
      play: play(true),
      env: { WEB_SECRET: goodSecret, REFRESH: 'refresh-token-that-is-current' },
      environment: environment(goodClient),
    },
    ...(given.isProtected === false ? { isProtected: false } : {}),
  });
  return { ...one, written: 'after the rules' };
}
function says(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'cache-control': 'no-store', ...headers }, body };
}

const clientSide = [
  'client-secret-wrong',
  'client-unknown',
  'client-disabled',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-type-wrong',
  'environment-mixup',
];
function clientFirst(cause: string): string[] {
  return [cause, ...clientSide.filter((other) => other !== cause)];
}
const refreshSide = [
  'refresh-token-expired',
  'refresh-token-revoked',
  'refresh-token-reused',
  'refresh-token-unknown',
  'client-mismatch',
  'user-disabled',
  'environment-mixup',
];
function refreshFirst(cause: string): string[] {
  return [cause, ...refreshSide.filter((other) => other !== cause)];
}

const pool = 'https://acme.auth.eu-central-1.amazoncognito.com';
const cognito = {
  origin: pool,
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a1B2c3D4e',
  endpoint: `${pool}/oauth2/token`,
};
const cognitoSays = (error: string): Answer =>
  says(400, { error }, { server: 'Server', 'x-amz-cognito-request-id': '0a1b2c3d' });
const b2cHost = 'https://acme.b2clogin.com';
const b2c = {
  origin: b2cHost,
  issuer: `${b2cHost}/6f1c8d5e-3b0a-4f0e-9c52-0d5b9a7d1e11/v2.0/`,
  endpoint: `${b2cHost}/acme.onmicrosoft.com/b2c_1_signin/oauth2/v2.0/token`,
};
const b2cTail =
  '\r\nCorrelation ID: 7c1d2e3f-0a1b-4c2d-8e3f-9a0b1c2d3e4f\r\nTimestamp: 2026-11-24 15:30:00Z\r\n';
const oktaHost = 'https://acme.okta.com';
const okta = {
  origin: oktaHost,
  issuer: `${oktaHost}/oauth2/aus1a2b3c4d`,
  endpoint: `${oktaHost}/oauth2/aus1a2b3c4d/v1/token`,
};
const oktaHeaders = {
  'x-okta-request-id': 'ZzYyXxWwVvUu',
  'x-rate-limit-limit': '300',
  'x-rate-limit-remaining': '299',
};
const auth0Host = 'https://acme.eu.auth0.com';
const auth0 = { origin: auth0Host, issuer: `${auth0Host}/`, endpoint: `${auth0Host}/oauth/token` };

export const tokenProviderCases: readonly Case[] = [
  refusal({
    ...cognito,
    id: 'cognito/client-secret-wrong',
    causes: clientFirst('client-secret-wrong'),
    decisive: ['invalid_client'],
    wrong: 'secret',
    refused: cognitoSays('invalid_client'),
    twin: 'cognito/client-unknown',
  }),
  refusal({
    ...cognito,
    id: 'cognito/client-unknown',
    causes: clientFirst('client-unknown'),
    decisive: ['invalid_client'],
    wrong: 'client',
    refused: cognitoSays('invalid_client'),
    twin: 'cognito/client-secret-wrong',
    isProtected: false,
  }),
  refusal({
    ...cognito,
    id: 'cognito/refresh-token-revoked',
    causes: refreshFirst('refresh-token-revoked'),
    decisive: ['invalid_grant'],
    wrong: 'refresh_token',
    refused: cognitoSays('invalid_grant'),
    twin: 'cognito/refresh-token-expired',
  }),
  refusal({
    ...cognito,
    id: 'cognito/refresh-token-expired',
    causes: refreshFirst('refresh-token-expired'),
    decisive: ['invalid_grant'],
    wrong: 'refresh_token',
    refused: cognitoSays('invalid_grant'),
    twin: 'cognito/refresh-token-revoked',
    isProtected: false,
  }),
  refusal({
    ...b2c,
    id: 'azure-b2c/refresh-token-expired',
    causes: ['refresh-token-expired'],
    decisive: ['AADB2C90080'],
    wrong: 'refresh_token',
    refused: says(400, {
      error: 'invalid_grant',
      error_description: `AADB2C90080: The provided grant has expired. Please re-authenticate and try again. Current time: 1732462200, Grant issued time: 1731252600, Grant expiration time: 1732462100${b2cTail}`,
    }),
  }),
  refusal({
    ...b2c,
    id: 'azure-b2c/client-secret-wrong',
    causes: ['client-secret-wrong'],
    beside: ['client-secret-expired'],
    decisive: ['AADB2C90081'],
    wrong: 'secret',
    isProtected: false,
    refused: says(400, {
      error: 'invalid_client',
      error_description: `AADB2C90081: The specified client_secret does not match the expected value for this client. Please correct the client_secret and try again.${b2cTail}`,
    }),
  }),
  refusal({
    ...okta,
    id: 'okta-custom/scope-not-configured',
    causes: ['scope-unknown'],
    decisive: ['orders.read'],
    wrong: 'provider',
    scope: 'orders.read',
    refused: says(
      400,
      {
        error: 'invalid_scope',
        error_description: 'One or more scopes are not configured for the authorization server resource.',
      },
      oktaHeaders,
    ),
  }),
  refusal({
    ...okta,
    id: 'okta-custom/access-policy',
    causes: ['policy-blocked'],
    decisive: ['Policy evaluation failed'],
    wrong: 'provider',
    scope: 'orders:read',
    isProtected: false,
    refused: says(
      400,
      {
        error: 'access_denied',
        error_description:
          'Policy evaluation failed for this request, please check the policy configurations.',
      },
      oktaHeaders,
    ),
  }),
  refusal({
    ...auth0,
    id: 'auth0-m2m/scope-not-granted',
    causes: ['scope-not-allowed'],
    decisive: ['orders:delete'],
    wrong: 'provider',
    scope: 'orders:delete',
    refused: says(403, {
      error: 'access_denied',
      error_description: 'Client has not been granted scopes: orders:delete',
    }),
  }),
];
