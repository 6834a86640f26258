/** Jobs that a survey runs by the machinery of a run, so that breaker, budget, checks and diagnosis are the same. */
import type { Exchange, Job, JobResult } from '../model.ts';
import { runJob } from '../run/job.ts';
import { explained, type Prepared } from '../run/run.ts';

export interface Replaying {
  readonly run: (job: Job) => Promise<JobResult>;
  /** What the audit has seen already. */
  readonly audited: ReadonlySet<Exchange>;
}

export function replaying({ context, diagnosis, audit }: Prepared): Replaying {
  const audited = new Set<Exchange>();
  const quiet = { ...context, emit: () => {} };
  return {
    audited,
    async run(job) {
      const result = await explained(await runJob(job, quiet), diagnosis, audit, 1);
      for (const { exchanges } of result.steps) for (const each of exchanges) audited.add(each);
      return result;
    },
  };
}
