/** API gateways, resource servers of frameworks, and edges, played. */
import type { Answer } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { now, unsignedToken } from '../providers/played.ts';
import { type ApiFault, apiFault, says } from './provider-case.ts';

const issuer = 'https://id.example.com/';
function tokenWith(claims: object): string {
  return unsignedToken({
    iss: issuer,
    sub: 'svc-orders',
    aud: 'orders',
    iat: now() - 60,
    exp: now() + 3600,
    ...claims,
  });
}
const past = { iat: now() - 9000, exp: now() - 5400 };
const json = { 'content-type': 'application/json' };
const unverifiable = [
  'token-invalid-unspecified',
  'signature-invalid',
  'key-unknown',
  'issuer-mismatch',
  'client-mismatch',
  'token-claims-invalid',
  'token-type-wrong',
  'alg-not-allowed',
  'environment-mixup',
];

const awsHttp = 'https://q1w2e3r4t5.execute-api.eu-west-1.amazonaws.com';
const awsHeaders = { ...json, 'apigw-requestid': 'Qw3rTyUiOp9aSdF=' };
const awsSays = (challenge: string): Answer =>
  says(401, { message: 'Unauthorized' }, { ...awsHeaders, 'www-authenticate': challenge });

const apim = 'https://acme.azure-api.net';
const apimSays = (message: string, challenge = ''): Answer =>
  says(
    401,
    { statusCode: 401, message },
    { ...json, ...(challenge ? { 'www-authenticate': challenge } : {}) },
  );
const keyChallenge =
  'AzureApiManagementKey realm="https://acme.azure-api.net/orders",name="Ocp-Apim-Subscription-Key",type="header"';
const subscription = {
  origin: apim,
  path: '/orders/7',
  keyHeader: 'Ocp-Apim-Subscription-Key',
  none: apimSays(
    'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
    keyChallenge,
  ),
  refused: apimSays(
    'Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.',
    keyChallenge,
  ),
};
const apimJwt = {
  origin: apim,
  path: '/stock',
  none: apimSays('JWT not present.'),
  refused: apimSays('Invalid JWT.'),
};

const kong = 'https://gateway.acme.example.com';
const kongSays = (status: number, body: object, challenge = ''): Answer =>
  says(status, body, {
    ...json,
    server: 'kong/3.4.2',
    'x-kong-response-latency': '1',
    ...(challenge ? { 'www-authenticate': challenge } : {}),
  });
const kongJwt = { origin: kong, path: '/orders', none: kongSays(401, { message: 'Unauthorized' }, 'Bearer') };

const apigee = 'https://acme-prod.apigee.net';
const fault = (status: number, faultstring: string, errorcode: string): Answer =>
  says(status, { fault: { faultstring, detail: { errorcode } } }, json);

const spring = 'https://orders.acme.example.com';
const springHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
};
const springSays = (error: string, text: string, status = 401): Answer =>
  says(status, '', {
    ...springHeaders,
    'www-authenticate': `Bearer error="${error}", error_description="${text}", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"`,
  });
const springApi = {
  origin: spring,
  path: '/api/orders',
  none: says(401, '', { ...springHeaders, 'www-authenticate': 'Bearer' }),
  garbage: springSays(
    'invalid_token',
    'An error occurred while attempting to decode the Jwt: Malformed token',
  ),
};
const privileges = springSays(
  'insufficient_scope',
  'The request requires higher privileges than provided by the access token.',
  403,
);

const aspnet = 'https://stock.acme.example.com';
const aspSays = (text = ''): Answer =>
  says(401, '', {
    server: 'Kestrel',
    'www-authenticate': text ? `Bearer error="invalid_token", error_description="${text}"` : 'Bearer',
  });
const aspApi = {
  origin: aspnet,
  path: '/api/stock',
  none: aspSays(),
  garbage: says(401, '', { server: 'Kestrel', 'www-authenticate': 'Bearer error="invalid_token"' }),
};

const akamaiPage = `<HTML><HEAD>
<TITLE>Access Denied</TITLE>
</HEAD><BODY>
<H1>Access Denied</H1>
 
You don't have permission to access "http&#58;&#47;&#47;shop&#46;example&#46;com&#47;orders" on this server.<P>
Reference&#32;&#35;18&#46;4d6cd417&#46;1732459000&#46;1f2e3d4c
<P>
https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;4d6cd417&#46;1732459000&#46;1f2e3d4c
</P>
</BODY>
</HTML>
`;
const akamai = says(403, akamaiPage, {
  server: 'AkamaiGHost',
  'mime-version': '1.0',
  'content-type': 'text/html',
});
const cloudfrontPage = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">
<TITLE>ERROR: The request could not be satisfied</TITLE>
</HEAD><BODY>
<H1>403 ERROR</H1>
<H2>The request could not be satisfied.</H2>
<HR noshade size="1px">
Request blocked.
We can't connect to the server for this app or website at this time. There might be too much traffic or a configuration error.
<PRE>
Generated by cloudfront (CloudFront)
Request ID: b3Vyb3duaWRlbnRpZmllcg==
</PRE></BODY></HTML>`;
const cloudfront = says(403, cloudfrontPage, {
  server: 'CloudFront',
  'content-type': 'text/html',
  'x-cache': 'Error from cloudfront',
  via: '1.1 0a1b2c3d4e5f.cloudfront.net (CloudFront)',
  'x-amz-cf-pop': 'FRA56-P4',
  'x-amz-cf-id': 'b3Vyb3duaWRlbnRpZmllcg==',
});
const vercel = says(
  401,
  '<!doctype html><html lang=en><meta charset=utf-8><title>Authentication Required</title><body>This page requires Vercel authentication. Redirecting to https://vercel.com/sso-api</body></html>',
  {
    server: 'Vercel',
    'x-vercel-id': 'fra1::abcde-1732459000000-0123456789ab',
    'x-robots-tag': 'noindex',
    'x-frame-options': 'DENY',
    'set-cookie': '_vercel_sso_nonce=q2w3e4r5t6; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax',
  },
);
const edge = (answer: Answer): Pick<ApiFault, 'none' | 'refused' | 'garbage' | 'healsAtProvider'> => ({
  none: answer,
  refused: answer,
  healsAtProvider: true,
});

export const gatewayCases: readonly Case[] = [
  apiFault({
    id: 'aws-http-api/token-expired',
    causes: ['token-expired'],
    decisive: ['the token has expired'],
    origin: awsHttp,
    path: '/orders',
    sent: tokenWith(past),
    good: tokenWith({ jti: '2' }),
    none: awsSays('Bearer'),
    refused: awsSays('Bearer scope="" error="invalid_token" error_description="the token has expired"'),
    garbage: awsSays(
      'Bearer scope="" error="invalid_token" error_description="token contains an invalid number of segments"',
    ),
  }),
  apiFault({
    ...subscription,
    id: 'azure-apim/subscription-key-invalid',
    causes: ['api-key-invalid', 'api-key-expired', 'environment-mixup'],
    beside: ['api-key-invalid'],
    decisive: ['Ocp-Apim-Subscription-Key'],
    twin: 'azure-apim/subscription-expired',
  }),
  apiFault({
    ...subscription,
    id: 'azure-apim/subscription-expired',
    causes: ['api-key-expired', 'api-key-invalid', 'environment-mixup'],
    decisive: ['active subscription'],
    twin: 'azure-apim/subscription-key-invalid',
    isProtected: false,
  }),
  apiFault({
    ...apimJwt,
    id: 'azure-apim/jwt-expired',
    causes: ['token-expired'],
    decisive: ['Invalid JWT', 'exp'],
    sent: tokenWith(past),
    good: tokenWith({ jti: '2' }),
    twin: 'azure-apim/jwt-for-another-audience',
  }),
  apiFault({
    ...apimJwt,
    id: 'azure-apim/jwt-for-another-audience',
    causes: ['audience-mismatch', ...unverifiable],
    decisive: ['Invalid JWT'],
    sent: tokenWith({ aud: 'billing' }),
    good: tokenWith({ aud: 'stock' }),
    twin: 'azure-apim/jwt-expired',
    isProtected: false,
  }),
  apiFault({
    ...kongJwt,
    id: 'kong/jwt-expired',
    causes: ['token-expired'],
    decisive: ['token expired'],
    sent: tokenWith(past),
    good: tokenWith({ jti: '2' }),
    refused: kongSays(401, { exp: 'token expired' }, 'Bearer error="invalid_token"'),
    garbage: kongSays(401, { message: 'Bad token; invalid JSON' }, 'Bearer error="invalid_token"'),
    isProtected: false,
  }),
  apiFault({
    ...kongJwt,
    id: 'kong/issuer-unknown',
    causes: ['issuer-mismatch', 'key-unknown', 'client-unknown', 'environment-mixup'],
    beside: ['issuer-mismatch'],
    decisive: ["No credentials found for given 'iss'"],
    sent: tokenWith({ iss: 'https://id.staging.example.com/' }),
    good: tokenWith({ jti: '2' }),
    refused: kongSays(
      401,
      { message: "No credentials found for given 'iss'" },
      'Bearer error="invalid_token"',
    ),
  }),
  apiFault({
    id: 'kong/key-auth-invalid',
    causes: ['api-key-invalid', 'api-key-expired'],
    beside: ['api-key-invalid'],
    decisive: ['Invalid authentication credentials'],
    origin: kong,
    path: '/stock',
    keyHeader: 'apikey',
    none: kongSays(401, { message: 'No API key found in request' }, 'Key realm="kong"'),
    refused: kongSays(401, { message: 'Invalid authentication credentials' }),
  }),
  apiFault({
    id: 'kong/acl',
    causes: ['permission-missing', 'policy-blocked'],
    beside: ['permission-missing'],
    decisive: ['You cannot consume this service'],
    origin: kong,
    path: '/admin',
    keyHeader: 'apikey',
    sibling: '/orders',
    none: kongSays(401, { message: 'No API key found in request' }, 'Key realm="kong"'),
    refused: kongSays(403, { message: 'You cannot consume this service' }),
    garbage: kongSays(401, { message: 'Invalid authentication credentials' }),
  }),
  apiFault({
    id: 'apigee/access-token-expired',
    causes: ['token-expired'],
    decisive: ['Access Token expired'],
    origin: apigee,
    path: '/v1/orders',
    none: fault(401, 'Invalid access token', 'oauth.v2.InvalidAccessToken'),
    refused: fault(401, 'Access Token expired', 'keymanagement.service.access_token_expired'),
    garbage: fault(401, 'Invalid Access Token', 'keymanagement.service.invalid_access_token'),
  }),
  apiFault({
    id: 'apigee/api-product-missing',
    causes: ['permission-missing', 'policy-blocked', 'api-disabled', 'scope-missing'],
    decisive: ['no apiproduct match found'],
    origin: apigee,
    path: '/v1/orders',
    keyHeader: 'x-apikey',
    none: fault(
      401,
      'Failed to resolve API Key variable request.header.x-apikey',
      'steps.oauth.v2.FailedToResolveAPIKey',
    ),
    refused: fault(
      401,
      'Invalid API call as no apiproduct match found',
      'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound',
    ),
    garbage: fault(401, 'Invalid ApiKey', 'oauth.v2.InvalidApiKey'),
    isProtected: false,
  }),
  apiFault({
    ...springApi,
    id: 'spring/audience',
    causes: ['audience-mismatch'],
    decisive: ['aud', 'billing'],
    sent: tokenWith({ aud: 'billing' }),
    good: tokenWith({ jti: '2' }),
    refused: springSays(
      'invalid_token',
      'An error occurred while attempting to decode the Jwt: The aud claim is not valid',
    ),
  }),
  apiFault({
    ...springApi,
    id: 'spring/no-matching-key',
    causes: ['key-unknown', 'alg-not-allowed', 'environment-mixup', 'signature-invalid', 'jwks-unavailable'],
    beside: ['key-unknown'],
    decisive: ['no matching key(s) found'],
    sent: tokenWith({}),
    good: tokenWith({ jti: '2' }),
    refused: springSays(
      'invalid_token',
      'An error occurred while attempting to decode the Jwt: Signed JWT rejected: Another algorithm expected, or no matching key(s) found',
    ),
    isProtected: false,
  }),
  apiFault({
    ...springApi,
    id: 'spring/scope-missing',
    causes: ['scope-missing', 'permission-missing'],
    beside: ['scope-missing'],
    decisive: ['insufficient_scope', 'orders:list'],
    sibling: '/api/me',
    sent: tokenWith({ scope: 'orders:list' }),
    good: tokenWith({ scope: 'orders:list orders:read' }),
    refused: privileges,
    twin: 'spring/role-missing',
  }),
  apiFault({
    ...springApi,
    id: 'spring/role-missing',
    causes: ['permission-missing', 'scope-missing'],
    decisive: ['insufficient_scope'],
    isProtected: false,
    sent: tokenWith({ scope: 'orders:read', roles: ['clerk'] }),
    good: tokenWith({ scope: 'orders:read', roles: ['manager'] }),
    refused: privileges,
    twin: 'spring/scope-missing',
  }),
  apiFault({
    ...aspApi,
    id: 'aspnet/audience',
    causes: ['audience-mismatch'],
    decisive: ["The audience 'api://billing' is invalid"],
    sent: tokenWith({ aud: 'api://billing' }),
    good: tokenWith({ jti: '2' }),
    refused: aspSays("The audience 'api://billing' is invalid"),
  }),
  apiFault({
    ...aspApi,
    id: 'aspnet/signature-key',
    causes: ['key-unknown', 'environment-mixup', 'issuer-mismatch', 'jwks-unavailable'],
    beside: ['key-unknown'],
    decisive: ['The signature key was not found'],
    sent: tokenWith({}),
    good: tokenWith({ jti: '2' }),
    refused: aspSays('The signature key was not found'),
    isProtected: false,
  }),
  apiFault({
    id: 'akamai/blocked',
    causes: ['edge-blocked', 'ip-not-allowed', 'policy-blocked'],
    beside: ['edge-blocked'],
    decisive: ['AkamaiGHost'],
    origin: 'https://shop.example.com',
    path: '/orders',
    ...edge(akamai),
    twin: 'akamai/address-not-allowed',
  }),
  apiFault({
    id: 'akamai/address-not-allowed',
    causes: ['ip-not-allowed', 'edge-blocked', 'policy-blocked'],
    beside: ['edge-blocked'],
    decisive: ['AkamaiGHost'],
    origin: 'https://shop.example.com',
    path: '/orders',
    isProtected: false,
    ...edge(akamai),
    twin: 'akamai/blocked',
  }),
  apiFault({
    id: 'cloudfront/request-blocked',
    causes: ['edge-blocked'],
    beside: ['ip-not-allowed'],
    decisive: ['CloudFront'],
    origin: 'https://cdn.example.com',
    path: '/orders',
    isProtected: false,
    ...edge(cloudfront),
  }),
  apiFault({
    id: 'vercel/deployment-protection',
    causes: ['edge-login'],
    decisive: ['_vercel_sso_nonce'],
    origin: 'https://orders-git-main-acme.vercel.app',
    path: '/api/orders',
    ...edge(vercel),
  }),
];
