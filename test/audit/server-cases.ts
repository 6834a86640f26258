/** Cases of authorization servers and sessions. */
import type { CookieNote } from '../../src/model.ts';
import { production } from '../diagnose/subjects.ts';
import type { CheckCase } from './cases.ts';
import { type HopParts, jwtOf, unix } from './hops.ts';

const login = 'https://login.example.test';
const answer = { access_token: 'opaque', token_type: 'Bearer', expires_in: 300 };
const noStore = { 'Cache-Control': 'no-store' };

function token(parts: HopParts = {}): HopParts {
  return {
    role: 'token',
    url: `${login}/token`,
    form: { grant_type: 'client_credentials' },
    headers: noStore,
    body: answer,
    ...parts,
  };
}

const clientCertificate = {
  ...production,
  transport: { ...production.transport, clientCertificate: { cert: '', key: '' } },
};

export const tokenCases: readonly CheckCase[] = [
  {
    check: 'token-cache-control',
    fails: token({ headers: { 'Cache-Control': 'private' } }),
    says: 'gives a token without Cache-Control: no-store',
    fine: token(),
  },
  {
    check: 'token-content-type',
    fails: token({
      headers: { ...noStore, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'access_token=opaque&token_type=bearer',
    }),
    says: 'gives a token as application/x-www-form-urlencoded',
    fine: token(),
  },
  {
    check: 'token-type-present',
    fails: token({ body: { access_token: 'opaque', expires_in: 300 } }),
    says: 'gives a token without token_type',
    fine: token(),
  },
  {
    check: 'dpop-token-type',
    fails: token({ sent: { DPoP: jwtOf({ htm: 'POST' }) } }),
    says: 'gives a token that is bound to nothing although the request held a DPoP proof',
    fine: token(),
  },
  {
    check: 'token-expires-in',
    fails: token({ body: { ...answer, expires_in: '300' } }),
    says: 'gives expires_in as a text',
    fine: token(),
  },
  {
    check: 'token-scope-differs',
    fails: token({
      form: { grant_type: 'client_credentials', scope: 'orders:read orders:write' },
      body: { ...answer, scope: 'orders:read' },
    }),
    says: 'grants less scope than asked for: without orders:write',
    fine: token({
      form: { grant_type: 'client_credentials', scope: 'orders:read orders:write' },
      body: { ...answer, scope: 'orders:write orders:read profile' },
    }),
  },
  {
    check: 'token-scope-differs',
    fails: token({
      form: { grant_type: 'client_credentials', scope: 'orders:write' },
      body: { ...answer, access_token: jwtOf({ scope: 'orders:read' }) },
    }),
    says: 'grants less scope than asked for: without orders:write',
    fine: token({ form: { grant_type: 'client_credentials', scope: 'api://orders/.default' } }),
  },
  {
    check: 'token-error-status',
    fails: token({ status: 200, body: { error: 'bad_verification_code' } }),
    says: 'answered the error bad_verification_code with 200',
    fine: token({ status: 400, body: { error: 'invalid_grant' } }),
  },
  {
    check: 'token-invalid-client-401',
    fails: token({
      sent: { Authorization: 'Basic [secret:ci]' },
      status: 400,
      body: { error: 'invalid_client' },
    }),
    says: 'answered invalid_client with 400 after Authorization',
    fine: token({ status: 400, body: { error: 'invalid_client' } }),
  },
  {
    check: 'token-error-code-registered',
    fails: token({ status: 400, body: { error: 'redirect_uri_mismatch' } }),
    says: 'gives the error code redirect_uri_mismatch',
    fine: token({ status: 400, body: { error: 'invalid_target' } }),
  },
  {
    check: 'token-error-json',
    fails: token({ status: 403, headers: { 'Content-Type': 'text/html' }, body: '<html>' }),
    says: 'answered 403 with text/html where an error in JSON is due',
    fine: token({ status: 400, body: { error: 'invalid_grant' } }),
  },
  {
    check: 'token-secret-in-query',
    fails: token({ url: `${login}/token?client_secret=[secret:ci]` }),
    says: 'got a client secret in the URL',
    fine: token(),
  },
  {
    check: 'token-one-client-auth',
    fails: token({
      sent: { Authorization: 'Basic [secret:ci]' },
      form: { grant_type: 'client_credentials', client_secret: '[secret:ci]' },
    }),
    says: 'got two authentications of the client in one request',
    fine: token({ sent: { Authorization: 'Basic [secret:ci]' } }),
  },
  {
    check: 'ropc',
    fails: token({ form: { grant_type: 'password', username: 'a', password: '[secret:p]' } }),
    says: 'was asked with the password grant',
    fine: token(),
  },
  {
    check: 'pkce-verifier-length',
    fails: token({ form: { grant_type: 'authorization_code', code_verifier: 'short' } }),
    says: 'got a code_verifier of 5 characters, or of other ones than are allowed',
    fine: token({ form: { grant_type: 'authorization_code', code_verifier: 'a'.repeat(43) } }),
  },
  {
    check: 'device-errors',
    fails: token({
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      status: 400,
      body: { error: 'waiting' },
    }),
    says: 'answered polling for a device with waiting',
    fine: token({
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      status: 400,
      body: { error: 'authorization_pending' },
    }),
  },
  {
    check: 'client-assertion-aud',
    fails: token({ form: assertion({ aud: 'https://login.staging.example.test' }) }),
    says: 'got a client assertion for https://login.staging.example.test',
    fine: token({ form: assertion({ aud: `${login}/token` }) }),
  },
  {
    check: 'client-assertion-exp',
    fails: token({ form: assertion({ exp: unix + 86_400 }) }),
    says: 'got a client assertion that lives over five minutes',
    fine: token({ form: assertion({}) }),
  },
  {
    check: 'idtoken-azp',
    fails: token({ body: { ...answer, id_token: jwtOf({ aud: ['a', 'b'], iat: unix }) } }),
    says: 'gives an ID token for several audiences without azp',
    fine: token({ body: { ...answer, id_token: jwtOf({ aud: ['a', 'b'], azp: 'a', iat: unix }) } }),
  },
  {
    check: 'idtoken-iat-future',
    fails: token({ body: { ...answer, id_token: jwtOf({ aud: 'a', iat: unix + 120 }) } }),
    says: 'gives an ID token that is issued in the future',
    fine: token({ body: { ...answer, id_token: jwtOf({ aud: 'a', iat: unix + 5 }) } }),
  },
  {
    check: 'par-status',
    fails: {
      url: `${login}/request`,
      form: { client_id: 'web' },
      body: { request_uri: 'urn:x', expires_in: 60 },
    },
    says: 'answered a pushed authorization request with 200',
    fine: {
      url: `${login}/request`,
      form: { client_id: 'web' },
      status: 201,
      body: { request_uri: 'urn:x', expires_in: 60 },
    },
  },
  {
    check: 'mtls-alias',
    fails: token({
      environment: clientCertificate,
      known: ({ metadata }) =>
        metadata.set(`production ${login}`, {
          mtls_endpoint_aliases: { token_endpoint: 'https://mtls.login.example.test/token' },
        }),
    }),
    says: 'has another token endpoint for clients with a certificate',
    fine: token({ environment: clientCertificate }),
  },
];

function assertion(claims: { aud?: string; exp?: number }): Record<string, string> {
  const client_assertion = jwtOf({ aud: login, exp: unix + 60, jti: 'a1', ...claims });
  return { grant_type: 'client_credentials', client_assertion };
}

function authorize(query: Record<string, string>, parts: HopParts = {}): HopParts {
  const all = {
    response_type: 'code',
    client_id: 'web-production',
    redirect_uri: 'https://app.example.test/callback',
    scope: 'openid',
    state: 's1',
    code_challenge: 'c',
    code_challenge_method: 'S256',
    ...query,
  };
  const kept = Object.entries(all).filter(([, value]) => value !== '');
  const url = `${login}/authorize?${new URLSearchParams(kept).toString()}`;
  return { role: 'authorization', url, status: 303, ...back('login_required'), ...parts };
}

function back(error: string, more = '&state=s1'): Pick<HopParts, 'headers'> {
  return { headers: { Location: `https://app.example.test/callback?error=${error}${more}` } };
}

const page = '<form method="post"><input name="u"><input type="password" name="p"></form>';

export const authorizationCases: readonly CheckCase[] = [
  {
    check: 'authz-state-echo',
    fails: authorize({}, back('login_required', '&state=s2')),
    says: 'returns another state than it was sent',
    fine: authorize({}),
  },
  {
    check: 'authz-fragment',
    fails: authorize({ redirect_uri: 'https://app.example.test/#/callback' }),
    says: 'was asked with a redirect_uri that has a fragment',
    fine: authorize({}),
  },
  {
    check: 'pkce-plain',
    fails: authorize({ code_challenge_method: '' }),
    says: 'was asked for a code with PKCE that is not S256',
    fine: authorize({}),
  },
  {
    check: 'redirect-https',
    fails: authorize({ redirect_uri: 'http://app.example.test/callback' }),
    says: 'was asked with the redirect_uri http://app.example.test/callback',
    fine: authorize({ redirect_uri: 'http://127.0.0.1:4000/callback' }),
  },
  {
    check: 'redirect-loopback-ip',
    fails: authorize({ redirect_uri: 'http://localhost:4000/callback' }),
    says: 'was asked with a redirect_uri at localhost',
    fine: authorize({ redirect_uri: 'http://127.0.0.1:4000/callback' }),
  },
  {
    check: 'response-type-token',
    fails: authorize({ response_type: 'id_token token' }),
    says: 'was asked for a token in the URL',
    fine: authorize({ response_type: 'code id_token' }),
  },
  {
    check: 'authz-307',
    fails: { url: `${login}/login`, form: { password: '[secret:p]' }, status: 307 },
    says: 'redirects a login with 307',
    fine: { url: `${login}/login`, form: { password: '[secret:p]' }, status: 303 },
  },
  {
    check: 'authz-cors',
    fails: authorize({}, { headers: { 'Access-Control-Allow-Origin': '*' } }),
    says: 'allows other origins at its authorization endpoint',
    fine: token({ headers: { ...noStore, 'Access-Control-Allow-Origin': '*' } }),
  },
  {
    check: 'prompt-none-error',
    fails: authorize(
      { prompt: 'none' },
      { status: 200, headers: { 'Content-Type': 'text/html' }, body: page },
    ),
    says: 'shows a login page for prompt=none',
    fine: authorize({}, { status: 200, headers: { 'Content-Type': 'text/html' }, body: page }),
  },
  {
    check: 'openid-scope',
    fails: authorize({ scope: 'profile', nonce: 'n' }),
    says: 'was asked for an ID token without the scope openid',
    fine: authorize({ scope: 'orders:read' }),
  },
  {
    check: 'iss-param',
    fails: authorize(
      {},
      {
        known: ({ metadata }) =>
          metadata.set(`production ${login}`, {
            issuer: login,
            authorization_response_iss_parameter_supported: true,
          }),
      },
    ),
    says: 'promises iss in its answers and sends none',
    fine: authorize({}, back('login_required', `&state=s1&iss=${encodeURIComponent(login)}`)),
  },
  {
    check: 'iss-param',
    fails: authorize({}, back('login_required', '&state=s1&iss=https%3A%2F%2Flogin.staging.example.test')),
    says: 'names another issuer in its answer',
    fine: authorize({}),
  },
  {
    check: 'jar-client-id',
    fails: authorize({ client_id: '', request_uri: 'urn:x' }),
    says: 'was asked with a request object and no client_id',
    fine: authorize({ request_uri: 'urn:x' }),
  },
];

const openid = {
  issuer: login,
  authorization_endpoint: `${login}/authorize`,
  token_endpoint: `${login}/token`,
  jwks_uri: `${login}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  code_challenge_methods_supported: ['S256'],
};

function metadata(members: Record<string, unknown>, parts: HopParts = {}): HopParts {
  const all = Object.entries({ ...openid, ...members }).filter(([, value]) => value !== undefined);
  const body = Object.fromEntries(all) as HopParts['body'] & object;
  return { role: 'metadata', url: `${login}/.well-known/openid-configuration`, body, ...parts };
}

function jwks(keys: readonly Record<string, string>[], parts: HopParts = {}): HopParts {
  return { role: 'metadata', url: `${login}/jwks`, body: { keys: [...keys] }, ...parts };
}

const modulus = (bytes: number): string => Buffer.alloc(bytes, 0xc3).toString('base64url');
const rsa = { kty: 'RSA', kid: 'k1', e: 'AQAB', n: modulus(256) };

export const discoveryCases: readonly CheckCase[] = [
  {
    check: 'metadata-published',
    fails: metadata({}, { status: 404 }),
    says: 'publishes no metadata at this place',
    fine: metadata({}),
  },
  {
    check: 'issuer-identical',
    fails: metadata({ issuer: 'https://login.staging.example.test' }),
    says: 'names the issuer https://login.staging.example.test, and https://login.example.test was asked',
    fine: metadata({ issuer: `${login}/` }),
  },
  {
    check: 'issuer-https',
    fails: metadata({ issuer: 'http://login.example.test' }),
    says: 'names the issuer http://login.example.test, which is not https',
    fine: metadata({ issuer: 'http://127.0.0.1:3000' }),
  },
  {
    check: 'metadata-content-type',
    fails: metadata({}, { headers: { 'Content-Type': 'text/plain' } }),
    says: 'sends metadata as text/plain',
    fine: metadata({}),
  },
  {
    check: 'metadata-required',
    fails: metadata({ subject_types_supported: undefined }),
    says: 'leaves subject_types_supported out of its metadata',
    fine: metadata(
      { subject_types_supported: undefined },
      { url: `${login}/.well-known/oauth-authorization-server` },
    ),
  },
  {
    check: 'metadata-endpoint-host',
    fails: metadata({ token_endpoint: 'https://login.staging.example.test/token' }),
    says: 'names token_endpoint at https://login.staging.example.test, which is of another environment',
    fine: metadata({ token_endpoint: 'https://tokens.example.test/token' }),
  },
  {
    check: 'metadata-endpoint-https',
    fails: metadata({ token_endpoint: 'http://login.example.test/token' }),
    says: 'names token_endpoint at http://login.example.test',
    fine: metadata({}),
  },
  {
    check: 'pkce-supported',
    fails: metadata({ code_challenge_methods_supported: undefined }),
    says: 'does not say that it knows PKCE with S256',
    fine: metadata({ authorization_endpoint: undefined, code_challenge_methods_supported: undefined }),
  },
  {
    check: 'jwks-reachable',
    fails: jwks([], { status: 403, headers: { 'Content-Type': 'text/html' }, body: '<html>' }),
    says: 'answered 403 at jwks_uri',
    fine: jwks([rsa]),
  },
  {
    check: 'jwks-kid-unique',
    fails: jwks([rsa, { ...rsa, n: modulus(512) }]),
    says: 'has two keys with the kid k1',
    fine: jwks([rsa, { ...rsa, kid: 'k2' }]),
  },
  {
    check: 'jwks-private',
    fails: jwks([{ ...rsa, d: 'AQAB' }]),
    says: 'publishes a private key (kid k1)',
    fine: jwks([rsa]),
  },
  {
    check: 'jwks-use',
    fails: jwks([{ ...rsa, use: 'enc' }]),
    says: 'has no key for signatures in its key set',
    fine: jwks([
      { ...rsa, use: 'enc' },
      { ...rsa, kid: 'k2', use: 'sig' },
    ]),
  },
  {
    check: 'jwks-rsa-size',
    fails: jwks([{ ...rsa, n: modulus(128) }]),
    says: 'has an RSA key of 1024 bits (kid k1)',
    fine: jwks([rsa]),
  },
];

function cookie(line: string | readonly string[], parts: HopParts = {}): HopParts {
  return {
    url: 'https://app.example.test/login',
    ...parts,
    headers: { 'Set-Cookie': line, ...parts.headers },
  };
}

export const cookieCases: readonly CheckCase[] = [
  {
    check: 'cookie-secure',
    fails: cookie('sessionid=v; HttpOnly; Path=/'),
    says: 'sets sessionid without Secure',
    fine: cookie('theme=dark; Path=/'),
  },
  {
    check: 'cookie-httponly',
    fails: cookie('connect.sid=v; Secure; Path=/'),
    says: 'sets connect.sid without HttpOnly',
    // Read by a script on purpose.
    fine: cookie('csrf_token=v; Secure; Path=/'),
  },
  {
    check: 'cookie-samesite-none-secure',
    fails: cookie('a=v; SameSite=None'),
    says: 'sets a with SameSite=None and without Secure',
    fine: cookie('a=v; SameSite=None; Secure'),
  },
  {
    check: 'cookie-host-prefix',
    fails: cookie('__Host-a=v; Secure; Path=/; Domain=example.test'),
    says: 'sets __Host-a with attributes that the prefix forbids',
    fine: cookie('__Host-a=v; Secure; Path=/'),
  },
  {
    check: 'cookie-secure-prefix',
    fails: cookie('__Secure-a=v; Path=/'),
    says: 'sets __Secure-a without Secure',
    fine: cookie('__Secure-a=v; Secure'),
  },
  {
    check: 'cookie-prefix-case',
    fails: cookie('__host-a=v; Secure; Path=/'),
    says: 'sets __host-a with a prefix in another case than it is defined',
    fine: cookie('__Host-a=v; Secure; Path=/'),
  },
  {
    check: 'cookie-domain-match',
    fails: cookie('a=v; Domain=example.test', { url: 'https://app.staging.test/' }),
    says: 'sets a for the Domain example.test',
    fine: cookie('a=v; Domain=.example.test'),
  },
  {
    check: 'cookie-public-suffix',
    fails: cookie('a=v; Domain=github.io', {
      url: 'https://shop.github.io/',
      refused: [
        {
          name: 'a',
          rule: 'public-suffix',
          section: 'RFC 6265bis section 5.7',
          reason: 'Its Domain "github.io" is a public suffix (RFC 6265bis section 5.7).',
        },
      ],
    }),
    says: 'sets a for a public suffix',
    fine: cookie('a=v'),
  },
  {
    check: 'cookie-path-match',
    fails: cookie('a=v; Path=/auth/', { status: 302, headers: { Location: '/home' } }),
    says: 'sets a for /auth/ and leads to /home, where it is not sent',
    fine: cookie('a=v; Path=/login', { status: 302, headers: { Location: '/login/second' } }),
  },
  {
    check: 'cookie-size',
    fails: cookie(`a=${'v'.repeat(5000)}`),
    says: 'sets a with 5001 bytes',
    fine: cookie(`a=${'v'.repeat(4095)}`),
  },
  {
    check: 'cookie-lifetime',
    fails: cookie('a=v; Max-Age=63072000'),
    says: 'sets a for more than 400 days',
    fine: cookie('a=v; Max-Age=34560000'),
  },
  {
    check: 'cookie-secure-from-http',
    fails: cookie('a=v; Secure', { url: 'http://app.example.test/' }),
    says: 'sets a as Secure over plain http',
    fine: cookie('a=v', { url: 'http://app.example.test/' }),
  },
  {
    check: 'cookie-removal-scope',
    fails: cookie('sid=; Max-Age=0', { remarks: [note('sid', 'removes-nothing')] }),
    says: 'takes sid back with another Domain or Path than that of the cookie, which stays',
    // One of two is the right one.
    fine: cookie('sid=; Max-Age=0', { remarks: [note('sid', 'removes-nothing'), note('sid', 'removed')] }),
  },
  {
    check: 'cookie-duplicate-names',
    fails: cookie(['a=1; Path=/', 'a=2; Path=/']),
    says: 'sets a twice in one answer',
    fine: cookie(['a=1; Path=/', 'a=2; Path=/admin']),
  },
  {
    check: 'cookie-callback-lax',
    fails: cookie('state.1=v; Secure; HttpOnly; SameSite=Lax', formPost()),
    says: 'sets state.1 without SameSite=None before a form_post from another site',
    fine: cookie('state.1=v; Secure; HttpOnly; SameSite=None', formPost()),
  },
];

function note(name: string, rule: string): CookieNote {
  return { name, rule, section: 'RFC 6265bis section 5.7', reason: 'It is over at once.' };
}

function formPost(): HopParts {
  return { status: 302, headers: { Location: `${login}/authorize?response_mode=form_post&client_id=web` } };
}
