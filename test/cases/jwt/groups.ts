/** Causes that nobody can tell apart from outside, where the token is good by all that can be computed. */
import type { CauseId } from '../../../src/model.ts';

/** One answer for all that is wrong with a token, no credential included. `real` is so. */
export function oneAnswer(real: CauseId): readonly CauseId[] {
  const others: readonly CauseId[] = [
    'token-revoked',
    'credentials-stripped-by-proxy',
    'audience-mismatch',
    'issuer-mismatch',
    'key-unknown',
    'signature-invalid',
    'alg-not-allowed',
    'token-unknown',
    'session-expired',
    'user-disabled',
    'client-mismatch',
    'token-claims-invalid',
    'clock-skew',
    'jwks-unavailable',
    'idp-unreachable',
    'token-invalid-unspecified',
  ];
  return [real, ...others.filter((cause) => cause !== real)];
}

/** Of an opaque token nothing can be computed, and the server says that it is not good. */
export function notActive(real: CauseId): readonly CauseId[] {
  const others: readonly CauseId[] = [
    'token-revoked',
    'token-unknown',
    'token-expired',
    'session-expired',
    'user-disabled',
    'token-invalid-unspecified',
  ];
  return [real, ...others.filter((cause) => cause !== real)];
}

/** 403 without a word: refused although, or because, the token was read. */
export function bare403(real: CauseId): readonly CauseId[] {
  const others: readonly CauseId[] = [
    'permission-missing',
    'scope-missing',
    'policy-blocked',
    'feature-disabled',
    'ip-not-allowed',
    'edge-blocked',
    'user-disabled',
    ...oneAnswer('token-revoked'),
  ];
  return [real, ...others.filter((cause) => cause !== real)];
}

/** 403 with words that say "you may not". */
export function mayNot(real: CauseId): readonly CauseId[] {
  const others: readonly CauseId[] = [
    'permission-missing',
    'scope-missing',
    'policy-blocked',
    'feature-disabled',
  ];
  return [real, ...others.filter((cause) => cause !== real)];
}
