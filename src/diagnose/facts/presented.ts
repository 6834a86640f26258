/** What kind of credential was sent: a verifier that was given a token has no password to call wrong. */
import type { CauseId } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';
import { ofJar } from './cookie-history.ts';
import { signedUse } from './signed.ts';

const ofPasswords: readonly CauseId[] = ['password-wrong', 'password-expired', 'nonce-stale'];
const ofCookies: readonly CauseId[] = ['cookie-not-sent', 'cookie-not-set', 'cookie-rejected'];
/** What a Digest does not have. */
const ofDigest: readonly CauseId[] = [
  'signature-invalid',
  'key-unknown',
  'audience-mismatch',
  'token-expired',
  'token-unknown',
];
const ofKeys: readonly CauseId[] = ['api-key-invalid', 'api-key-expired'];
/** What only a JWT can have wrong. */
const ofJwts: readonly CauseId[] = [
  'signature-invalid',
  'key-unknown',
  'alg-not-allowed',
  'token-claims-invalid',
  'issuer-mismatch',
  'subject-mismatch',
  'token-not-yet-valid',
  'token-lifetime-wrong',
];

/** What only a token can have wrong; a signature holds none. */
const ofTokens: readonly CauseId[] = [
  'issuer-mismatch',
  'subject-mismatch',
  'client-mismatch',
  'token-claims-invalid',
  'token-type-wrong',
  'token-malformed',
  'token-not-yet-valid',
  'token-lifetime-wrong',
  'token-revoked',
  'token-binding-mismatch',
  'dpop-proof-missing',
  'dpop-proof-invalid',
  'dpop-nonce-required',
];

export function presentedFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource' || subject.uses.length === 0) return [];
  const types = new Set(subject.uses.map(({ type }) => type));
  const [only] = types.size === 1 ? types : [];
  const format = tokenUse(subject)?.token?.format ?? null;
  const bearer = subject.uses.every(({ scheme }) => /^(bearer|dpop)$/i.test(scheme ?? ''));
  const excludes = [
    ...(bearer ? ofPasswords : []),
    // A JWT is no key of a list.
    ...(bearer && format === 'jwt' ? ofKeys : []),
    ...(bearer && !hasCookies(subject) ? ofCookies : []),
    ...(only === 'basic' || only === 'api_key' ? ofJwts : []),
    ...(only === 'digest' ? [...ofTokens, ...ofKeys, ...ofDigest] : []),
    ...(only !== undefined && signedUse(subject) !== null
      ? [...ofTokens, ...ofPasswords, ...(hasCookies(subject) ? [] : ofCookies), ...ofSessions(subject)]
      : []),
  ];
  return excludes.length === 0 ? [] : [evidence('credential/kind', { excludes })];
}

/** Temporary keys come with a token. */
function ofSessions({ credential }: Subject): readonly CauseId[] {
  const temporary = credential?.type === 'aws_sigv4' && credential.session_token !== null;
  return temporary ? [] : ['token-expired', 'token-unknown'];
}

/** Cookies play a part in this scenario. */
function hasCookies(subject: Subject): boolean {
  const own = subject.failing.hops.some(({ cookies }) => cookies.sent.length + cookies.refused.length > 0);
  return (
    own ||
    ofJar(subject).some(({ exchange }) =>
      exchange.hops.some(({ cookies }) => cookies.set.length + cookies.refused.length > 0),
    )
  );
}
