/** What a run says as it goes. */
import type { Comparison } from './comparison.ts';
import type { ExitCode, Finding, JobResult, StepResult, Summary } from './result.ts';
import type { Source } from './value.ts';

export type JobRef = Pick<JobResult, 'index' | 'file' | 'name' | 'environment' | 'row'>;
/** What the runner says as it goes; reporters listen, they never ask. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly started: number;
      readonly version: string;
      readonly environments: readonly EnvironmentRef[];
      readonly jobs: number;
    }
  | { readonly type: 'job-started'; readonly job: JobRef }
  /** Checks are known, findings may follow with `job-finished`. */
  | { readonly type: 'step-finished'; readonly job: JobRef; readonly step: StepResult }
  /** Final, findings included. Not in the order of `index`. */
  | { readonly type: 'job-finished'; readonly job: JobResult }
  | RunFinished;
export interface RunFinished {
  readonly type: 'run-finished';
  readonly duration: number;
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  readonly problems: readonly ProblemData[];
  readonly exitCode: ExitCode;
  /** Absent: nothing was compared. */
  readonly comparison?: Comparison;
  /** Of a run in several environments: what their answers differ in. Data; no reporter for people shows it. */
  readonly runComparison?: Comparison;
}
export interface EnvironmentRef {
  readonly name: string;
  readonly insecure: boolean;
}
/** A Problem as reports show it. */
export interface ProblemData {
  readonly code: string;
  readonly message: string;
  readonly source: Source | null;
  /** The source line, for the caret. */
  readonly line: string | null;
  readonly fix: string | null;
}
