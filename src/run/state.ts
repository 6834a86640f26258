/** What a job carries from step to step, and what a step leaves. */
import type { CredentialFailure, CredentialStore, Presentation } from '../credential/presentation.ts';
import type { Check, Exchange, Job, Step, StepResult } from '../model.ts';
import type { JobScope } from '../plan/job-scope.ts';
import type { ExchangeContext } from '../replay/exchange.ts';
import type { Jar } from '../replay/jar.ts';
import type { PreparedRequest } from '../replay/request.ts';
import type { RunDoors } from './options.ts';
import type { Refusals } from './refusals.ts';
import type { Renewals } from './renewals.ts';

/** What lives as long as a job. */
export interface JobState {
  readonly job: Job;
  readonly names: JobScope;
  readonly jars: Map<string, Jar>;
  /** Jars and sessions whose cookies they have. */
  readonly seeded: Set<string>;
  readonly createJar: () => Jar;
  readonly store: CredentialStore;
  readonly refusals: Refusals;
  readonly renewals: Renewals;
  readonly doors: RunDoors;
  readonly context: ExchangeContext;
  readonly root: string;
  readonly folders: readonly string[];
  /** false: `--no-experiments`. */
  readonly experiments: boolean;
  readonly signal: AbortSignal;
}

/** A step that ran, with what diagnosis needs to ask further. */
export interface StepRun {
  readonly step: Step;
  readonly result: StepResult;
  /** The request as first sent, to derive experiments from; null where none was built. */
  readonly request: PreparedRequest | null;
  /** The exchange that was judged. */
  readonly judged: Exchange | null;
  readonly credentialFailure: CredentialFailure | null;
  readonly presentations: readonly Presentation[];
  /** The cookies as they were when the request was sent; null: no jar. */
  readonly jar: Jar | null;
}

interface Finished {
  readonly checks: readonly Check[];
  readonly exchanges: readonly Exchange[];
  /** There was an answer to judge. */
  readonly answered: boolean;
  readonly judged?: Exchange;
  readonly request?: PreparedRequest;
  readonly failure?: CredentialFailure | null;
  readonly presentations?: readonly Presentation[];
  readonly attempts?: number;
  /** The token was renewed and the request replayed. */
  readonly renewed?: boolean;
}

export function finish(step: Step, done: Finished): StepRun {
  const passed = done.checks.every((each) => each.passed);
  const attempts = done.attempts ?? 1;
  return {
    step,
    request: done.request ?? null,
    judged: done.judged ?? null,
    credentialFailure: done.failure ?? null,
    presentations: done.presentations ?? [],
    jar: null,
    result: {
      name: step.name,
      credential:
        step.kind === 'request' ? step.credentials.map(({ name }) => name).join(', ') || null : null,
      source: step.source,
      status: passed ? 'passed' : done.answered ? 'failed' : 'errored',
      passedAfter: passed ? passedAfter(done) : null,
      attempts,
      duration: 0,
      exchanges: done.exchanges,
      checks: done.checks,
      findings: [],
      reason: null,
    },
  };
}

/** There is a whole answer to judge. */
export function isAnswered(exchange: Exchange | undefined): boolean {
  const hop = exchange?.hops.at(-1);
  return hop !== undefined && hop.response !== null && hop.failure === null;
}

function passedAfter({ renewed, exchanges }: Finished): 'renewal' | 'retry' | null {
  if (renewed) return 'renewal';
  // A signature that a server asked for is no retry.
  const failed = exchanges.some(({ role, hops }) => role === 'resource' && hops.at(-1)?.failure != null);
  return failed ? 'retry' : null;
}
