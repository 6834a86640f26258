/** HTTP Digest (RFC 7616) is an answer to a challenge: without one that can be answered, nothing is sent. */
import type { CredentialUse } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { delivery } from '../groups.ts';
import { headerValues, type Subject } from '../subject.ts';

/** RFC 7616 section 6.1: those that can be answered. */
const known = /^(?:md5|sha-256|sha-512-256)(?:-sess)?$/i;

/** A nonce that is stale as soon as it is given. */
export function staleFacts({ failing, hop, challenges, stage }: Subject): Evidence[] {
  const stale = challenges.some(({ parameters }) => parameters.get('stale')?.toLowerCase() === 'true');
  const sent = failing.hops.filter(({ request }) =>
    request.headers.some(([name, value]) => /^authorization$/i.test(name) && /^digest\s/i.test(value)),
  ).length;
  if (stage !== 'resource' || !stale || sent < 2) return [];
  const seen = `stale for the ${sent === 2 ? 'second' : `${sent}th`} time, though each nonce was used at once`;
  const lines = [{ hop: hop.index, field: 'challenge nonce', seen }];
  return [evidence('digest/stale-again', { names: ['nonce-stale'], weight: 2, lines })];
}

/** Why `lost` was not sent; none where a redirect took it, or where it is of another kind. */
export function unansweredFacts(subject: Subject, lost: readonly CredentialUse[]): Evidence[] {
  const { response, challenges, hop } = subject;
  const digest = lost.length > 0 && lost.every(({ type }) => type === 'digest');
  const dropped = subject.failing.hops.some(({ dropped: fields }) => fields.length > 0);
  if (!digest || dropped || response === null) return [];
  const own = challenges.filter(({ scheme }) => scheme.toLowerCase() === 'digest');
  const offered = headerValues(response, 'www-authenticate').map((seen) => ({
    hop: hop.index,
    field: 'www-authenticate',
    seen,
  }));
  const unsent = { hop: hop.index, field: 'authorization', seen: 'not sent: there was no challenge of Digest' };
  if (challenges.length === 0)
    return [evidence('digest/no-challenge', { excludes: ['credentials-missing'], weight: 2, lines: [unsent] })];
  if (own.length === 0) {
    const names = ['scheme-mismatch'];
    const excludes = ['credentials-missing', 'credentials-dropped-on-redirect', 'basic-shadow'];
    return [evidence('digest/other-scheme', { names, excludes, lines: [unsent, ...offered] })];
  }
  const algorithms = own.map(({ parameters }) => parameters.get('algorithm') ?? 'MD5');
  if (algorithms.some((each) => known.test(each))) return [];
  const seen = `${algorithms.join(', ')}: none that RFC 7616 defines, so nothing was sent`;
  return [
    evidence('digest/unknown-algorithm', {
      names: ['alg-not-allowed'],
      excludes: delivery,
      lines: [{ hop: hop.index, field: 'challenge algorithm', seen }],
    }),
  ];
}
