/** The run as it is known so far, from its events; what reports that are written at the end need. */
import type { EnvironmentRef, JobResult, RunEvent, RunFinished, StepStatus, Summary } from '../model.ts';

export interface Collection {
  /** Null when nothing was sent: no run started. */
  readonly started: { readonly at: number; readonly version: string } | null;
  readonly environments: readonly EnvironmentRef[];
  /** In the order of the plan. */
  readonly jobs: readonly JobResult[];
  /** Null when the run ended without saying so. */
  readonly finished: RunFinished | null;
  readonly summary: Summary;
}
export interface Collector {
  event(event: RunEvent): void;
  collection(): Collection;
}

export function createCollector(): Collector {
  let started: Collection['started'] = null;
  let environments: readonly EnvironmentRef[] = [];
  let finished: RunFinished | null = null;
  const jobs: JobResult[] = [];
  return {
    event(event) {
      if (event.type === 'run-started') {
        started = { at: event.started, version: event.version };
        environments = event.environments;
      } else if (event.type === 'job-finished') {
        jobs.push(event.job);
      } else if (event.type === 'run-finished') {
        finished = event;
      }
    },
    collection() {
      const sorted = jobs.toSorted((a, b) => a.index - b.index);
      return { started, environments, jobs: sorted, finished, summary: finished?.summary ?? count(sorted) };
    },
  };
}

/** Steps, as the runner counts them. */
function count(jobs: readonly JobResult[]): Summary {
  const steps = jobs.flatMap((job) => job.steps);
  const of = (status: StepStatus): number => steps.filter((step) => step.status === status).length;
  const findings = steps.flatMap((step) => step.findings);
  return {
    passed: of('passed'),
    failed: of('failed'),
    errored: of('errored'),
    skipped: of('skipped'),
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
  };
}
