/** What the experiments of a run have asked so far, and where they must not ask any more. */
import type { Presentation } from '../credential/presentation.ts';
import { stopsOf } from '../diagnose/experiments/stop.ts';
import type { Environment, Exchange } from '../model.ts';

export interface Inquest {
  /** Looks for stop signs in an exchange, whoever sent it. */
  note(exchange: Exchange): void;
  /** A stop sign was met at this URL's origin. */
  isStopped(environment: Environment, url: string): boolean;
  /** The answers to what was asked, by all that distinguishes the request. */
  readonly answers: Map<string, Promise<Exchange | null>>;
  /** Fresh tokens, by credential and what they were asked for. */
  readonly tokens: Map<string, Promise<Presentation>>;
}

export function createInquest(): Inquest {
  const stopped = new Set<string>();
  const key = (environment: string, origin: string): string => `${environment}\n${origin}`;
  return {
    note(exchange) {
      for (const { origin } of stopsOf(exchange)) stopped.add(key(exchange.environment, origin));
    },
    isStopped: ({ name }, url) => !URL.canParse(url) || stopped.has(key(name, new URL(url).origin)),
    answers: new Map(),
    tokens: new Map(),
  };
}
