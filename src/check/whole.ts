/** Whether the answer came whole: every client fails on one that did not, whatever its status says. */
import type { Check, Response, TransportFailure } from '../model.ts';
import { type Expectation, fieldValue, type Outcome } from './outcome.ts';

/** Types of answers that last until somebody has heard enough. */
const endless = /^\s*(?:text\/event-stream|multipart\/x-mixed-replace)\b/i;

/**
 * An answer that was cut, or is not framed or coded as it says, is incomplete (RFC 9112 section 8): one failed check,
 * and none where all is well or where a `cause` is expected. A stream of events may end by the time limit.
 */
export function checkWhole(expect: Expectation, { exchange, response, source }: Outcome): Check[] {
  const failure = exchange.hops.at(-1)?.failure ?? null;
  if (response === null || expect.cause !== undefined) return [];
  const actual = failure === null ? undecodable(response) : broken(response, failure);
  if (actual === null) return [];
  return [{ kind: 'answer', subject: '', passed: false, expected: 'a whole answer', actual, source }];
}

function broken(response: Response, { code, message }: TransportFailure): string | null {
  const timed = code === 'TOTAL_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  if (timed && endless.test(fieldValue(response, 'content-type') ?? '')) return null;
  return message;
}

/** A coding that is not known here is no fault of the answer. */
function undecodable({ body }: Response): string | null {
  return body.decodeError === null || body.decodeError.includes('is not known') ? null : body.decodeError;
}
