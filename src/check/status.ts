import type { Check } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { describeExpected } from './describe.ts';
import { placeOf } from './judge.ts';
import { matches } from './matcher.ts';
import { type Expectation, fieldValue, type Outcome } from './outcome.ts';
import { isRenderedList } from './rendered.ts';

/** The status of the last hop: `200`, `[200, 204]`, `2xx` or a matcher; 2xx where nothing is said. */
export function checkStatus(expect: Expectation, outcome: Outcome): Check {
  const expected = expect.status ?? '2xx';
  const status = outcome.response?.status;
  return {
    kind: 'status',
    subject: '',
    passed: status !== undefined && matchesStatus(expected, status, outcome),
    expected: describeStatus(expected),
    actual: status === undefined ? 'no answer' : describeAnswer(status, outcome),
    source: placeOf(expect, 'status', outcome),
  };
}

export function matchesStatus(expected: RenderedJson, status: number, outcome: Outcome): boolean {
  if (isRenderedList(expected)) return expected.some((item) => matchesStatus(item, status, outcome));
  if (typeof expected === 'string') {
    const digits = String(status);
    return /^[1-5]xx$/i.test(expected) ? expected[0] === digits[0] : expected === digits;
  }
  return matches(expected, status, { reveal: outcome.reveal });
}

export function describeStatus(expected: RenderedJson): string {
  if (isRenderedList(expected)) return expected.map(describeStatus).join(' or ');
  return typeof expected === 'string' ? expected : describeExpected(expected);
}

/** A redirect that was not followed is easily taken for the wrong answer, so its target is named. */
function describeAnswer(status: number, outcome: Outcome): string {
  const { stopped } = outcome.exchange;
  if (!stopped || !outcome.response || fieldValue(outcome.response, 'location') === null)
    return String(status);
  return `${status} (redirect not followed: ${stopped.reason})`;
}
