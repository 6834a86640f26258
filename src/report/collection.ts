/** The run as it is known so far, from its events; what reports that are written at the end need. */

import type { Spool } from '../doors.ts';
import type { EnvironmentRef, JobResult, RunEvent, RunFinished, StepResult, Summary } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { redactEvent } from './redaction.ts';
import { createResults } from './results.ts';
import { createTally } from './tally.ts';

export interface Collection {
  /** Null when nothing was sent: no run started. */
  readonly started: { readonly at: number; readonly version: string } | null;
  readonly environments: readonly EnvironmentRef[];
  /** In the order of the plan. */
  readonly jobs: readonly JobResult[];
  /** One of `jobs` with the exchanges of the steps that failed, where these were put aside. */
  whole(job: JobResult): JobResult;
  /** Null when the run ended without saying so. */
  readonly finished: RunFinished | null;
  readonly summary: Summary;
}
export interface Collector {
  event(event: RunEvent): void;
  collection(): Collection;
  /** What was put aside is there no more. */
  close(): void;
}

/**
 * What it gives is redacted with all that is known by then. Of steps that need no explanation, `failures` keeps neither
 * exchanges nor checks, so that a long run does not fill the memory; `aside` puts the exchanges of the others aside;
 * `none` counts the steps only.
 */
export function createCollector(
  redactor: Redactor,
  keep: 'all' | 'failures' | 'aside' | 'none',
  openSpool?: () => Spool,
): Collector {
  const aside = createResults(redactor, openSpool);
  let begun: Extract<RunEvent, { type: 'run-started' }> | null = null;
  let ended: RunFinished | null = null;
  const results: { readonly event: Finished; readonly place: number | null }[] = [];
  const tally = createTally();
  return {
    event(event) {
      if (event.type === 'run-started') begun = event;
      else if (event.type === 'job-finished') {
        tally.add(event.job);
        if (keep === 'none') return;
        const isPut = keep === 'aside' && event.job.steps.some(isBad);
        const place = isPut ? aside.add(withoutTraces(event.job)) : null;
        results.push({ event: { ...event, job: keptOf(event.job, keep) }, place });
      } else if (event.type === 'run-finished') ended = event;
    },
    collection() {
      const start = begun && redactEvent(begun, redactor);
      const finished = ended && redactEvent(ended, redactor);
      const jobs = results.map((result) => redactEvent(result.event, redactor).job);
      const places = new Map(jobs.map((job, at) => [job, results[at]?.place ?? null]));
      return {
        started: start && { at: start.started, version: start.version },
        environments: start?.environments ?? [],
        jobs: jobs.toSorted((a, b) => a.index - b.index),
        whole(job) {
          const place = places.get(job) ?? null;
          return place === null ? job : aside.at(place);
        },
        finished,
        summary: finished?.summary ?? tally.summary(),
      };
    },
    close: () => aside.close(),
  };
}

type Finished = Extract<RunEvent, { type: 'job-finished' }>;

function keptOf(job: JobResult, keep: 'all' | 'failures' | 'aside'): JobResult {
  if (keep === 'all') return job;
  const kept = withoutTraces(job);
  if (keep === 'failures') return kept;
  return { ...kept, steps: kept.steps.map((step) => ({ ...step, exchanges: [] })) };
}

function isBad({ status }: StepResult): boolean {
  return status === 'failed' || status === 'errored';
}

function withoutTraces(job: JobResult): JobResult {
  const steps = job.steps.map((step) => (isBad(step) ? step : { ...step, exchanges: [], checks: [] }));
  return { ...job, steps };
}
