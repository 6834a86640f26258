import type { Check } from '../model.ts';
import { fail, judge, placeOf } from './judge.ts';
import type { Outcome } from './outcome.ts';
import { isRenderedMap, type RenderedMap } from './rendered.ts';

const day = 86_400_000;

/** `days_left`: whole days until the first certificate of the exchange ends. A bare number is the least that will do. */
export function checkTls(map: RenderedMap, key: string, outcome: Outcome): Check {
  const base = { kind: 'tls', subject: key, container: map, key };
  if (key !== 'days_left') return fail(base, `"${key}" is not checked`, outcome);
  const ends = outcome.exchange.hops.flatMap((hop) =>
    hop.tls ? [{ hop: hop.index, left: Math.floor((hop.tls.notAfter - outcome.now) / day) }] : [],
  );
  const first = ends.sort((a, b) => a.left - b.left)[0];
  if (!first) return fail(base, 'no hop used TLS', outcome);
  const shown = `${first.left} (hop ${first.hop})`;
  const check = judge({ ...base, ...atLeast(map, key), actual: first.left, shown }, outcome);
  return { ...check, source: placeOf(map, key, outcome) };
}

function atLeast(map: RenderedMap, key: string): { container: RenderedMap; key: string } {
  const expected = map[key];
  if (expected === undefined || isRenderedMap(expected)) return { container: map, key };
  return { container: { [key]: { gte: expected } }, key };
}
