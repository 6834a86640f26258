/** What an answer that says nothing most often hides, by what was sent and how it was refused; the usual first. */
import type { CauseId } from '../model.ts';
import { signedUse } from './facts/signed.ts';
import { isJsonType, sentField, typeOf } from './facts/wire.ts';
import { isHandMade } from './hand-made.ts';
import type { Arrival } from './rank.ts';
import { grantOf } from './sent.ts';
import { type Subject, tokenUse } from './subject.ts';

const jwt: readonly CauseId[] = [
  'audience-mismatch',
  'token-revoked',
  'credentials-stripped-by-proxy',
  'issuer-mismatch',
  'key-unknown',
  'jwks-unavailable',
  'token-claims-invalid',
];
const opaque: readonly CauseId[] = [
  'token-revoked',
  'token-unknown',
  'token-expired',
  'credentials-stripped-by-proxy',
  'session-expired',
  'user-disabled',
];
const password: readonly CauseId[] = [
  'password-wrong',
  'user-unknown',
  'user-disabled',
  'account-locked',
  'password-expired',
];
/** A token that the client signs for itself: there is no issuer whose keys we could ask. */
const selfSigned: readonly CauseId[] = [
  'signature-invalid',
  'audience-mismatch',
  'key-unknown',
  'issuer-mismatch',
  'credentials-stripped-by-proxy',
  'token-claims-invalid',
];
const signed: readonly CauseId[] = [
  'signature-invalid',
  'key-unknown',
  'header-dropped-by-proxy',
  'clock-skew',
  'request-param-missing',
];
/** AWS refuses signatures and rights alike with 403. */
const signedV4: readonly CauseId[] = [
  'signature-invalid',
  'permission-missing',
  'api-key-invalid',
  'clock-skew',
  'policy-blocked',
  'edge-blocked',
];
const apiKey: readonly CauseId[] = ['api-key-invalid', 'api-key-expired', 'header-dropped-by-proxy'];
const byHand: readonly CauseId[] = [
  'api-key-invalid',
  'api-key-expired',
  'credentials-missing',
  'scheme-mismatch',
  'header-dropped-by-proxy',
];
const cookie: readonly CauseId[] = [
  'session-expired',
  'cookie-not-sent',
  'cookie-rejected',
  'login-redirect',
];
const forbidden: readonly CauseId[] = [
  'permission-missing',
  'scope-missing',
  'policy-blocked',
  'edge-blocked',
  'ip-not-allowed',
  'feature-disabled',
];
const inFront: readonly CauseId[] = [
  'edge-blocked',
  'ip-not-allowed',
  'policy-blocked',
  'permission-missing',
  'host-not-allowed',
];
/** Who answers in the form of the application is the application, as a rule. */
const inForm: readonly CauseId[] = [
  'policy-blocked',
  'permission-missing',
  'edge-blocked',
  'ip-not-allowed',
  'api-key-invalid',
  'route-missing',
];
const notFound: readonly CauseId[] = [
  'route-missing',
  'permission-missing',
  'host-not-allowed',
  'credentials-missing',
];
const refresh: readonly CauseId[] = [
  'refresh-token-expired',
  'refresh-token-revoked',
  'refresh-token-reused',
  'refresh-token-unknown',
];
const client: readonly CauseId[] = [
  'client-unknown',
  'client-secret-wrong',
  'client-auth-method-wrong',
  'client-disabled',
  'grant-not-allowed',
];
const authorization: readonly CauseId[] = [
  'client-unknown',
  'redirect-uri-mismatch',
  'client-disabled',
  'request-param-wrong',
];

export function usualOf(subject: Subject, arrival: Arrival): readonly CauseId[] {
  if (subject.stage === 'token')
    return grantOf(subject) === 'refresh_token' ? [...refresh, ...client] : client;
  if (subject.stage === 'login') return [];
  // A page that is delivered is a login page as a rule: it accuses nobody.
  if (subject.stage === 'authorization') return (subject.response?.status ?? 0) >= 400 ? authorization : [];
  const status = subject.response?.status ?? 0;
  if (status === 404) return notFound;
  if (status > 403 || status < 400) return status === 498 || status === 499 ? jwt : [];
  const json = subject.response !== null && isJsonType(typeOf(subject.response));
  const token = status === 403 && speaksOfInvalid(subject);
  const types = subject.uses.map(({ type }) => type);
  if (types.includes('aws_sigv4')) return signedV4;
  if (status === 403 && !token && arrival === 'equal') return json ? inForm : inFront;
  if (status === 403 && !token) return forbidden;
  if (types.includes('basic') || types.includes('digest')) return password;
  if (signedUse(subject) !== null) return signed;
  if (types.includes('self_signed_jwt')) return selfSigned;
  if (types.includes('api_key')) return apiKey;
  if (types.includes('session')) return cookie;
  const format = tokenUse(subject)?.token?.format;
  if (format === 'opaque') return opaque;
  if (subject.uses.length > 0) return jwt;
  return isHandMade(subject.hop) && sentField(subject.hop, 'cookie') === null ? byHand : cookie;
}

/** A 403 in the place of a 401: what was sent is no good. */
function speaksOfInvalid({ description, text }: Subject): boolean {
  return /\b(?:invalid|bad|unknown|unrecogni[sz]ed) (?:access |bearer |api |auth(?:entication|orization)? |security )*(?:token|jwt|credentials?|key)\b/i.test(
    `${description ?? ''} ${text.slice(0, 2000)}`,
  );
}
