/** What kind of credential was sent: a verifier that was given a token has no password to call wrong. */
import type { CauseId } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';

const ofPasswords: readonly CauseId[] = ['password-wrong', 'password-expired', 'nonce-stale'];
const ofCookies: readonly CauseId[] = ['cookie-not-sent', 'cookie-not-set', 'cookie-rejected'];
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

export function presentedFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource' || subject.uses.length === 0) return [];
  const types = new Set(subject.uses.map(({ type }) => type));
  const format = tokenUse(subject)?.token?.format ?? null;
  const bearer = subject.uses.every(({ scheme }) => /^(bearer|dpop)$/i.test(scheme ?? ''));
  const excludes = [
    ...(bearer ? ofPasswords : []),
    // A JWT is no key of a list.
    ...(bearer && format === 'jwt' ? ofKeys : []),
    ...(bearer && !hasCookies(subject) ? ofCookies : []),
    ...(types.size === 1 && (types.has('basic') || types.has('digest') || types.has('api_key'))
      ? ofJwts
      : []),
  ];
  return excludes.length === 0 ? [] : [evidence('credential/kind', { excludes })];
}

/** Cookies play a part in this scenario. */
function hasCookies({ failing, past }: Subject): boolean {
  const own = failing.hops.some(({ cookies }) => cookies.sent.length + cookies.refused.length > 0);
  return (
    own ||
    past.some(
      ({ sameJob, exchange }) =>
        sameJob && exchange.hops.some(({ cookies }) => cookies.set.length + cookies.refused.length > 0),
    )
  );
}
