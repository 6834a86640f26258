/** Answers of products that no signature was written for: what is read, and what must not be. */
import { expect } from 'chai';
import { matches } from '../../src/diagnose/signatures.ts';
import type { Stage } from '../../src/diagnose/subject.ts';
import type { CauseId } from '../../src/model.ts';
import { type AnswerSpec, answerTo } from './answers.ts';

type Row = readonly [cause: CauseId, status: number, body: string, over?: Partial<AnswerSpec>];

/** What decides: the strongest, then what names fewest; and what is as explicit and names something else. */
function strongest(spec: AnswerSpec): { causes: readonly CauseId[]; weight: number; against: string[] } {
  const found = [...matches(answerTo(spec))].sort(
    (a, b) => b.weight - a.weight || a.causes.length - b.causes.length,
  );
  const [first] = found;
  const against = found.filter(
    (each) => each.weight === 3 && !each.causes.some((cause) => first?.causes.includes(cause)),
  );
  return {
    causes: first?.causes ?? [],
    weight: first?.weight ?? 0,
    against: against.map(({ signature }) => signature.id),
  };
}

function specOf(stage: Stage, [, status, body, over]: Row): AnswerSpec {
  return { stage, status, body, ...over };
}

const resource: readonly Row[] = [
  [
    'token-expired',
    401,
    '{"error":{"message":"Error validating access token: Session has expired on Tuesday, 24-Nov-26 04:00:00 PST. The current time is Tuesday, 24-Nov-26 04:10:00 PST.","type":"OAuthException","code":190,"error_subcode":463}}',
  ],
  ['token-expired', 401, '{"error":{"status":401,"message":"The access token expired"}}'],
  [
    'token-expired',
    401,
    '{"errorCode":"AUTH-0002","errorMessage":"JWT token is expired, please login again"}',
  ],
  ['token-expired', 401, '{"status":"error","data":{"reason":"token_expired"}}'],
  ['token-expired', 401, '{"success":false,"message":"Auth token has already expired."}'],
  [
    'token-expired',
    401,
    '<soap:Envelope><soap:Body><soap:Fault><faultcode>wsse:InvalidSecurityToken</faultcode><faultstring>The security token has expired</faultstring></soap:Fault></soap:Body></soap:Envelope>',
    { headers: [['Content-Type', 'text/xml']] },
  ],
  [
    'token-expired',
    401,
    '{"errors":[{"code":"auth.token.expired","detail":"Token expired at 2026-11-24T11:00:00Z"}]}',
  ],
  ['token-expired', 403, '{"Error":{"Code":"ExpiredToken","Message":"The provided token has expired."}}'],
  [
    'token-expired',
    401,
    '',
    {
      headers: [
        [
          'WWW-Authenticate',
          'Bearer realm="x", error="invalid_token", error_description="The token expired at \'11/24/2026 10:00:00\'"',
        ],
      ],
    },
  ],
  ['token-expired', 401, '"Token has expired"'],
  ['token-expired', 400, '{"non_field_errors":["Signature has expired."]}'],
  [
    'token-expired',
    200,
    '{"errors":[{"message":"Context creation failed: jwt expired","extensions":{"code":"UNAUTHENTICATED"}}]}',
  ],
  ['token-expired', 401, '{"message":"Token sudah kedaluwarsa: token is expired by 3h12m5s"}'],
  ['token-expired', 401, '{"error":"JWTExpired: \\"exp\\" claim timestamp check failed"}'],
  [
    'token-expired',
    401,
    '{"message":"JWT expired at 2026-11-24T10:00:00Z. Current time: 2026-11-24T12:00:00Z, a difference of 7200000 milliseconds."}',
  ],
  [
    'token-expired',
    401,
    '{"title":"Unauthorized","status":401,"detail":"Lifetime validation failed. The token is expired."}',
  ],
  ['token-not-yet-valid', 401, '{"error":"Token not valid before 2026-11-24T13:00:00Z"}'],
  [
    'token-not-yet-valid',
    401,
    '{"message":"JWT must not be accepted before 2026-11-24T13:00:00Z. Current time: 2026-11-24T12:00:00Z"}',
  ],
  ['token-not-yet-valid', 401, '{"detail":"The token is not yet valid (nbf)"}'],
  [
    'token-not-yet-valid',
    401,
    'IDX10222: Lifetime validation failed. The token is not yet valid. ValidFrom (UTC): 11/24/2026 13:00:00, Current time (UTC): 11/24/2026 12:00:00.',
  ],
  [
    'clock-skew',
    403,
    '{"message":"Signature expired: 20261124T110000Z is now earlier than 20261124T115500Z (20261124T120000Z - 5 min.)"}',
  ],
  ['clock-skew', 401, '{"error":"Request timestamp is outside of the allowed window"}'],
  ['clock-skew', 400, '{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}'],
  [
    'audience-mismatch',
    401,
    '{"error":"invalid_token","message":"Token audience does not match https://api.example.com"}',
  ],
  ['audience-mismatch', 401, '{"message":"JWT audience not accepted"}'],
  [
    'audience-mismatch',
    401,
    '',
    {
      headers: [
        [
          'WWW-Authenticate',
          'Bearer error="invalid_token", error_description="The audience \'https://a\' is invalid"',
        ],
      ],
    },
  ],
  ['audience-mismatch', 401, '{"error":"The aud claim is not valid"}'],
  [
    'audience-mismatch',
    401,
    '{"message":"This JWT token is not for this audience (expected: api://orders)"}',
  ],
  ['audience-mismatch', 403, '{"error":"wrong_audience"}'],
  [
    'audience-mismatch',
    401,
    "IDX10214: Audience validation failed. Audiences: 'https://a'. Did not match: validationParameters.ValidAudience: 'https://b'",
  ],
  ['audience-mismatch', 401, '{"detail":"Token has the wrong audience"}'],
  ['audience-mismatch', 401, 'oidc: expected audience "orders" got ["web"]'],
  [
    'issuer-mismatch',
    401,
    'oidc: id token issued by a different provider, expected "https://a" got "https://b"',
  ],
  ['issuer-mismatch', 401, '{"error":"Untrusted token issuer"}'],
  [
    'issuer-mismatch',
    401,
    '{"message":"Token issuer \'https://login.staging.example.test\' is not trusted"}',
  ],
  ['issuer-mismatch', 401, '{"error":"Issuer mismatch: expected https://a but got https://b"}'],
  ['issuer-mismatch', 401, '{"message":"JWT issuer not allowed: https://x. Expected: https://y"}'],
  ['issuer-mismatch', 401, '{"detail":"The token was not issued by a trusted issuer"}'],
  ['issuer-mismatch', 401, 'Invalid issuer. Expected: https://a. Received: https://b'],
  ['signature-invalid', 401, '{"error":"token signature is invalid"}'],
  ['signature-invalid', 401, '{"message":"JWT signature verification failed"}'],
  ['signature-invalid', 401, 'failed to verify signature: failed to verify id token signature'],
  [
    'signature-invalid',
    401,
    '{"error":"crypto/rsa: verification error","message":"invalid token signature"}',
  ],
  [
    'signature-invalid',
    401,
    "SignatureVerificationException: The Token's Signature resulted invalid when verified using the Algorithm: SHA256withRSA",
  ],
  ['signature-invalid', 401, '{"detail":"Signature verification failed."}'],
  ['key-unknown', 401, '{"error":"No matching public key found for kid abc"}'],
  ['key-unknown', 401, '{"message":"Unable to find key \'k1\' in the JWKS"}'],
  ['key-unknown', 401, "IDX10503: Signature validation failed. Token does not have a kid. Keys tried: 'x'."],
  ['key-unknown', 401, '{"error":"unknown key id"}'],
  ['key-unknown', 401, '{"error":"JWSInvalid: key with kid=abc not found"}'],
  ['alg-not-allowed', 401, '{"error":"Unsupported signature algorithm HS256"}'],
  ['alg-not-allowed', 401, '{"message":"Algorithm not supported: none"}'],
  [
    'alg-not-allowed',
    401,
    "JWTVerificationException: The provided Algorithm doesn't match the one defined in the JWT's Header.",
  ],
  ['token-malformed', 401, '{"error":"token contains an invalid number of segments"}'],
  ['token-malformed', 401, '{"message":"The token was expected to have 3 parts, but got 0."}'],
  ['token-malformed', 401, '{"detail":"Error decoding token"}'],
  ['token-malformed', 401, '{"message":"Cannot parse JWT: Unexpected token in JSON"}'],
  ['token-malformed', 401, 'Not a valid JWT: string is not in the form header.payload.signature'],
  ['token-revoked', 401, '{"error":"token_revoked"}'],
  ['token-revoked', 401, '{"message":"This access token has been revoked"}'],
  ['token-revoked', 401, '{"errors":[{"message":"Access Token Revoked"}]}'],
  ['token-revoked', 401, '{"message":"Token is in the deny list"}'],
  ['token-type-wrong', 401, '{"message":"Invalid token type. Expected access token"}'],
  ['token-type-wrong', 401, '{"error":"ID tokens are not accepted, use an access token"}'],
  ['token-claims-invalid', 401, '{"message":"Missing required claim: tenant_id"}'],
  ['client-mismatch', 401, '{"message":"Token was issued to a different client"}'],
  ['scope-missing', 403, '{"error":{"message":"(#200) Requires scope pages_read"}}'],
  ['scope-missing', 403, '{"error":{"status":403,"message":"Insufficient client scope"}}'],
  ['scope-missing', 403, '{"message":"Access token does not have the required scopes: orders:write"}'],
  [
    'scope-missing',
    403,
    '{"errors":[{"error_code":"missing_scopes","message":"Missing scopes: orders.read"}]}',
  ],
  ['scope-missing', 401, '{"message":"Scope not sufficient"}'],
  ['scope-missing', 403, '{"error":"Token lacks the necessary scope \'write\'"}'],
  ['permission-missing', 403, '{"code":"forbidden","message":"You are not allowed to access this resource"}'],
  ['permission-missing', 403, '{"title":"Forbidden","detail":"User lacks role ADMIN"}'],
  ['permission-missing', 403, '{"message":"You don\'t have access to this workspace"}'],
  ['permission-missing', 403, '{"error":"Insufficient privileges to complete the operation."}'],
  [
    'permission-missing',
    403,
    '{"error":"AccessDeniedException","message":"User: arn:aws:iam::1:user/x is not authorized to perform: s3:GetObject on resource: y"}',
  ],
  ['permission-missing', 403, '{"message":"Your role does not permit this action"}'],
  ['permission-missing', 401, '{"error":"unauthorized: missing permission orders.read"}'],
  ['credentials-missing', 401, '{"message":"Requires authentication"}', { sent: 'none' }],
  ['credentials-missing', 401, '{"error":"Authorization header missing"}'],
  ['credentials-missing', 401, '{"error":"no bearer token in request"}'],
  ['credentials-missing', 401, '{"message":"Authorization token is missing"}'],
  ['credentials-missing', 403, '{"message":"Missing API key"}'],
  ['credentials-missing', 401, 'No JWT token provided'],
  ['credentials-missing', 401, '{"error":{"code":"AUTH_HEADER_MISSING"}}'],
  ['credentials-missing', 401, '{"error":"access token required"}'],
  ['credentials-missing', 401, '{"message":"You must provide an access token"}'],
  ['api-key-invalid', 403, '{"error":"Invalid api key"}', { sent: 'key' }],
  ['api-key-invalid', 401, '{"error":"The api_key provided is not valid"}', { sent: 'key' }],
  ['api-key-invalid', 401, '{"errors":["API key has been deactivated"]}', { sent: 'key' }],
  ['api-key-expired', 401, '{"error":"Your API key has expired"}', { sent: 'key' }],
  ['password-wrong', 401, '{"message":"Invalid login or password"}', { sent: 'basic' }],
  ['password-wrong', 401, 'Incorrect username or password.', { sent: 'basic' }],
  ['account-locked', 401, '{"message":"User account is locked due to too many failed login attempts"}'],
  ['user-disabled', 403, '{"error":"account_disabled"}'],
  ['user-disabled', 401, '{"message":"User is deactivated"}'],
  [
    'session-expired',
    401,
    '{"message":"Your session has expired. Please log in again."}',
    { sent: 'cookie' },
  ],
  ['session-expired', 401, '{"code":"session_not_found"}', { sent: 'cookie' }],
  ['csrf-failed', 403, '{"error":"CSRF token missing or incorrect."}', { sent: 'cookie' }],
  ['csrf-failed', 403, '{"message":"XSRF check failed"}', { sent: 'cookie' }],
  ['csrf-failed', 403, '{"code":"EBADCSRFTOKEN"}', { sent: 'cookie' }],
  ['rate-limited', 403, '{"message":"You have exceeded your request quota"}'],
  ['ip-not-allowed', 403, '{"error":"Access from your IP address is not permitted"}'],
  ['feature-disabled', 403, '{"error":"This feature is not enabled for your account"}'],
  ['mfa-required', 403, '{"error":"MFA verification required"}'],
  [
    'edge-blocked',
    403,
    '<html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1></body></html>',
    { headers: [['Content-Type', 'text/html']] },
  ],
  [
    'edge-blocked',
    403,
    '<html><body><h1>Access Denied</h1><p>Your request was blocked by our security policy. Incident ID: 9</p></body></html>',
    { headers: [['Content-Type', 'text/html']] },
  ],
  ['host-not-allowed', 400, 'Invalid host header'],
  ['client-cert-missing', 403, '{"error":"Client certificate required"}'],
  ['client-cert-invalid', 403, '{"error":"client certificate has expired"}'],
  ['token-expired', 401, '{"message":"JWT expired","code":"PGRST301","details":null,"hint":null}'],
  ['token-expired', 401, '{"error":"Token has expired","code":"auth/id-token-expired"}'],
  ['token-expired', 401, '{"errors":[{"errorType":"UnauthorizedException","message":"Token has expired."}]}'],
  [
    'token-expired',
    401,
    '{"errors":[{"extensions":{"path":"$","code":"invalid-jwt"},"message":"Could not verify JWT: JWTExpired"}]}',
  ],
  [
    'token-expired',
    401,
    '{"data":null,"error":{"status":401,"name":"UnauthorizedError","message":"Token expired"}}',
  ],
  ['token-expired', 401, '{"errors":[{"message":"Token expired.","extensions":{"code":"TOKEN_EXPIRED"}}]}'],
  ['token-expired', 401, '{"code":124,"message":"Access token is expired."}'],
  [
    'token-expired',
    401,
    '{"error_summary":"expired_access_token/..","error":{".tag":"expired_access_token"}}',
  ],
  ['token-expired', 401, '{"name":"INVALID_TOKEN","message":"Token has been expired"}'],
  [
    'token-expired',
    401,
    '{"status":"error","message":"This oauth-token is expired! It expired 2 hours ago","category":"EXPIRED_AUTHENTICATION"}',
  ],
  [
    'token-expired',
    401,
    '{"exception":"ExpiredJwtException","message":"JWT expired at 2026-11-24T10:00:00Z"}',
  ],
  ['token-expired', 401, '{"error":"token_expired","message":"The token has expired, refresh it"}'],
  ['token-expired', 401, '{"reason":"bearer token has expired: 2026-11-24 10:00:00 +0000 UTC"}'],
  ['token-expired', 401, '{"message":"invalid session: token has invalid claims: token is expired"}'],
  ['token-expired', 401, '{"code":"E_JWT_TOKEN_EXPIRED"}'],
  ['token-not-yet-valid', 401, '{"message":"JWTNotYetValid"}'],
  [
    'token-not-yet-valid',
    401,
    '{"error":"BeforeValidException","message":"Cannot handle token prior to 2026-11-24T13:00:00+0000"}',
  ],
  ['audience-mismatch', 401, '{"message":"Could not verify JWT: JWTNotInAudience"}'],
  [
    'audience-mismatch',
    401,
    '{"error":"Firebase ID token has incorrect \\"aud\\" (audience) claim. Expected \\"a\\" but got \\"b\\"."}',
  ],
  ['audience-mismatch', 401, '{"error":"invalid audience claim (aud)"}'],
  ['audience-mismatch', 401, '{"message":"Token audience [web] not in allowed audiences"}'],
  ['audience-mismatch', 401, '{"message":"AudienceValidationFailed"}'],
  [
    'audience-mismatch',
    401,
    "JWT rejected due to invalid claims. Additional details: [[8] Audience (aud) claim [web] doesn't contain an acceptable identifier. Expected api]",
  ],
  [
    'issuer-mismatch',
    401,
    '{"error":"Firebase ID token has incorrect \\"iss\\" (issuer) claim. Expected \\"https://a\\""}',
  ],
  [
    'issuer-mismatch',
    401,
    "JWT rejected due to invalid claims. Additional details: [[12] Issuer (iss) claim value (https://b) doesn't match expected value of https://a]",
  ],
  ['issuer-mismatch', 401, '{"message":"Unknown issuer https://b"}'],
  ['issuer-mismatch', 401, '{"error":"no provider configured for issuer https://b"}'],
  ['signature-invalid', 401, '{"message":"Could not verify JWT: JWSError JWSInvalidSignature"}'],
  ['signature-invalid', 401, '{"error":"Firebase ID token has invalid signature."}'],
  ['signature-invalid', 401, '{"message":"JWSError (JWSInvalidSignature)"}'],
  ['signature-invalid', 401, '{"message":"Token Signature could not be verified."}'],
  ['signature-invalid', 401, 'SRJWT05003: The token signature verification has failed'],
  [
    'key-unknown',
    401,
    '{"error":"Firebase ID token has \\"kid\\" claim which does not correspond to a known public key."}',
  ],
  ['key-unknown', 401, '{"message":"Could not verify JWT: no suitable key found in JWK set"}'],
  [
    'key-unknown',
    401,
    'Unable to find a suitable verification key for JWS w/ header {"alg":"RS256","kid":"k"}',
  ],
  ['key-unknown', 401, '{"error":"signing key k1 is not found in the key set"}'],
  ['alg-not-allowed', 401, '{"message":"\'alg\' value specified in the header is not allowed"}'],
  [
    'alg-not-allowed',
    401,
    '{"error":"Firebase ID token has incorrect algorithm. Expected \\"RS256\\" but got \\"HS256\\"."}',
  ],
  [
    'token-malformed',
    401,
    '{"message":"Could not verify JWT: JWSError (CompactDecodeError Invalid number of parts: Expected 3 parts; got 1)"}',
  ],
  [
    'token-malformed',
    401,
    '{"error":"Decoding Firebase ID token failed. Make sure you passed the entire string JWT which represents an ID token."}',
  ],
  ['token-malformed', 401, '{"message":"Wrong number of segments in token: abc"}'],
  ['token-malformed', 401, '{"error":"compact JWS format must have three parts"}'],
  ['token-malformed', 401, '{"error":"oidc: malformed jwt: oidc: malformed jwt, expected 3 parts got 1"}'],
  [
    'token-revoked',
    401,
    '{"error":"The Firebase ID token has been revoked.","code":"auth/id-token-revoked"}',
  ],
  ['token-revoked', 401, '{"error":{"code":"token_revoked","message":"Token was revoked by user"}}'],
  ['token-revoked', 401, '{"message":"The token has been blacklisted"}'],
  ['token-unknown', 401, '{"message":"Personal access token not found"}'],
  [
    'scope-missing',
    403,
    '{"error":{"code":"INSUFFICIENT_SCOPES","message":"The request requires additional scopes"}}',
  ],
  [
    'scope-missing',
    403,
    '{"category":"MISSING_SCOPES","message":"This app hasn\'t been granted all required scopes to make this call."}',
  ],
  [
    'scope-missing',
    403,
    '{"code":4711,"message":"Invalid access token, does not contain scopes:[user:read:admin]."}',
  ],
  [
    'scope-missing',
    401,
    '{"error_summary":"missing_scope/.","error":{".tag":"missing_scope","required_scope":"files.content.read"}}',
  ],
  [
    'permission-missing',
    403,
    '{"message":"Forbidden resource","error":"Forbidden","statusCode":403,"detail":"Missing required permission: orders:read"}',
  ],
  [
    'permission-missing',
    403,
    '{"errors":[{"message":"You don\'t have permission to access this.","extensions":{"code":"FORBIDDEN"}}]}',
  ],
  [
    'permission-missing',
    403,
    '{"errorMessages":["You do not have the permission to see the specified issue."]}',
  ],
  ['permission-missing', 403, '{"errors":[{"msg":"Insufficient privileges"}]}'],
  ['permission-missing', 403, '{"error":"permission denied: applications, get, default/app, sub: ci"}'],
  ['permission-missing', 403, '{"message":"User does not have the right roles."}'],
  [
    'permission-missing',
    403,
    '{"Code":"AccessDenied","message":"The principal lacks permission for s3:PutObject"}',
  ],
  ['permission-missing', 403, '{"error":"Access denied: you are not a member of this organization"}'],
  ['credentials-missing', 401, '{"statusCode":401,"message":"No auth token"}'],
  [
    'credentials-missing',
    401,
    '{"message":"No API key found in request","hint":"No `apikey` request header or url param was found."}',
  ],
  ['credentials-missing', 401, '{"message":"Authorization Token not found"}'],
  ['credentials-missing', 401, '{"error":"You must provide a token"}'],
  ['credentials-missing', 401, '{"errors":[{"message":"No token provided","code":"NO_TOKEN"}]}'],
  ['credentials-missing', 401, '{"message":"Full authentication is required to access this resource"}'],
  ['credentials-missing', 401, '{"error":"missing auth token"}'],
  ['credentials-missing', 401, '{"detail":"Bearer token missing"}'],
  ['credentials-missing', 401, '{"error":"Authentication token missing or empty"}'],
  [
    'api-key-invalid',
    401,
    '{"errors":[{"message":"The provided authorization grant is invalid, expired, or revoked"},{"message":"Invalid API key"}]}',
    { sent: 'key' },
  ],
  [
    'api-key-invalid',
    401,
    '{"message":"Invalid API key","hint":"Double check your Supabase `anon` or `service_role` API key."}',
    { sent: 'key' },
  ],
  ['api-key-invalid', 403, '{"error":"The API key doesn\'t exist"}', { sent: 'key' }],
  ['api-key-invalid', 401, '{"message":"unknown api key"}', { sent: 'key' }],
  [
    'api-key-invalid',
    401,
    '[API] Invalid API key or access token (unrecognized login or wrong password)',
    { sent: 'key' },
  ],
  ['session-expired', 401, '{"message":"session_expired"}', { sent: 'cookie' }],
  ['session-expired', 403, '{"error":"Your session is no longer valid"}', { sent: 'cookie' }],
  ['session-expired', 401, '{"code":"SESSION_TIMEOUT","message":"Session timed out"}', { sent: 'cookie' }],
  ['csrf-failed', 403, '{"error":"No valid crumb was included in the request"}', { sent: 'cookie' }],
  ['csrf-failed', 403, 'XSRF check failed', { sent: 'cookie' }],
  [
    'csrf-failed',
    400,
    '{"message":"The CSRF token is invalid. Please try to resubmit the form."}',
    { sent: 'cookie' },
  ],
  ['csrf-failed', 403, '{"type":"CSRFError","message":"Invalid CSRF token"}', { sent: 'cookie' }],
  ['csrf-failed', 400, 'The CSRF session token is missing.', { sent: 'cookie' }],
  ['csrf-failed', 403, '{"message":"Missing or invalid CSRF token"}', { sent: 'cookie' }],
  ['rate-limited', 429, '{"message":"You are being rate limited.","retry_after":1.3}'],
  [
    'password-wrong',
    401,
    '{"error":"unauthorized","reason":"Name or password is incorrect."}',
    { sent: 'basic' },
  ],
  ['password-wrong', 401, '{"error":"not_authorised","reason":"Login failed"}', { sent: 'basic' }],
  ['mfa-required', 401, '{"message":"Must specify two-factor authentication OTP code."}', { sent: 'basic' }],
  ['mfa-required', 403, '{"error":"Two-factor authentication is required"}'],
  ['user-disabled', 403, '{"error":"User account has been disabled","code":"auth/user-disabled"}'],
  ['user-disabled', 401, '{"message":"Your account is not active."}'],
  ['account-locked', 401, '{"message":"Maximum number of login attempts exceeded. Account locked."}'],
  ['environment-mixup', 401, '{"error":"You are using a sandbox token against the production environment"}'],
  ['ip-not-allowed', 403, '{"message":"Request from unallowed IP address"}'],
  ['ip-not-allowed', 403, '{"error":"IP 192.0.2.4 is not in the allowlist"}'],
  ['client-cert-missing', 400, '{"message":"mTLS: client certificate not provided"}'],
  ['policy-blocked', 403, '{"error":"Blocked by organization policy"}'],
];

const token: readonly Row[] = [
  ['client-unknown', 400, '{"error":"invalid_client","error_description":"Unknown client"}'],
  [
    'client-unknown',
    401,
    '{"error":"invalid_client","error_description":"No client with requested id: web"}',
  ],
  [
    'client-unknown',
    400,
    '{"error":"invalid_request","error_description":"Client ID web is not registered"}',
  ],
  ['client-secret-wrong', 401, '{"error":"invalid_client","error_description":"Client secret mismatch"}'],
  ['client-secret-wrong', 400, '{"error":"invalid_client","error_description":"Incorrect client secret"}'],
  [
    'client-auth-method-wrong',
    401,
    '{"error":"invalid_client","error_description":"Client authentication method client_secret_post is not allowed for this client"}',
  ],
  [
    'client-auth-missing',
    400,
    '{"error":"invalid_request","error_description":"Missing client authentication"}',
  ],
  [
    'grant-not-allowed',
    400,
    '{"error":"unauthorized_client","error_description":"Client is not authorized to use grant_type password"}',
  ],
  [
    'grant-not-allowed',
    400,
    '{"error":"unauthorized_client","error_description":"Unauthorized grant type: client_credentials"}',
  ],
  [
    'grant-unsupported',
    400,
    '{"error":"unsupported_grant_type","error_description":"Unsupported grant type: foo"}',
  ],
  ['scope-unknown', 400, '{"error":"invalid_scope","error_description":"Unknown scope: orders"}'],
  [
    'scope-not-allowed',
    400,
    '{"error":"invalid_scope","error_description":"This client is not allowed to request scope orders"}',
  ],
  [
    'code-expired',
    400,
    '{"error":"invalid_grant","error_description":"The authorization code has expired"}',
    { grant: 'authorization_code' },
  ],
  [
    'code-reused',
    400,
    '{"error":"invalid_grant","error_description":"Authorization code has already been used"}',
    { grant: 'authorization_code' },
  ],
  [
    'code-invalid',
    400,
    '{"error":"invalid_grant","error_description":"Invalid authorization code: 123"}',
    { grant: 'authorization_code' },
  ],
  [
    'redirect-uri-mismatch',
    400,
    '{"error":"invalid_grant","error_description":"Redirect URI mismatch."}',
    { grant: 'authorization_code' },
  ],
  [
    'pkce-mismatch',
    400,
    '{"error":"invalid_grant","error_description":"PKCE verification failed"}',
    { grant: 'authorization_code' },
  ],
  [
    'pkce-mismatch',
    400,
    '{"error":"invalid_grant","error_description":"code_verifier does not match code_challenge"}',
    { grant: 'authorization_code' },
  ],
  [
    'refresh-token-expired',
    400,
    '{"error":"invalid_grant","error_description":"Refresh token has expired"}',
    { grant: 'refresh_token' },
  ],
  [
    'refresh-token-reused',
    400,
    '{"error":"invalid_grant","error_description":"Refresh token reuse detected"}',
    { grant: 'refresh_token' },
  ],
  [
    'refresh-token-revoked',
    400,
    '{"error":"invalid_grant","error_description":"Refresh token has been revoked"}',
    { grant: 'refresh_token' },
  ],
  [
    'refresh-token-unknown',
    400,
    '{"error":"invalid_grant","error_description":"Invalid refresh token: abc"}',
    { grant: 'refresh_token' },
  ],
  [
    'password-wrong',
    400,
    '{"error":"invalid_grant","error_description":"Bad credentials"}',
    { grant: 'password' },
  ],
  [
    'password-wrong',
    400,
    '{"error":"invalid_grant","error_description":"The user name or password is incorrect."}',
    { grant: 'password' },
  ],
  [
    'user-disabled',
    400,
    '{"error":"invalid_grant","error_description":"User is disabled"}',
    { grant: 'password' },
  ],
  [
    'account-locked',
    400,
    '{"error":"invalid_grant","error_description":"Account temporarily locked"}',
    { grant: 'password' },
  ],
  [
    'password-expired',
    400,
    '{"error":"invalid_grant","error_description":"Your password has expired"}',
    { grant: 'password' },
  ],
  [
    'audience-mismatch',
    400,
    '{"error":"invalid_target","error_description":"The requested resource is unknown"}',
  ],
  [
    'client-assertion-invalid',
    401,
    '{"error":"invalid_client","error_description":"Client assertion signature verification failed"}',
  ],
  [
    'client-assertion-replayed',
    401,
    '{"error":"invalid_client","error_description":"client assertion jti has already been used"}',
  ],
  ['client-disabled', 401, '{"error":"invalid_client","error_description":"Client is disabled"}'],
  [
    'client-secret-expired',
    401,
    '{"error":"invalid_client","error_description":"The client secret expired on 2026-01-01"}',
  ],
  ['rate-limited', 429, '{"error":"too_many_requests","error_description":"Global limit has been reached"}'],
  [
    'client-unknown',
    400,
    '{"error":"invalid_client","error_description":"The client \'web\' could not be found"}',
  ],
  ['client-unknown', 401, '{"error":"invalid_client_id","message":"client not found"}'],
  ['client-secret-wrong', 401, '{"error":"invalid_client","error_description":"Invalid client secret."}'],
  ['client-secret-wrong', 401, '{"error":"invalid_client","error_description":"Client secret is incorrect"}'],
  [
    'client-secret-wrong',
    401,
    '{"error":"invalid_client","error_description":"The specified \'client_secret\' is invalid."}',
  ],
  [
    'client-unknown',
    400,
    '{"error":"invalid_client","error_description":"The specified \'client_id\' is invalid."}',
  ],
  [
    'grant-not-allowed',
    400,
    '{"error":"unauthorized_client","error_description":"This client application is not allowed to use the specified grant type."}',
  ],
  [
    'grant-unsupported',
    400,
    '{"error":"unsupported_grant_type","error_description":"The specified \'grant_type\' is not supported."}',
  ],
  [
    'scope-unknown',
    400,
    '{"error":"invalid_scope","error_description":"The specified \'scope\' is invalid."}',
  ],
  [
    'scope-not-allowed',
    400,
    '{"error":"invalid_request","error_description":"This client application is not allowed to use the specified scope."}',
  ],
  [
    'code-invalid',
    400,
    '{"error":"invalid_grant","error_description":"The specified authorization code is invalid."}',
    { grant: 'authorization_code' },
  ],
  [
    'code-reused',
    400,
    '{"error":"invalid_grant","error_description":"The specified authorization code has already been redeemed."}',
    { grant: 'authorization_code' },
  ],
  [
    'code-expired',
    400,
    '{"error":"invalid_grant","error_description":"The specified authorization code is no longer valid."}',
    { grant: 'authorization_code' },
  ],
  [
    'redirect-uri-mismatch',
    400,
    '{"error":"invalid_grant","error_description":"The specified \'redirect_uri\' parameter doesn\'t match the client redirection endpoint the authorization code was initially sent to."}',
    { grant: 'authorization_code' },
  ],
  [
    'pkce-mismatch',
    400,
    '{"error":"invalid_grant","error_description":"The specified \'code_verifier\' is invalid."}',
    { grant: 'authorization_code' },
  ],
  [
    'pkce-missing',
    400,
    '{"error":"invalid_request","error_description":"The mandatory \'code_verifier\' parameter is missing."}',
    { grant: 'authorization_code' },
  ],
  [
    'refresh-token-reused',
    400,
    '{"error":"invalid_grant","error_description":"The specified refresh token has already been redeemed."}',
    { grant: 'refresh_token' },
  ],
  [
    'refresh-token-reused',
    400,
    '{"error":"invalid_grant","error_description":"refresh token was already rotated"}',
    { grant: 'refresh_token' },
  ],
  [
    'refresh-token-unknown',
    400,
    '{"error":"invalid_grant","error_description":"Invalid Refresh Token: Refresh Token Not Found"}',
    { grant: 'refresh_token' },
  ],
  [
    'refresh-token-reused',
    400,
    '{"error":"invalid_grant","error_description":"Invalid Refresh Token: Already Used"}',
    { grant: 'refresh_token' },
  ],
  [
    'refresh-token-expired',
    400,
    '{"error":"invalid_grant","error_description":"Token is expired"}',
    { grant: 'refresh_token' },
  ],
  [
    'client-mismatch',
    400,
    '{"error":"invalid_grant","error_description":"The specified refresh token cannot be used by this client application."}',
    { grant: 'refresh_token' },
  ],
  [
    'password-wrong',
    400,
    '{"error":"invalid_grant","error_description":"Invalid login credentials"}',
    { grant: 'password' },
  ],
  [
    'password-wrong',
    400,
    '{"error":"invalid_grant","error_description":"Invalid username or password combination"}',
    { grant: 'password' },
  ],
  [
    'user-disabled',
    400,
    '{"error":"invalid_grant","error_description":"The user account is disabled."}',
    { grant: 'password' },
  ],
  [
    'account-locked',
    400,
    '{"error":"invalid_grant","error_description":"The user is currently locked out"}',
    { grant: 'password' },
  ],
  [
    'consent-required',
    400,
    '{"error":"consent_required","error_description":"The user must consent"}',
    { grant: 'authorization_code' },
  ],
  [
    'client-assertion-invalid',
    400,
    '{"error":"invalid_client","error_description":"The \'client_assertion\' is invalid."}',
  ],
  [
    'client-assertion-audience',
    400,
    '{"error":"invalid_client","error_description":"client_assertion audience is invalid"}',
  ],
  ['clock-skew', 400, '{"error":"invalid_client","error_description":"client_assertion expired"}'],
  ['dpop-proof-invalid', 400, '{"error":"invalid_dpop_proof","error_description":"DPoP proof htu mismatch"}'],
  ['dpop-proof-missing', 400, '{"error":"invalid_request","error_description":"DPoP proof required"}'],
];

const authorization: readonly Row[] = [
  [
    'redirect-uri-mismatch',
    400,
    '<h1>Error</h1><p>Invalid redirect_uri</p>',
    { headers: [['Content-Type', 'text/html']] },
  ],
  ['redirect-uri-mismatch', 400, 'redirect_uri is not whitelisted for this client'],
  [
    'redirect-uri-mismatch',
    400,
    '{"error":"invalid_request","error_description":"The redirect URI provided is missing or does not match"}',
  ],
  [
    'client-unknown',
    400,
    '<p>The client application is not known or is not authorized.</p>',
    { headers: [['Content-Type', 'text/html']] },
  ],
  ['client-unknown', 400, 'Unknown client_id: web'],
  ['redirect-uri-mismatch', 200, '<p>The redirect URI is not registered.</p>'],
  [
    'pkce-missing',
    302,
    '',
    {
      headers: [
        [
          'Location',
          'https://app.example.test/cb?error=invalid_request&error_description=code_challenge+required',
        ],
      ],
    },
  ],
  [
    'scope-unknown',
    302,
    '',
    {
      headers: [
        [
          'Location',
          'https://app.example.test/cb?error=invalid_scope&error_description=Unknown+scope+orders&state=1',
        ],
      ],
    },
  ],
  [
    'login-required',
    302,
    '',
    { headers: [['Location', 'https://app.example.test/cb#error=login_required&state=1']] },
  ],
  [
    'response-type-unsupported',
    400,
    '{"error":"unsupported_response_type","error_description":"response_type token is not supported"}',
  ],
  [
    'redirect-uri-mismatch',
    400,
    '{"error":"invalid_request","error_description":"The specified \'redirect_uri\' is not valid for this client application."}',
  ],
  ['client-unknown', 400, "<p>Error: invalid_client</p><p>No client found for id 'web'</p>"],
  ['client-unknown', 400, 'Client is not registered'],
  ['redirect-uri-mismatch', 400, 'Mismatching redirect URI.'],
  ['client-unknown', 400, 'Invalid client_id parameter value.'],
  [
    'pkce-missing',
    400,
    '{"error":"invalid_request","error_description":"The mandatory \'code_challenge\' parameter is missing."}',
  ],
  [
    'response-type-unsupported',
    400,
    '{"error":"unsupported_response_type","error_description":"The specified \'response_type\' is not supported."}',
  ],
  ['par-required', 400, '{"error":"invalid_request","error_description":"PAR is required for this client"}'],
];

/** Nothing of weight 3 may be read into these. */
const harmless: readonly (readonly [number, string])[] = [
  [400, '{"message":"Your voucher has expired"}'],
  [409, '{"error":"The offer expired yesterday"}'],
  [422, '{"errors":{"card":["The card is expired"]}}'],
  [400, '{"error":"Invalid value for field issuer_country"}'],
  [400, '{"message":"signature field is required for delivery"}'],
  [404, '{"message":"Order not found"}'],
  [404, '{"message":"User not found"}'],
  [404, '{"error":"Token not found"}'],
  [404, '{"message":"Role editor not found"}'],
  [409, '{"error":"Session is closed"}'],
  [422, '{"message":"The account is closed"}'],
  [410, '{"message":"This session has expired"}'],
  [409, '{"message":"You do not have permission to merge while checks are missing"}'],
  [401, '{"message":"Bad credentials"}'],
  [401, 'Unauthorized: Access is denied due to invalid credentials.'],
  [401, '{"message":"Invalid or expired token"}'],
  [401, '{"error":"Token may be expired, revoked or malformed"}'],
  [401, '{"message":"Authentication failed"}'],
  [401, '{"message":"Could not validate credentials"}'],
  [401, '{"message":"Unauthorized","hint":"Is your token expired?"}'],
  [403, '{"message":"Forbidden"}'],
  [401, '{"message":"Unauthorized. Please verify your signature is invalid or your audience is wrong"}'],
  [401, '{"message":"Unauthorized","hint":"Check whether the scope is missing"}'],
  [401, '{"message":"If the token has expired, log in again"}'],
  [401, '{"message":"Please check that your token has not expired and the audience is right"}'],
  [401, '{"error":"The token could be invalid, expired, or issued by an untrusted issuer"}'],
  [400, '{"message":"expires_in must be greater than 0"}'],
  [422, '{"message":"The audience field must be an array of segments"}'],
  [500, '{"message":"Internal server error"}'],
  [400, '{"detail":"clock_in time must be before clock_out time"}'],
  [409, '{"message":"This account name is already taken"}'],
  [400, '{"error":"Article code must have 8 digits"}'],
  [422, '{"message":"The token field is a string"}'],
  [400, '{"message":"Session title too long"}'],
  [200, '{"status":"expired","token":"revoked","message":"Token expired"}'],
  [401, '{"message":"The token is valid and not expired, signature verified"}'],
  [503, '{"message":"Database is locked"}'],
  [409, '{"message":"The document is locked by another user"}'],
  [400, '{"message":"Invalid JSON payload received. Unknown name \\"scope\\""}'],
  [404, '{"message":"No user stories in this sprint"}'],
];

describe('words of other products', () => {
  const tables: readonly [Stage, readonly Row[]][] = [
    ['resource', resource],
    ['token', token],
    ['authorization', authorization],
  ];
  for (const [stage, rows] of tables) {
    for (const row of rows) {
      const [cause, status, body] = row;
      it(`${stage} ${status} ${body.slice(0, 90)}: ${cause}`, () => {
        const { causes, weight, against } = strongest(specOf(stage, row));
        expect({ named: causes.slice(0, 5).filter((each) => each === cause), against }).to.deep.equal({
          named: [cause],
          against: [],
        });
        expect(weight).to.be.at.least(2);
      });
    }
  }
  for (const [status, body] of harmless) {
    it(`states nothing of ${status} ${body}`, () => {
      const strong = matches(answerTo({ stage: 'resource', status, body })).filter(
        ({ weight }) => weight === 3,
      );
      expect(strong.map(({ signature }) => signature.id)).to.deep.equal([]);
    });
  }
});
