/** Causes that stand or fall together, and the order in which they are asked for (docs/diagnosis). */
import type { CauseId } from '../model.ts';
import {
  authorization,
  body,
  door,
  gateway,
  grants,
  otherCredentials,
  redirection,
  request,
} from './cause-lists.ts';
import type { Stage, Subject } from './subject.ts';

/** Something in front of the application answered. */
export const edge: readonly CauseId[] = [
  'edge-blocked',
  'edge-challenge',
  'edge-login',
  'ip-not-allowed',
  'proxy-intercept',
  'proxy-auth-required',
  'rate-limited',
];
/** The credential did not reach the verifier, or not as it was sent. */
export const delivery: readonly CauseId[] = [
  'credentials-missing',
  'credentials-dropped-on-redirect',
  'credentials-stripped-by-proxy',
  'credentials-replaced-by-proxy',
  'header-dropped-by-proxy',
  'basic-shadow',
  'scheme-mismatch',
];
/** The header arrived and does not parse. */
export const shape: readonly CauseId[] = [
  'credentials-duplicated',
  'authorization-malformed',
  'unresolved-variable',
  'token-malformed',
];
export const tokenValidity: readonly CauseId[] = [
  'environment-mixup',
  'issuer-mismatch',
  'key-unknown',
  'signature-invalid',
  'alg-not-allowed',
  'token-type-wrong',
  'token-expired',
  'token-not-yet-valid',
  'clock-skew',
  'audience-mismatch',
  'client-mismatch',
  'token-claims-invalid',
  'subject-mismatch',
  'token-binding-mismatch',
  'dpop-proof-missing',
  'dpop-proof-invalid',
  'dpop-nonce-required',
  'token-revoked',
  'token-unknown',
  'token-lifetime-wrong',
  'user-unknown',
  'user-disabled',
  'jwks-unavailable',
  'token-invalid-unspecified',
];
export const clientExists: readonly CauseId[] = [
  'client-secret-wrong',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-auth-missing',
  'client-type-wrong',
  'credentials-not-encoded',
  'client-assertion-invalid',
  'client-assertion-audience',
  'client-assertion-replayed',
];
export const clientAbsent: readonly CauseId[] = ['client-unknown', 'client-disabled'];

/** What can be wrong with a request that carries no credential, or lost it on the way. */
export const anonymous: readonly CauseId[] = [
  ...edge,
  ...door,
  ...gateway,
  ...delivery.filter((cause) => cause !== 'credentials-stripped-by-proxy'),
  'unresolved-variable',
  'cookie-rejected',
  'cookie-not-set',
  'cookie-not-sent',
  'session-expired',
  'login-redirect',
  'csrf-failed',
  'permission-missing',
  'policy-blocked',
  'feature-disabled',
  'realm-disabled',
  ...request,
  ...redirection,
];

/** Root causes of which another cause is the face: the text names the second, the root may be the first. */
export const refines: Readonly<Record<CauseId, readonly CauseId[]>> = {
  'environment-mixup': [
    'issuer-mismatch',
    'key-unknown',
    'signature-invalid',
    'audience-mismatch',
    'client-unknown',
    'client-mismatch',
    'token-unknown',
    'refresh-token-unknown',
  ],
  'clock-skew': ['token-expired', 'token-not-yet-valid'],
  'token-lifetime-wrong': ['token-expired'],
  'token-type-wrong': ['audience-mismatch', 'token-claims-invalid'],
  'unresolved-variable': [
    'authorization-malformed',
    'token-malformed',
    'credentials-missing',
    'api-key-invalid',
    'client-secret-wrong',
    'client-unknown',
  ],
  'authorization-malformed': ['token-malformed'],
  'credentials-replaced-by-proxy': ['token-malformed', 'authorization-malformed'],
  'scope-dropped': ['scope-missing'],
  'cookie-rejected': ['session-expired', 'login-redirect', 'credentials-missing'],
  'cookie-not-sent': ['session-expired', 'login-redirect', 'credentials-missing'],
  'cookie-not-set': ['session-expired', 'login-redirect', 'credentials-missing'],
  'method-changed-by-redirect': ['method-wrong', 'request-param-missing', 'body-empty'],
  'session-expired': ['login-redirect'],
  'scheme-mismatch': ['authorization-malformed'],
  'header-dropped-by-proxy': ['credentials-stripped-by-proxy'],
  'code-reused': ['code-invalid'],
  'code-expired': ['code-invalid'],
};

/** Every cause that `face` may be the face of, itself included. */
export function rootsOf(face: CauseId): CauseId[] {
  return [face, ...Object.entries(refines).flatMap(([root, faces]) => (faces.includes(face) ? [root] : []))];
}

const byStage: Readonly<Record<Exclude<Stage, 'transport'>, readonly CauseId[]>> = {
  resource: [
    ...edge,
    ...door,
    ...gateway,
    ...delivery,
    ...shape,
    ...tokenValidity,
    ...otherCredentials,
    ...authorization,
    ...request,
    ...redirection,
    'state-mismatch',
    ...body,
    'idp-error-forwarded',
    'login-required',
  ],
  token: [
    ...edge,
    ...door,
    ...gateway,
    'credentials-stripped-by-proxy',
    'basic-shadow',
    'environment-mixup',
    'unresolved-variable',
    'authorization-malformed',
    'credentials-duplicated',
    ...clientAbsent,
    ...clientExists,
    'clock-skew',
    'client-cert-missing',
    'client-cert-invalid',
    ...grants,
    ...request,
    ...body,
    'token-type-wrong',
    'jwks-unavailable',
    'signature-invalid',
    'key-unknown',
    'issuer-mismatch',
    'token-expired',
  ],
  authorization: [
    ...edge,
    ...door,
    ...gateway,
    'environment-mixup',
    ...clientAbsent,
    'redirect-uri-mismatch',
    'client-type-wrong',
    'grant-not-allowed',
    'response-type-unsupported',
    'scope-unknown',
    'scope-not-allowed',
    'pkce-missing',
    'par-required',
    'par-request-uri-invalid',
    'request-object-invalid',
    ...request,
    'login-required',
    'consent-required',
    'consent-denied',
    'mfa-required',
    'policy-blocked',
    'permission-missing',
    'realm-disabled',
    'user-disabled',
    'account-locked',
    'state-mismatch',
    'idp-error-forwarded',
    ...redirection,
  ],
};

/** Everything that could be the cause before any evidence. */
export function universe(subject: Subject): readonly CauseId[] {
  return subject.stage === 'transport' ? [] : [...new Set(byStage[subject.stage])];
}
