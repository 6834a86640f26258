/** What a look at one environment has at hand. */

import type { Surveyed } from '../compare/surveyed.ts';
import type { CredentialStore, Perform } from '../credential/presentation.ts';
import type { Credential, Environment, Exchange, Job, JobResult, LeftOut, StepResult } from '../model.ts';
import type { ExchangeContext } from '../replay/exchange.ts';
import type { RunDoors } from '../run/options.ts';

export interface SurveyContext {
  readonly environment: Environment;
  /** All environments of the file: what belongs to which. */
  readonly known: readonly Environment[];
  /** The environments that are held side by side. */
  readonly compared: readonly Environment[];
  /** The scenarios as planned for this environment. */
  readonly jobs: readonly Job[];
  /** All credentials of this environment that the scenarios use, by name. */
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly store: CredentialStore;
  /** Sends without redirects, cookies and credentials. */
  readonly perform: Perform;
  readonly exchange: ExchangeContext;
  readonly doors: RunDoors;
  /** false: `--no-experiments`: nothing is asked but what is published. */
  readonly experiments: boolean;
  /** true: `--scenarios`: the scenarios are replayed with their credentials, in protected environments, too. */
  readonly scenarios: boolean;
  /** Runs a job as `why401 run` does: the same breaker, the failure explained. Nothing of it is emitted. */
  readonly run: (job: Job) => Promise<JobResult>;
  /** Looks for stop signs. What the steps of a surveyor show is looked at when it is done. */
  readonly note: (exchange: Exchange) => void;
  /** Why the origin of this URL is not asked any more, whoever met the stop sign; null: it may be. */
  readonly stopped: (url: string) => string | null;
  /** What the surveyors before this one sent to the environment. */
  readonly made: readonly Exchange[];
  /** Milliseconds for each request. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Looks at one part of an environment. Rejects only for a bug of ours. */
export type Surveyor = (context: SurveyContext) => Promise<Surveyed>;

/** A step of a survey: one thing that was tried. Error findings make it fail; without an answer it is errored. */
export function surveyStep(
  parts: Pick<StepResult, 'name' | 'source' | 'exchanges' | 'findings'> & Partial<StepResult>,
): StepResult {
  const failed = parts.findings.some(({ severity, expected }) => severity === 'error' && !expected);
  return {
    credential: null,
    status: failed ? 'failed' : 'passed',
    passedAfter: null,
    attempts: 1,
    duration: parts.exchanges
      .flatMap(({ hops }) => hops)
      .reduce((sum, { timings }) => sum + timings.total, 0),
    checks: [],
    reason: null,
    ...parts,
  };
}

/** `kinds`: what could not be observed for that (`token.*`), so that what is declared of it is not called stale. */
export function leftOut(
  { environment }: SurveyContext,
  what: string,
  why: string,
  fix: string,
  kinds?: readonly string[],
): LeftOut {
  return { environment: environment.name, what, why, fix, ...(kinds && { kinds }) };
}

/** What to do about a server that asks to be left alone. */
export const later = 'Compare them again later.';
