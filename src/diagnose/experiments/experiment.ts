/** An experiment: one derived request that splits the candidates, with what each cause predicts said beforehand. */
import type { CauseId, Exchange, ExperimentClass } from '../../model.ts';
import type { Evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';

/** How experiments send. Everything goes through the step's own door, bound and traced like the step itself. */
export interface Probe {
  /** The step's request again, unchanged. */
  repeat(): Promise<Exchange>;
  /** The step's request without any credential. */
  withoutCredential(): Promise<Exchange>;
  /** The step's request with its credential, sent to `url`, not redirected. Null where that origin is not bound. */
  directly(url: string): Promise<Exchange> | null;
  /** An authorization request with `prompt=none` for any client and redirect_uri; never followed. Null: no endpoint is known. */
  readonly authorize: ((client_id: string, redirect_uri: string) => Promise<Exchange>) | null;
  /** A random value that no server can know. */
  random(): string;
}

export interface Observation {
  /** Word for what was seen, one of those in `predicts`. */
  readonly outcome: string;
  /** What was seen, for the report. */
  readonly seen: string;
  readonly exchanges: readonly Exchange[];
  readonly evidence: readonly Evidence[];
  /** The cause that explains why it passed now, if nothing else changed; wants a repeated baseline. */
  readonly proves: CauseId | null;
}

export interface Experiment {
  readonly id: string;
  /** What it does to the tested system, at worst. */
  classOf(subject: Subject): ExperimentClass;
  /** Requests that it sends. */
  readonly cost: number;
  applies(subject: Subject): boolean;
  /** The outcome that this cause lets expect; null: it says nothing. */
  predicts(cause: CauseId, subject: Subject): string | null;
  run(subject: Subject, probe: Probe): Promise<Observation>;
}

export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Stop signs: more requests would make it worse. */
export function saysStop(exchange: Exchange): boolean {
  const response = exchange.hops.at(-1)?.response;
  if (!response) return false;
  return response.status === 429 || response.headers.some(([name]) => name.toLowerCase() === 'retry-after');
}

export function statusOf(exchange: Exchange): number | null {
  return exchange.hops.at(-1)?.response?.status ?? null;
}
