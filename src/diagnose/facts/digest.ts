/** HTTP Digest (RFC 7616) is an answer to a challenge: without one that can be answered, nothing is sent. */
import type { CredentialUse, Hop } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { delivery } from '../groups.ts';
import { headerValues, type Subject } from '../subject.ts';
import { routeOf } from './wire.ts';

/** RFC 7616 section 6.1: those that can be answered. */
const known = /^(?:md5|sha-256|sha-512-256)(?:-sess)?$/i;

/** A nonce that is stale as soon as it is given. */
export function staleFacts(subject: Subject): Evidence[] {
  const { hop, challenges, stage, failing, past } = subject;
  const stale = challenges.some(({ parameters }) => parameters.get('stale')?.toLowerCase() === 'true');
  if (stage !== 'resource' || !stale || !answersDigest(hop)) return [];
  const earlier = [
    ...past.filter(({ sameJob }) => sameJob).flatMap(({ exchange }) => exchange.hops),
    ...failing.hops,
  ];
  const before = earlier.filter(
    (each) => each !== hop && routeOf(each) === routeOf(hop) && answersDigest(each),
  );
  if (before.length === 0 || before.some(({ response }) => response === null || response.status !== 401))
    return [];
  const seen = `stale for the ${before.length + 1}. time, though each nonce was used as soon as it was given`;
  const lines = [{ hop: hop.index, field: 'challenge nonce', seen }];
  return [evidence('digest/stale-again', { names: ['nonce-stale'], weight: 2, lines })];
}

function answersDigest({ request }: Hop): boolean {
  return request.headers.some(
    ([name, value]) => name.toLowerCase() === 'authorization' && /^digest\s/i.test(value),
  );
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
  const unsent = {
    hop: hop.index,
    field: 'authorization',
    seen: 'not sent: there was no challenge of Digest',
  };
  if (challenges.length === 0)
    return [
      evidence('digest/no-challenge', {
        names: ['credentials-missing'],
        excludes: ['credentials-dropped-on-redirect', 'password-wrong'],
        weight: 3,
        lines: [unsent],
      }),
    ];
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
