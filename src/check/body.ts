import type { Check } from '../model.ts';
import { judge } from './judge.ts';
import type { Expectation, Outcome } from './outcome.ts';

/** The body of the last answer as text; `length` counts its bytes. */
export function checkBody(expect: Expectation, outcome: Outcome): Check {
  const { response } = outcome;
  const context = { text: true, bytes: response?.body.bytes ?? 0 };
  const actual = response ? outcome.bodyText() : undefined;
  return judge({ kind: 'body', subject: '', container: expect, key: 'body', actual, context }, outcome);
}
