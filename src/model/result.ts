/** What a run found: checks, findings, verdicts. */
import type { ExperimentClass } from './environment.ts';
import type { Row } from './job.ts';
import type { Exchange } from './trace.ts';
import type { CauseId, Source } from './value.ts';

export interface Check {
  /** Key of `expect` (`status`, `headers`, ...). */
  readonly kind: string;
  /** What exactly: a header name, a JSONPath; empty for `status`. */
  readonly subject: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly actual: string;
  readonly source: Source;
}

export type Severity = 'error' | 'warning' | 'info';
export type Certainty = 'proven' | 'certain' | 'likely' | 'possible';
export interface Finding {
  readonly cause: CauseId | null;
  /** Id of a standards check, where there is no cause. */
  readonly check: string | null;
  readonly environment: string;
  readonly severity: Severity;
  /** Named by `expect.cause` or `expect.warns`. */
  readonly expected: boolean;
  readonly certainty: Certainty;
  /** One sentence that names the concrete values. */
  readonly summary: string;
  /** Hop of the exchange it is about, or null. */
  readonly hop: number | null;
  readonly evidence: readonly EvidenceLine[];
  readonly experiments: readonly ExperimentReport[];
  readonly fix: string;
  /** Where the fix is to be made in the user's files, where it can be told. */
  readonly fixSource: Source | null;
  readonly references: readonly string[];
  readonly alternatives: readonly { readonly cause: CauseId; readonly why_not: string }[];
}
export interface EvidenceLine {
  readonly hop: number | null;
  readonly field: string;
  readonly seen: string;
}
export interface ExperimentReport {
  readonly id: string;
  readonly class: ExperimentClass;
  readonly predicted: string;
  readonly observed: string;
  readonly agrees: boolean;
  /** Index in the step's exchanges. */
  readonly exchange: number | null;
}

export type StepStatus = 'passed' | 'failed' | 'errored' | 'skipped';
export interface StepResult {
  readonly name: string;
  readonly credential: string | null;
  readonly source: Source;
  readonly status: StepStatus;
  readonly passedAfter: 'retry' | 'renewal' | null;
  readonly attempts: number;
  readonly duration: number;
  readonly exchanges: readonly Exchange[];
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
  /** Said for a skipped step. */
  readonly reason: string | null;
  /** The same step in another environment; absent: it passed, or there is nothing to hold it beside. */
  readonly beside?: Beside;
}
/** A step that did not pass beside the same step of the same scenario in another environment. */
export interface Beside {
  readonly environment: string;
  /** The step passed there. */
  readonly passed: boolean;
  /** The cause first. The environments' own hosts and names are no difference. */
  readonly differences: readonly StepDifference[];
  /** One sentence: what follows from the differences. */
  readonly says: string;
}
export interface StepDifference {
  /** What was compared: `token.scope`, `header`, `redirects`. */
  readonly kind: string;
  /** As people read it: `token scope`, `header accept`. */
  readonly what: string;
  readonly here: string;
  readonly there: string;
  /** The cause that explains the step shows in it. */
  readonly cause: boolean;
  /** Where the user's files say it. */
  readonly source: Source | null;
}
export interface JobResult {
  readonly index: number;
  readonly file: string;
  readonly name: string;
  readonly environment: string;
  readonly tags: readonly string[];
  readonly source: Source;
  /** `errored` when a step had no answer to judge and none failed. */
  readonly status: StepStatus;
  readonly steps: readonly StepResult[];
  /** Absent: the scenario has no data. */
  readonly row?: Row;
}
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly errored: number;
  readonly skipped: number;
  readonly warnings: number;
}
export type ExitCode = 0 | 1 | 2 | 3 | 70 | 130;
