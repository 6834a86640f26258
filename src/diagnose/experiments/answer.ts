/** Answers to experiments in a word each, held against the failing one. */
import type { Exchange } from '../../model.ts';
import { normalAnswer } from '../normal.ts';
import type { Subject } from '../subject.ts';
import { statusOf } from './experiment.ts';
import { isLoginPage } from './login-page.ts';

export const accepted = 'accepted';
export const same = 'the same answer';
export const another = 'another answer';
export const silent = 'no answer';

/** Compared with the answer that is to be explained. */
export function outcomeOf(exchange: Exchange, subject: Subject): string {
  const status = statusOf(exchange);
  if (status === null) return silent;
  if (isSameAnswer(exchange, subject.failing)) return same;
  return isAccepted(exchange) ? accepted : another;
}

/** A success that is no login page. */
export function isAccepted(exchange: Exchange): boolean {
  const status = statusOf(exchange);
  const response = exchange.hops.at(-1)?.response;
  return status !== null && status >= 200 && status < 300 && !(response && isLoginPage(response));
}

export function isSameAnswer(a: Exchange, b: Exchange): boolean {
  const answer = normalAnswer(a);
  return answer !== null && answer === normalAnswer(b);
}

/** `401, the same answer`. */
export function seenAs(exchange: Exchange, outcome: string): string {
  const status = statusOf(exchange);
  return status === null ? silent : outcome === accepted ? `${status}` : `${status}, ${outcome}`;
}
