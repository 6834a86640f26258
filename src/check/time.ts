/** Expectations of time: how long the step took, and how far the server's clock is off. */
import type { Check, Hop } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { formatDuration } from '../plan/units.ts';
import { fail, judge, placeOf } from './judge.ts';
import { type Expectation, fieldValue, type Outcome } from './outcome.ts';
import { isRenderedMap, type RenderedMap } from './rendered.ts';

/** Of the whole step, redirects and retries included. A bare duration is the most that will do. */
export function checkDuration(expect: Expectation, outcome: Outcome): Check {
  return judgeAtMost(
    { kind: 'duration', subject: '', container: expect as RenderedMap, key: 'duration' },
    outcome.duration,
    outcome,
  );
}

/** `skew`: how far the server's Date is from the local middle of request and answer, whichever side. */
export function checkClock(map: RenderedMap, key: string, outcome: Outcome): Check {
  const base = { kind: 'clock', subject: key, container: map, key };
  if (key !== 'skew') return fail(base, `"${key}" is not checked`, outcome);
  const hop = outcome.exchange.hops.at(-1);
  const skew = hop ? skewOf(hop) : 'no answer';
  return typeof skew === 'string' ? fail(base, skew, outcome) : judgeAtMost(base, Math.abs(skew), outcome);
}

/** Milliseconds, above 0 where the server is ahead; Date has whole seconds (RFC 9110 section 6.6.1). */
function skewOf(hop: Hop): number | string {
  if (!hop.response) return 'no answer';
  const date = Date.parse(fieldValue(hop.response, 'date') ?? '');
  if (Number.isNaN(date)) return 'the answer has no Date';
  const age = fieldValue(hop.response, 'age');
  if (age !== null && age !== '0') return `the answer came from a cache (Age: ${age})`;
  const middle = (hop.clock.sent + hop.clock.received) / 2;
  if (middle < date) return date - middle;
  return middle < date + 1000 ? 0 : date + 1000 - middle;
}

function judgeAtMost(
  base: { kind: string; subject: string; container: RenderedMap; key: string },
  actual: number,
  outcome: Outcome,
): Check {
  const expected = base.container[base.key] as RenderedJson;
  const limited = isRenderedMap(expected) ? base.container : { [base.key]: { lte: expected } };
  const shown = formatDuration(actual);
  const check = judge({ ...base, container: limited, actual, shown, context: { unit: 'ms' } }, outcome);
  return { ...check, source: placeOf(base.container, base.key, outcome) };
}
