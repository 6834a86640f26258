/** Which differences can be what a cause shows in: kinds, the one that says most first, `kind[of]` for one of them. */
import type { CauseId } from '../../model.ts';
import type { TraitKind } from './trait.ts';

export type TraitSpec = TraitKind | `${TraitKind}[${string}]`;

const edge = ['edge', 'server', 'via', 'challenge'] as const;
/** Who answers instead of the application. */
const proxy = ['via', 'server'] as const;
const connection = ['failure', 'duration'] as const;
const refused = ['refusal', 'challenge'] as const;
const form = ['credential.shape', 'credential.scheme', 'header[authorization]'] as const;
const csrf = ['header[x-csrf-token]', 'header[x-xsrf-token]', 'header[origin]', 'header[referer]'] as const;
const redirect = ['redirects', 'redirects.stopped'] as const;
const client = ['parameter[client_id]', ...refused] as const;

/** A cause that is missing here shows in no difference: a value that is kept secret, the state of a server. */
export const explains: Readonly<Record<CauseId, readonly TraitSpec[]>> = {
  'dns-failure': ['failure'],
  'connection-refused': ['failure'],
  'connection-timeout': connection,
  'connection-closed': ['failure'],
  'response-timeout': connection,
  'tls-untrusted': ['tls.issuer', 'failure'],
  'tls-expired': ['tls.validity', 'failure'],
  'tls-not-yet-valid': ['tls.validity', 'failure'],
  'tls-host-mismatch': ['tls.names', 'failure'],
  'tls-to-plain-port': ['failure'],
  'plain-to-tls-port': ['failure', 'refusal'],
  'tls-protocol': ['failure', 'tls.protocol'],

  'gateway-down': proxy,
  'gateway-timeout': proxy,
  'cached-response': ['edge[age]', 'edge[x-cache]', 'via', 'edge'],
  'edge-blocked': edge,
  'edge-challenge': edge,
  'edge-login': ['redirects', ...edge],
  'edge-identify': edge,
  'proxy-auth-required': ['challenge', 'via', 'server'],
  'proxy-intercept': ['tls.issuer', 'via', 'server'],
  'ip-not-allowed': edge,
  'host-not-allowed': ['address', ...edge],
  'http-not-allowed': ['redirects', 'address'],
  'header-too-large': ['cookie.sent', 'header'],
  'client-cert-missing': connection,
  'client-cert-invalid': connection,
  'route-missing': ['address', 'method', 'redirects', 'server', 'via'],
  'gateway-misconfigured': proxy,
  'idp-unreachable': ['refusal'],
  'jwks-unavailable': ['refusal'],
  'method-changed-by-redirect': redirect,
  'method-wrong': ['method', 'redirects'],
  'endpoint-wrong': ['address', 'redirects'],

  'redirect-loop': redirect,
  'redirect-downgrade': redirect,
  'redirect-unexpected': redirect,
  'state-mismatch': redirect,

  'credentials-missing': ['header[authorization]', 'credential.type', 'credential.scheme'],
  'credentials-dropped-on-redirect': ['dropped', 'redirects'],
  'credential-leak-on-redirect': redirect,
  'credentials-stripped-by-proxy': proxy,
  'credentials-replaced-by-proxy': proxy,
  'header-dropped-by-proxy': proxy,
  'credentials-duplicated': form,
  'scheme-mismatch': ['credential.scheme', 'challenge'],
  'authorization-malformed': form,
  'basic-shadow': ['challenge', 'server', 'via'],
  'unresolved-variable': ['credential.shape', 'address', 'header', 'parameter'],
  'credentials-not-encoded': form,
  'nonce-stale': ['challenge'],

  'clock-skew': ['clock'],
  'token-expired': ['token.left'],
  'token-not-yet-valid': ['token.left', 'clock'],
  'token-malformed': ['credential.shape', 'token.format'],
  'alg-not-allowed': ['token.alg'],
  'issuer-mismatch': ['token.iss', 'token.obtained'],
  'audience-mismatch': ['token.aud'],
  'client-mismatch': ['token.client'],
  'token-claims-invalid': ['token.claims'],
  'token-type-wrong': ['token.typ', 'token.format', 'grant.type', 'token.claims'],
  'token-binding-mismatch': ['token.binding', 'header[dpop]'],
  'dpop-proof-missing': ['header[dpop]', 'token.binding', 'challenge'],
  'dpop-nonce-required': ['challenge'],
  'token-lifetime-wrong': ['token.lifetime'],
  'environment-mixup': [
    'token.iss',
    'credential.shared',
    'token.aud',
    'token.client',
    'token.obtained',
    'parameter[client_id]',
    'parameter[redirect_uri]',
    'address',
  ],

  'scope-missing': ['token.scope', 'grant.scope', 'parameter[scope]'],
  'scope-dropped': ['token.scope', 'grant.scope'],
  'scope-unknown': ['parameter[scope]', 'refusal'],
  'scope-not-allowed': ['parameter[scope]', 'refusal'],
  'permission-missing': ['token.roles'],
  'step-up-required': ['token.roles', 'challenge'],
  'role-unknown': ['token.roles', 'refusal'],
  'policy-blocked': ['refusal'],
  'feature-disabled': ['refusal'],
  'api-disabled': ['refusal'],
  'realm-disabled': ['refusal'],

  'client-unknown': client,
  'client-disabled': client,
  'client-secret-wrong': refused,
  'client-secret-expired': refused,
  'client-auth-missing': [
    'header[authorization]',
    'parameter[client_secret]',
    'parameter[client_assertion]',
    ...refused,
  ],
  'client-auth-method-wrong': [
    'header[authorization]',
    'parameter[client_secret]',
    'parameter[client_assertion]',
    ...refused,
  ],
  'client-type-wrong': ['parameter[grant_type]', ...refused],
  'client-assertion-invalid': refused,
  'client-assertion-audience': refused,
  'redirect-uri-mismatch': ['parameter[redirect_uri]', 'refusal', 'redirects'],
  'grant-unsupported': ['parameter[grant_type]', 'refusal'],
  'grant-not-allowed': ['parameter[grant_type]', 'refusal'],
  'response-type-unsupported': ['parameter[response_type]', 'refusal'],
  'request-param-missing': ['parameter', 'refusal'],
  'request-param-wrong': ['parameter', 'body.type', 'refusal'],
  'pkce-missing': ['parameter[code_challenge]', 'parameter[code_challenge_method]', 'refusal'],
  'pkce-mismatch': ['parameter[code_challenge_method]', 'refusal'],
  'par-required': ['parameter[request_uri]', 'refusal'],

  'session-expired': ['cookie.sent', 'redirects'],
  'login-redirect': ['redirects'],
  'csrf-failed': [...csrf, 'header', 'parameter', 'cookie.sent'],
  'cookie-rejected': ['cookie.refused', 'cookie.sent'],
  'cookie-not-sent': ['cookie.withheld', 'cookie.sent'],
  'cookie-not-set': ['cookie.set'],
  'consent-required': ['refusal'],
  'mfa-required': ['refusal', 'token.roles'],
  'login-required': ['refusal', 'redirects'],
  'idp-error-forwarded': ['refusal'],

  'body-encoding-wrong': ['content-type'],
  'body-not-json': ['content-type', 'redirects'],
};
