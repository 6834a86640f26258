/** The run as it is known so far, from its events; what reports that are written at the end need. */
import type { EnvironmentRef, JobResult, RunEvent, RunFinished, Summary } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { redactEvent } from './redaction.ts';
import { createTally } from './tally.ts';

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

/**
 * What it gives is redacted with all that is known by then. Of steps that need no explanation, `failures` keeps neither
 * exchanges nor checks, so that a long run does not fill the memory; `none` counts the steps only.
 */
export function createCollector(redactor: Redactor, keep: 'all' | 'failures' | 'none'): Collector {
  let begun: Extract<RunEvent, { type: 'run-started' }> | null = null;
  let ended: RunFinished | null = null;
  const results: Extract<RunEvent, { type: 'job-finished' }>[] = [];
  const tally = createTally();
  return {
    event(event) {
      if (event.type === 'run-started') begun = event;
      else if (event.type === 'job-finished') {
        tally.add(event.job);
        if (keep !== 'none')
          results.push(keep === 'all' ? event : { ...event, job: withoutTraces(event.job) });
      } else if (event.type === 'run-finished') ended = event;
    },
    collection() {
      const start = begun && redactEvent(begun, redactor);
      const finished = ended && redactEvent(ended, redactor);
      const jobs = results
        .map((result) => redactEvent(result, redactor).job)
        .toSorted((a, b) => a.index - b.index);
      return {
        started: start && { at: start.started, version: start.version },
        environments: start?.environments ?? [],
        jobs,
        finished,
        summary: finished?.summary ?? tally.summary(),
      };
    },
  };
}

function withoutTraces(job: JobResult): JobResult {
  const steps = job.steps.map((step) =>
    step.status === 'passed' || step.status === 'skipped' ? { ...step, exchanges: [], checks: [] } : step,
  );
  return { ...job, steps };
}
