/** What the steps of a run gave, in short: what siblings can witness for each other. */

import { headerValues, type Past, type Sibling } from '../diagnose/subject.ts';
import { parseChallenges } from '../http/challenge.ts';
import type { Job } from '../model.ts';
import type { StepRun } from './state.ts';

export interface History {
  remember(job: Job, run: StepRun): void;
  /** The same step of the same scenario in other environments. */
  siblings(job: Job, run: StepRun): readonly Sibling[];
  /** What was sent before this step's last exchange, in all jobs, oldest first. */
  past(job: Job, run: StepRun): readonly Past[];
}

export function createHistory(): History {
  const seen = new Map<string, Sibling[]>();
  const told: { readonly job: Job; readonly run: StepRun }[] = [];
  const key = (job: Job, run: StepRun): string => `${job.file}\n${run.step.index}`;
  return {
    remember(job, run) {
      told.push({ job, run });
      const list = seen.get(key(job, run)) ?? [];
      list.push(sibling(job, run));
      seen.set(key(job, run), list);
    },
    past: (job, run) =>
      told.flatMap((each) => {
        const own = each.run === run;
        const before = each.run.result.exchanges.filter((exchange) => !own || exchange !== run.judged);
        return before.map((exchange) => ({
          environment: each.job.environment.name,
          job: `${each.job.file} ${each.job.name}`,
          sameJob: each.job === job,
          step: each.run.step.name,
          passed: each.run.result.status === 'passed',
          exchange,
        }));
      }),
    siblings: (job, run) =>
      (seen.get(key(job, run)) ?? []).filter(({ environment }) => environment !== job.environment.name),
  };
}

function sibling(job: Job, run: StepRun): Sibling {
  const hop = run.judged?.hops.at(-1);
  const response = hop?.response ?? null;
  const sent = hop?.request.headers.filter(([name]) => name.toLowerCase() === 'authorization') ?? [];
  const challenges = response ? parseChallenges(headerValues(response, 'www-authenticate')) : [];
  return {
    environment: job.environment.name,
    status: response?.status ?? null,
    schemesSent: sent.map(([, value]) => value.split(' ')[0]?.toLowerCase() ?? ''),
    schemesChallenged: challenges.map(({ scheme }) => scheme.toLowerCase()),
    passed: run.result.status === 'passed' && response !== null && response.status < 300,
  };
}
