/** Causes that stand or fall together, and the order in which they are asked for (docs/diagnosis). */
import type { CauseId } from '../model.ts';
import type { Stage, Subject } from './subject.ts';

/** Something in front of the application answered. */
export const edge: readonly CauseId[] = [
  'edge-blocked',
  'edge-challenge',
  'edge-login',
  'ip-not-allowed',
  'proxy-intercept',
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
  'token-binding-mismatch',
  'token-revoked',
  'token-unknown',
  'token-lifetime-wrong',
  'user-disabled',
  'jwks-unavailable',
  'token-invalid-unspecified',
];
const otherCredentials: readonly CauseId[] = [
  'password-wrong',
  'account-locked',
  'api-key-invalid',
  'api-key-expired',
  'session-expired',
  'login-redirect',
  'cookie-not-sent',
  'cookie-rejected',
];
const authorization: readonly CauseId[] = [
  'scope-missing',
  'permission-missing',
  'policy-blocked',
  'step-up-required',
  'csrf-failed',
  'feature-disabled',
];
export const clientExists: readonly CauseId[] = [
  'client-secret-wrong',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-auth-missing',
  'client-type-wrong',
  'credentials-not-encoded',
  'client-assertion-invalid',
];
export const clientAbsent: readonly CauseId[] = ['client-unknown', 'client-disabled'];

/** What an answer that says nothing most often hides, the usual first. */
export const usual: readonly CauseId[] = [
  'audience-mismatch',
  'issuer-mismatch',
  'token-revoked',
  'key-unknown',
  'api-key-invalid',
  'password-wrong',
  'permission-missing',
  'policy-blocked',
  'client-secret-wrong',
  'grant-not-allowed',
  'redirect-uri-mismatch',
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
  ],
  'clock-skew': ['token-expired', 'token-not-yet-valid'],
  'token-lifetime-wrong': ['token-expired'],
  'token-type-wrong': ['audience-mismatch', 'token-claims-invalid'],
};

/** Every cause that `face` may be the face of, itself included. */
export function rootsOf(face: CauseId): CauseId[] {
  return [face, ...Object.entries(refines).flatMap(([root, faces]) => (faces.includes(face) ? [root] : []))];
}

const byStage: Readonly<Record<Exclude<Stage, 'transport'>, readonly CauseId[]>> = {
  resource: [
    ...edge,
    ...delivery,
    ...shape,
    ...tokenValidity,
    ...otherCredentials,
    ...authorization,
    'route-missing',
    'method-changed-by-redirect',
  ],
  token: [
    ...edge,
    'environment-mixup',
    ...clientAbsent,
    ...clientExists,
    'grant-not-allowed',
    'grant-unsupported',
    'scope-unknown',
    'scope-not-allowed',
    'audience-mismatch',
    'refresh-token-expired',
    'refresh-token-revoked',
    'refresh-token-reused',
    'refresh-token-unknown',
    'request-param-missing',
    'request-param-wrong',
    'clock-skew',
    'idp-unreachable',
    'endpoint-wrong',
    'policy-blocked',
  ],
  authorization: [
    ...edge,
    'environment-mixup',
    ...clientAbsent,
    'redirect-uri-mismatch',
    'client-type-wrong',
    'grant-not-allowed',
    'response-type-unsupported',
    'scope-unknown',
    'pkce-missing',
    'par-required',
    'request-param-missing',
    'request-param-wrong',
    'endpoint-wrong',
  ],
};

/** Everything that could be the cause before any evidence. */
export function universe(subject: Subject): readonly CauseId[] {
  return subject.stage === 'transport' ? [] : byStage[subject.stage];
}
