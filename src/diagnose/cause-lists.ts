/** Causes of one kind, from which the universe of each stage is made (groups.ts). */
import type { CauseId } from '../model.ts';

/** The connection, the header or the target was refused before anybody looked at the credential. */
export const door: readonly CauseId[] = [
  'host-not-allowed',
  'plain-to-tls-port',
  'http-not-allowed',
  'header-too-large',
  'client-cert-missing',
  'client-cert-invalid',
];
/** A gateway answered because what stands behind it did not. */
export const gateway: readonly CauseId[] = [
  'gateway-down',
  'gateway-timeout',
  'gateway-misconfigured',
  'idp-unreachable',
  'cached-response',
];
/** What came back is not what its header says. */
export const body: readonly CauseId[] = [
  'body-truncated',
  'body-encoding-wrong',
  'body-not-json',
  'body-empty',
];
/** The request itself is not one that this server serves. */
export const request: readonly CauseId[] = [
  'method-changed-by-redirect',
  'route-missing',
  'method-wrong',
  'endpoint-wrong',
  'request-param-missing',
  'request-param-wrong',
];
export const redirection: readonly CauseId[] = ['redirect-loop', 'redirect-downgrade', 'redirect-unexpected'];
export const otherCredentials: readonly CauseId[] = [
  'password-wrong',
  'password-expired',
  'account-locked',
  'nonce-stale',
  'api-key-invalid',
  'api-key-expired',
  'cookie-rejected',
  'cookie-not-set',
  'cookie-not-sent',
  'session-expired',
  'login-redirect',
  'credential-leak-on-redirect',
];
export const authorization: readonly CauseId[] = [
  'csrf-failed',
  'scope-missing',
  'scope-dropped',
  'permission-missing',
  'policy-blocked',
  'step-up-required',
  'mfa-required',
  'consent-required',
  'feature-disabled',
  'api-disabled',
  'role-unknown',
  'realm-disabled',
];
/** Grants and sessions at an authorization server. */
export const grants: readonly CauseId[] = [
  'grant-not-allowed',
  'grant-unsupported',
  'scope-unknown',
  'scope-not-allowed',
  'scope-dropped',
  'audience-mismatch',
  'redirect-uri-mismatch',
  'pkce-missing',
  'pkce-mismatch',
  'code-reused',
  'code-expired',
  'client-mismatch',
  'code-invalid',
  'refresh-token-reused',
  'refresh-token-expired',
  'refresh-token-revoked',
  'refresh-token-unknown',
  'dpop-proof-missing',
  'dpop-proof-invalid',
  'dpop-nonce-required',
  'password-wrong',
  'user-unknown',
  'user-disabled',
  'account-locked',
  'password-expired',
  'mfa-required',
  'consent-required',
  'consent-denied',
  'authorization-pending',
  'loop-detected',
  'policy-blocked',
  'permission-missing',
  'feature-disabled',
  'realm-disabled',
];
