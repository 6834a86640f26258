/** One case of each check: what it must tell, and the nearest thing that is fine. */
import type { Environment } from '../../src/model.ts';
import { now, production, step } from '../diagnose/subjects.ts';
import type { HopParts } from './hops.ts';
import { claims, jwtOf, unix, use } from './hops.ts';

export interface CheckCase {
  readonly check: string;
  readonly fails: HopParts;
  readonly says: string;
  readonly fine: HopParts;
}

const api = 'https://api.example.test/orders';
const bearer = { Authorization: 'Bearer [secret:reader]' };
const html = { 'Content-Type': 'text/html; charset=utf-8' };
const later = new Date(now + 95_000).toUTCString();

function challenge(status: number, value: string | readonly string[], parts: HopParts = {}): HopParts {
  return { status, headers: { 'WWW-Authenticate': value }, sent: bearer, ...parts };
}

const asBasic: HopParts = {
  sent: { Authorization: 'Basic [secret:ci]' },
  uses: [{ ...use(null, false), name: 'ci', type: 'basic', scheme: 'Basic' }],
};
function withUser(username: string): Environment {
  const credential = {
    name: 'ci',
    type: 'basic',
    username,
    password: 'p',
    source: step.source,
    sources: {},
  } as const;
  return { ...production, credentials: new Map([['ci', credential]]) };
}

export const httpCases: readonly CheckCase[] = [
  {
    check: 'http-401-no-www-authenticate',
    fails: { status: 401, body: { message: 'Unauthorized' } },
    says: 'answered 401 without WWW-Authenticate',
    fine: challenge(401, 'Bearer realm="api"'),
  },
  {
    check: 'http-407-no-proxy-authenticate',
    fails: { status: 407 },
    says: 'answered 407 without Proxy-Authenticate',
    fine: { status: 407, headers: { 'Proxy-Authenticate': 'Basic realm="proxy"' } },
  },
  {
    check: 'http-401-for-permission',
    fails: {
      status: 401,
      token: { claims },
      body: { message: 'You lack the role admin' },
      known: ({ accepted }) => accepted.add('production https://api.example.test f1'),
    },
    says: 'answered 401 and speaks of "role", to a credential that it took elsewhere',
    fine: { status: 401, token: { claims }, body: { message: 'You lack the role admin' } },
  },
  {
    check: 'http-403-for-missing-credential',
    fails: { status: 403, body: { detail: 'Not authenticated' } },
    says: 'answered 403 to a request without a credential',
    fine: { status: 403, body: { detail: 'Not authenticated' }, sent: bearer },
  },
  {
    check: 'http-challenge-syntax',
    fails: challenge(401, 'realm="api"'),
    says: 'sent a challenge that does not parse: There is no authentication scheme before the first parameter.',
    fine: challenge(401, 'Bearer realm="api", error="invalid_token"'),
  },
  {
    check: 'http-challenge-syntax',
    fails: challenge(
      401,
      'Bearer error=invalid_token, error_description=no eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0',
    ),
    says: 'sent a challenge that does not parse: The value of "error_description" needs quotation marks.',
    fine: challenge(401, 'Bearer error="invalid_token", error_description="no token"'),
  },
  {
    check: 'http-challenge-scheme-known',
    fails: challenge(401, 'Basic realm="staging"'),
    says: 'asks for Basic where bearer was sent',
    fine: challenge(401, ['Basic realm="staging"', 'Bearer']),
  },
  {
    check: 'http-challenge-scheme-known',
    fails: challenge(401, 'JWT realm="api"'),
    says: 'challenges with the scheme "JWT", which is not registered',
    fine: challenge(401, 'DPoP algs="ES256", Bearer'),
  },
  {
    check: 'http-date-missing',
    fails: { headers: { Date: '' } },
    says: 'sends no Date',
    fine: { status: 503, headers: { Date: '', 'Retry-After': '5' } },
  },
  {
    check: 'http-date-skew',
    fails: { headers: { Date: later } },
    says: 'has a clock that is 95 s ahead of ours',
    fine: { headers: { Date: new Date(now - 95_000).toUTCString(), Age: '95' } },
  },
  {
    check: 'http-redirect-cross-origin',
    fails: {
      status: 302,
      sent: bearer,
      headers: { Location: 'https://files.example.test/1' },
      next: {
        url: 'https://files.example.test/1',
        status: 401,
        dropped: [{ header: 'authorization', rule: 'origin-changed' }],
      },
    },
    says: 'redirects to another origin, where clients leave out authorization',
    // A store that needs no credential.
    fine: {
      status: 302,
      sent: bearer,
      headers: { Location: 'https://files.example.test/1' },
      next: {
        url: 'https://files.example.test/1',
        dropped: [{ header: 'authorization', rule: 'origin-changed' }],
      },
    },
  },
  {
    check: 'http-redirect-downgrade',
    fails: { status: 301, headers: { Location: 'http://api.example.test/orders/' } },
    says: 'redirects from https to http://api.example.test',
    fine: { status: 301, headers: { Location: 'http://127.0.0.1:8080/callback' } },
  },
  {
    check: 'http-redirect-post-to-get',
    fails: {
      method: 'POST',
      url: 'http://api.example.test/orders',
      status: 301,
      headers: { Location: api },
      next: { url: api },
    },
    says: 'redirects a POST with 301, which makes it a GET',
    // A login that leads on to a page.
    fine: {
      form: { user: 'a' },
      url: 'https://app.example.test/login',
      status: 302,
      headers: { Location: '/home' },
      next: { url: 'https://app.example.test/home' },
    },
  },
  {
    check: 'http-redirect-loop',
    fails: { status: 302, headers: { Location: '/orders' }, stopped: 'loop' },
    says: 'redirects in a circle',
    fine: { status: 302, headers: { Location: '/orders' }, stopped: 'not-followed' },
  },
  {
    check: 'http-retry-after',
    fails: { status: 429 },
    says: 'answered 429 without Retry-After',
    fine: { status: 429, headers: { 'Retry-After': '30' } },
  },
  {
    check: 'http-authenticated-cache',
    fails: { sent: bearer, headers: { 'Cache-Control': 'public, max-age=60' } },
    says: 'answers a credential with Cache-Control: public',
    fine: { headers: { 'Cache-Control': 'public, max-age=60' } },
  },
  {
    check: 'http-401-cached',
    fails: challenge(401, 'Bearer', {
      headers: { 'WWW-Authenticate': 'Bearer', 'X-Cache': 'Hit from edge' },
    }),
    says: 'answered 401 from a cache (x-cache: Hit from edge)',
    fine: challenge(401, 'Bearer', {
      headers: { 'WWW-Authenticate': 'Bearer', 'X-Cache': 'Miss from edge' },
    }),
  },
  {
    check: 'http-www-authenticate-on-200',
    fails: challenge(200, 'Bearer realm="api"'),
    says: 'answered 200 with a challenge',
    fine: challenge(401, 'Bearer realm="api"'),
  },
  {
    check: 'http-content-type',
    fails: { status: 403, sent: { Accept: 'application/json' }, headers: html, body: '<html>' },
    says: 'answered 403 in text/html where JSON was asked for',
    fine: { status: 403, sent: { Accept: '*/*' }, headers: html, body: '<html>' },
  },
  {
    check: 'cors-credentials-wildcard',
    fails: {
      headers: { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': 'true' },
    },
    says: 'allows credentials to any origin (*)',
    fine: { headers: { 'Access-Control-Allow-Origin': '*' } },
  },
  {
    check: 'cors-authorization-header',
    fails: {
      method: 'OPTIONS',
      status: 204,
      sent: { 'Access-Control-Request-Headers': 'authorization' },
      headers: { 'Access-Control-Allow-Headers': '*' },
    },
    says: 'does not allow Authorization in a preflight that asks for it',
    fine: {
      method: 'OPTIONS',
      status: 204,
      sent: { 'Access-Control-Request-Headers': 'authorization' },
      headers: { 'Access-Control-Allow-Headers': 'Content-Type, Authorization' },
    },
  },
  {
    check: 'edge-answer-not-app',
    fails: { status: 403, headers: { 'cf-mitigated': 'challenge', ...html } },
    says: 'was answered for by an edge (cf-mitigated)',
    fine: { status: 403, headers: { 'cf-ray': '1', ...html } },
  },
  {
    check: 'edge-hsts',
    fails: {},
    says: 'sends no Strict-Transport-Security',
    fine: { headers: { 'Strict-Transport-Security': 'max-age=63072000' } },
  },
  {
    check: 'edge-hsts-over-http',
    fails: {
      url: 'http://api.example.test/',
      headers: { 'Strict-Transport-Security': 'max-age=63072000' },
    },
    says: 'sends Strict-Transport-Security over plain http',
    fine: { headers: { 'Strict-Transport-Security': 'max-age=63072000' } },
  },
];

export const bearerCases: readonly CheckCase[] = [
  {
    check: 'bearer-missing-has-error',
    fails: { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_request"' } },
    says: 'has the error invalid_request for a request without a token',
    fine: challenge(401, 'Bearer error="invalid_token"'),
  },
  {
    check: 'bearer-invalid-token-401',
    fails: challenge(403, 'Bearer error="invalid_token"'),
    says: 'answered invalid_token with 403, not 401',
    fine: challenge(401, 'Bearer error="invalid_token"'),
  },
  {
    check: 'bearer-invalid-request-400',
    fails: challenge(401, 'Bearer error="invalid_request"'),
    says: 'answered invalid_request with 401, not 400',
    fine: challenge(400, 'Bearer error="invalid_request"'),
  },
  {
    check: 'bearer-scope-403',
    fails: challenge(401, 'Bearer error="insufficient_scope", scope="repository:x:pull"'),
    says: 'answered insufficient_scope with 401, not 403',
    fine: challenge(403, 'Bearer error="insufficient_scope", scope="orders:write"'),
  },
  {
    check: 'bearer-scope-attribute',
    fails: challenge(403, 'Bearer error="insufficient_scope"'),
    says: 'asks for more scope and does not name it',
    fine: challenge(403, 'Bearer error="insufficient_scope", scope="orders:write"'),
  },
  {
    check: 'bearer-error-description-charset',
    fails: challenge(401, 'Bearer error="invalid_token", error_description="The token \\"x\\" is over"'),
    says: 'has characters in error_description that are not allowed there',
    fine: challenge(401, 'Bearer error="invalid_token", error_description="The token is over"'),
  },
  {
    check: 'bearer-realm-once',
    fails: challenge(401, 'Bearer realm="a", realm="b"'),
    says: 'repeats an attribute of its challenge',
    fine: challenge(401, ['Bearer realm="a"', 'Basic realm="b"']),
  },
  {
    check: 'bearer-query-token',
    fails: { url: `${api}?access_token=[secret:reader]` },
    says: 'takes a token in the URL',
    fine: { url: `${api}?access_token=[secret:reader]`, status: 401 },
  },
  {
    check: 'bearer-query-cache',
    fails: { url: `${api}?access_token=[secret:reader]` },
    says: 'answers a token in the URL without Cache-Control: private',
    fine: { url: `${api}?access_token=[secret:reader]`, headers: { 'Cache-Control': 'private' } },
  },
  {
    check: 'bearer-two-methods',
    fails: { url: `${api}?access_token=[secret:reader]`, sent: bearer },
    says: 'takes a request with two tokens',
    fine: { url: `${api}?access_token=[secret:reader]`, sent: bearer, status: 400 },
  },
  {
    check: 'bearer-tls',
    fails: { url: 'http://api.example.test/orders', sent: bearer },
    says: 'got a credential over plain http',
    fine: { url: 'http://api.example.test/orders', sent: bearer, remote: '127.0.0.1:8080' },
  },
  {
    check: 'basic-realm',
    fails: challenge(401, 'Basic'),
    says: 'sends a Basic challenge without realm',
    fine: challenge(401, 'Basic realm=""'),
  },
  {
    check: 'basic-charset',
    fails: challenge(401, 'Basic realm="a", charset="ISO-8859-1"'),
    says: 'names the charset ISO-8859-1 in a Basic challenge',
    fine: challenge(401, 'Basic realm="a", charset="utf-8"'),
  },
  {
    check: 'basic-colon-user',
    fails: { ...asBasic, environment: withUser('ci:web') },
    says: 'got a user name with a colon, at which it ends the name',
    fine: { ...asBasic, environment: withUser('ci-web') },
  },
  {
    check: 'digest-sha256',
    fails: challenge(401, 'Digest realm="a", nonce="n", algorithm=MD5'),
    says: 'offers Digest with MD5 only',
    fine: challenge(401, ['Digest realm="a", nonce="n", algorithm=SHA-256', 'Digest realm="a", nonce="n"']),
  },
  {
    check: 'digest-uri',
    fails: { sent: { Authorization: 'Digest username="a", uri="/v1/orders", response="0"' } },
    says: 'was sent a Digest credential for another target',
    fine: { sent: { Authorization: 'Digest username="a", uri="/orders", response="0"' } },
  },
  {
    check: 'stepup-acr',
    fails: challenge(401, 'Bearer error="insufficient_user_authentication"'),
    says: 'asks for a stronger login and does not say which',
    fine: challenge(401, 'Bearer error="insufficient_user_authentication", max_age="60"'),
  },
  {
    check: 'prm-header',
    fails: challenge(401, 'Bearer'),
    says: 'names no resource_metadata in its challenge',
    fine: challenge(
      401,
      'Bearer resource_metadata="https://api.example.test/.well-known/oauth-protected-resource"',
    ),
  },
  {
    check: 'prm-resource',
    fails: {
      url: 'https://api.example.test/.well-known/oauth-protected-resource',
      body: { resource: 'https://api.staging.example.test' },
    },
    says: 'names the resource https://api.staging.example.test',
    fine: {
      url: 'https://api.example.test/.well-known/oauth-protected-resource/mcp',
      body: { resource: 'https://api.example.test/mcp' },
    },
  },
  {
    check: 'prm-issuers',
    fails: {
      url: 'https://api.example.test/.well-known/oauth-protected-resource',
      body: {
        resource: 'https://api.example.test',
        authorization_servers: ['https://login.staging.example.test'],
      },
    },
    says: 'names the authorization servers https://login.staging.example.test, none of this environment',
    fine: {
      url: 'https://api.example.test/.well-known/oauth-protected-resource',
      body: { resource: 'https://api.example.test', authorization_servers: ['https://login.example.test'] },
    },
  },
];

const key = { kty: 'EC', crv: 'P-256', x: 'x1', y: 'y1' };
/** SHA-256 of the members of `key` in order. */
const jkt = 'SV3fPk1GG3q-hrJzjKGQh4MD-kxRTLCITT4avZkDZLU';
const proof = (value: { htm: string; htu: string; iat: number }): string =>
  jwtOf({ ...value, jti: 'p1' }, { typ: 'dpop+jwt', alg: 'ES256', jwk: key });
const good = { htm: 'GET', htu: api, iat: unix };

export const proofCases: readonly CheckCase[] = [
  {
    check: 'dpop-nonce-header',
    fails: challenge(401, 'DPoP error="use_dpop_nonce", algs="ES256"'),
    says: 'asks for a nonce and gives none',
    fine: challenge(401, 'DPoP', {
      headers: { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce", algs="ES256"', 'DPoP-Nonce': 'n1' },
    }),
  },
  {
    check: 'dpop-nonce-once',
    fails: { headers: { 'DPoP-Nonce': ['n1', 'n2'] } },
    says: 'sends DPoP-Nonce more than once',
    fine: { headers: { 'DPoP-Nonce': 'n1' } },
  },
  {
    check: 'dpop-nonce-cors',
    fails: { headers: { 'DPoP-Nonce': 'n1', 'Access-Control-Allow-Origin': 'https://app.example.test' } },
    says: 'hides DPoP-Nonce from browsers',
    fine: {
      headers: {
        'DPoP-Nonce': 'n1',
        'Access-Control-Allow-Origin': 'https://app.example.test',
        'Access-Control-Expose-Headers': 'WWW-Authenticate, DPoP-Nonce',
      },
    },
  },
  {
    check: 'dpop-nonce-uncacheable',
    fails: { headers: { 'DPoP-Nonce': 'n1', 'Cache-Control': 'max-age=60' } },
    says: 'lets an answer with a nonce be stored',
    fine: { headers: { 'DPoP-Nonce': 'n1', 'Cache-Control': 'no-store' } },
  },
  {
    check: 'dpop-scheme',
    fails: { token: { claims: { ...claims, cnf: { jkt } } } },
    says: 'got a token that is bound to a key as Bearer',
    fine: {
      token: { claims: { ...claims, cnf: { jkt } } },
      sent: { Authorization: 'DPoP [secret:reader]', DPoP: proof(good) },
    },
  },
  {
    check: 'dpop-htu',
    fails: { sent: { DPoP: proof({ ...good, htu: 'https://internal.example.test/orders' }) } },
    says: 'got a DPoP proof for https://internal.example.test/orders at /orders',
    fine: { url: `${api}?page=2`, sent: { DPoP: proof(good) } },
  },
  {
    check: 'dpop-htm',
    fails: { method: 'POST', sent: { DPoP: proof(good) } },
    says: 'got a DPoP proof for GET with POST',
    fine: { sent: { DPoP: proof(good) } },
  },
  {
    check: 'dpop-iat-window',
    fails: { sent: { DPoP: proof({ ...good, iat: unix - 600 }) } },
    says: 'got a DPoP proof of another minute',
    fine: { sent: { DPoP: proof({ ...good, iat: unix - 20 }) } },
  },
  {
    check: 'dpop-algs',
    fails: challenge(401, 'DPoP realm="api"'),
    says: 'names no algs in its DPoP challenge',
    fine: challenge(401, 'DPoP algs="ES256"'),
  },
  {
    check: 'dpop-jkt',
    fails: {
      token: { claims: { ...claims, cnf: { jkt: 'another' } } },
      sent: { Authorization: 'DPoP [secret:reader]', DPoP: proof(good) },
    },
    says: 'got a DPoP proof of another key than that of the token',
    fine: {
      token: { claims: { ...claims, cnf: { jkt } } },
      sent: { Authorization: 'DPoP [secret:reader]', DPoP: proof(good) },
    },
  },
  {
    check: 'sig-created',
    fails: { sent: { 'Signature-Input': `sig=("@method");created=${unix - 3600};keyid="k"` } },
    says: 'got a message signature that was not made now',
    fine: { sent: { 'Signature-Input': `sig=("@method");created=${unix - 2};keyid="k"` } },
  },
];

export const jwtCases: readonly CheckCase[] = [
  {
    check: 'issuer-token',
    fails: { token: { claims: { ...claims, iss: 'https://login.staging.example.test' } } },
    says: 'got a token of the issuer https://login.staging.example.test; why401.yml says https://login.example.test',
    fine: { token: { claims } },
  },
  {
    check: 'token-audience',
    fails: { token: { claims: without('aud') } },
    says: 'got a token without aud',
    fine: { token: { claims } },
  },
  {
    check: 'jwt-no-exp',
    fails: { token: { claims: without('exp') } },
    says: 'got a token without exp',
    fine: { token: { claims } },
  },
  {
    check: 'jwt-typ',
    fails: { token: { claims, header: { alg: 'RS256', typ: 'JWT' } } },
    says: 'got a token with the typ JWT',
    fine: { token: { claims, header: { alg: 'RS256', typ: 'application/at+jwt' } } },
  },
  {
    check: 'jwt-required-claims',
    fails: { token: { claims: without('jti') } },
    says: 'got a token without jti',
    fine: { token: { claims } },
  },
  {
    check: 'jwt-client-claim',
    fails: { token: { claims: { ...claims, client_id: 'web-staging' } }, obtained: true },
    says: 'got a token with client_id web-staging; why401.yml says web-production',
    // A token from outside may be anybody's.
    fine: { token: { claims: { ...claims, client_id: 'partner' } } },
  },
  {
    check: 'jwt-id-token-as-access',
    fails: {
      token: {
        claims: { ...without('scope'), nonce: 'n', at_hash: 'h' },
        header: { alg: 'RS256', typ: 'JWT' },
      },
    },
    says: 'got an ID token (it has at_hash and nonce)',
    fine: { token: { claims: { ...claims, nonce: 'n' } } },
  },
  {
    check: 'jwt-exp-enforced',
    fails: { token: { claims: { ...claims, exp: unix - 600 } } },
    says: 'answered success to a token that expired over five minutes ago',
    fine: { token: { claims: { ...claims, exp: unix - 60 } } },
  },
  {
    check: 'jwks-kid-present',
    fails: {
      token: { claims },
      known: ({ keys }) => keys.set('production https://login.example.test', { keys: [{ kid: 'k2' }] }),
    },
    says: 'got a token signed by the key k1, which its issuer does not list',
    fine: {
      token: { claims },
      known: ({ keys }) => keys.set('production https://login.example.test', { keys: [{ kid: 'k1' }] }),
    },
  },
];

function without(name: string): typeof claims {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
}
