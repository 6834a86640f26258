/**
 * The rspauth of Digest (RFC 7616 section 3.5) proves that the server knows the password. The right one is a secret of
 * the credential: the redactor knows it, and knows no other.
 */
import { parseChallenges } from '../../http/challenge.ts';
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

export function rspauth({ hops, redact }: Passed): Warning[] {
  return hops.flatMap((seen) => {
    const given = rspauthOf(seen);
    if (given === null || redact(given) !== given) return [];
    return [
      warning(seen, {
        cause: null,
        check: 'digest-rspauth',
        certainty: 'certain',
        summary: `${seen.origin} sends an rspauth that is not made with the password.`,
        evidence: [line(seen, 'authentication-info', `rspauth="${given}"`)],
      }),
    ];
  });
}

/** With qop=auth-int it is over the body as it was before content codings, which is not kept. */
function rspauthOf(seen: Seen): string | null {
  const isAuth = /\bqop="?auth"?(?:$|[\s,])/.test(seen.sent('authorization') ?? '');
  if (seen.scheme !== 'digest' || !isAuth) return null;
  const values = seen.received('authentication-info').map((value) => `Digest ${value}`);
  return parseChallenges(values)[0]?.parameters.get('rspauth') ?? null;
}
