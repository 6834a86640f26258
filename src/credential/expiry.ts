/** When a token ends, by our own clock. */
import type { Hop, JsonMap } from '../model.ts';
import { fieldValues } from './answer.ts';

/** Milliseconds before the end at which a new token is got; a tenth of the lifetime where that is less. */
const margin = 30_000;

export interface Lifetime {
  readonly at: number;
  /** null: nothing says when. */
  readonly expiresAt: number | null;
}

/** From `expires_in` (seconds) and the claim `exp`, whichever is earlier. */
export function lifetimeOf(hop: Hop, expires_in: number | null, claims: JsonMap | null): Lifetime {
  const { sent, received } = hop.clock;
  const exp = claims?.['exp'];
  const ends = [
    ...(expires_in === null ? [] : [sent + expires_in * 1000]),
    ...(typeof exp === 'number' ? [exp * 1000 - skewOf(hop)] : []),
  ];
  return { at: received, expiresAt: ends.length === 0 ? null : Math.min(...ends) };
}

/** The earliest of moments (milliseconds) and of `exp` claims; null where none says when. */
export function endOf(known: readonly (number | JsonMap | null)[]): number | null {
  const ends = known.flatMap((each) => {
    if (typeof each === 'number') return [each];
    const exp = each?.['exp'];
    return typeof exp === 'number' ? [exp * 1000] : [];
  });
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Still far enough from its end to be sent. */
export function isFresh({ at, expiresAt }: Lifetime, now: number): boolean {
  if (expiresAt === null) return true;
  return now < expiresAt - Math.min(margin, Math.max(0, expiresAt - at) / 10);
}

/** Milliseconds by which the server's clock is ahead of ours; 0 where Date, which knows whole seconds, cannot tell. */
function skewOf(hop: Hop): number {
  const date = hop.response ? Date.parse(fieldValues(hop.response, 'date')[0] ?? '') : Number.NaN;
  if (Number.isNaN(date)) return 0;
  const { sent, received } = hop.clock;
  const skew = date + 500 - (sent + received) / 2;
  return Math.abs(skew) <= 500 + (received - sent) / 2 ? 0 : skew;
}
