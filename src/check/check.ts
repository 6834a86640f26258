/** Judges what a step gave against its `expect:`. */
import type { Check } from '../model.ts';
import { checkBody } from './body.ts';
import { checkChallenge } from './challenge.ts';
import { checkCookie } from './cookies.ts';
import { checkHeader } from './headers.ts';
import { checkJson } from './json.ts';
import { fail, judgeEntries } from './judge.ts';
import type { Expectation, Outcome } from './outcome.ts';
import { checkRedirects } from './redirects.ts';
import { checkStatus } from './status.ts';
import { checkClock, checkDuration } from './time.ts';
import { checkTls } from './tls.ts';
import { checkToken } from './token.ts';
import { checkWhole } from './whole.ts';

type Judge = (expect: Expectation, outcome: Outcome) => Check | Check[] | Promise<Check[]>;

/** Kinds that judge the last answer: where there is none, each fails once. `cause` and `warns` are in findings.ts. */
const ofAnswer: Readonly<Record<string, Judge>> = {
  headers: (expect, outcome) =>
    judgeEntries('headers', expect, outcome, (map, name) => checkHeader(map, name, outcome)),
  challenge: checkChallenge,
  json: checkJson,
  schema: async (expect, outcome) => (await import('./schema.ts')).checkSchema(expect, outcome),
  body: checkBody,
  clock: (expect, outcome) =>
    judgeEntries('clock', expect, outcome, (map, key) => checkClock(map, key, outcome)),
};
const ofExchange: Readonly<Record<string, Judge>> = {
  redirects: checkRedirects,
  cookies: (expect, outcome) =>
    judgeEntries('cookies', expect, outcome, (map, name) => checkCookie(map, name, outcome)),
  token: (expect, outcome) =>
    judgeEntries('token', expect, outcome, (map, key) => checkToken(map, key, outcome)),
  tls: (expect, outcome) => judgeEntries('tls', expect, outcome, (map, key) => checkTls(map, key, outcome)),
  duration: checkDuration,
};

/**
 * All checks of a step, in the order status, then as above. The status is always judged (2xx where `expect` says
 * nothing), but for a step without an answer that expects a `cause` and no status: a refused connection has none. Where
 * all is met, the answer must also have come whole.
 */
export async function check(expect: Expectation, outcome: Outcome): Promise<Check[]> {
  const checks: Check[] = [];
  const unanswered = outcome.response === null;
  if (!unanswered || expect.status !== undefined || expect.cause === undefined) {
    checks.push(checkStatus(expect, outcome));
  }
  for (const [kind, judge] of Object.entries({ ...ofAnswer, ...ofExchange })) {
    if (!Object.hasOwn(expect, kind)) continue;
    const missing = unanswered && Object.hasOwn(ofAnswer, kind);
    if (missing) checks.push(fail({ kind, subject: '', container: expect, key: kind }, 'no answer', outcome));
    else checks.push(...(await guarded(kind, judge, expect, outcome)));
  }
  // What fails besides says the same in more words.
  return checks.every(({ passed }) => passed) ? [...checks, ...checkWhole(expect, outcome)] : checks;
}

/** A body that nests deeper than the stack is the tested system's doing, not a bug of ours. */
async function guarded(kind: string, judge: Judge, expect: Expectation, outcome: Outcome): Promise<Check[]> {
  try {
    return [await judge(expect, outcome)].flat();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [
      fail({ kind, subject: '', container: expect, key: kind }, 'the body is nested too deeply', outcome),
    ];
  }
}
