/** What the experiments of a run have asked so far, and where they must not ask any more. */

import type { ClientQuestion, Presentation } from '../credential/presentation.ts';
import type { Echoed } from '../diagnose/echoed.ts';
import type { Question } from '../diagnose/experiments/experiment.ts';
import { stopsOf } from '../diagnose/experiments/stop.ts';
import { isUrl } from '../http/url.ts';
import type { Environment, Exchange } from '../model.ts';

export interface Inquest {
  /** Looks for stop signs in an exchange, whoever sent it. */
  note(exchange: Exchange): void;
  /** The stop sign that was met at this URL's origin, or null. */
  signAt(environment: Environment, url: string): string | null;
  /** The answers to what was asked, by all that distinguishes the request. */
  readonly answers: Map<string, Promise<Exchange | null>>;
  /** Likewise, of echo endpoints. */
  readonly echoes: Map<string, Promise<Echoed | null>>;
  /** Fresh tokens, by credential and what they were asked for. */
  readonly tokens: Map<string, Promise<Presentation>>;
}

export function createInquest(): Inquest {
  const signs = new Map<string, string>();
  const key = (environment: string, origin: string): string => `${environment}\n${origin}`;
  return {
    note(exchange) {
      for (const { origin, sign } of stopsOf(exchange)) signs.set(key(exchange.environment, origin), sign);
    },
    signAt: ({ name }, url) => (isUrl(url) ? (signs.get(key(name, new URL(url).origin)) ?? null) : null),
    answers: new Map(),
    echoes: new Map(),
    tokens: new Map(),
  };
}

export function inquiryOf(question: Question): ClientQuestion {
  if (question.kind === 'par') return question;
  const { fingerprint } = question.use;
  return question.kind === 'userinfo'
    ? { kind: 'userinfo', issuer: question.issuer, fingerprint }
    : { kind: 'introspection', client: question.client, fingerprint };
}
