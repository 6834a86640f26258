/** What the answers of several environments differ in, beside the verdicts of a run: rows, and no findings. */
import { compareObserved } from '../compare/compare.ts';
import { createCollector } from '../compare/observe/collector.ts';
import { sameSystems } from '../compare/same-system.ts';
import type { Credential, Environment, JobResult, RunFinished } from '../model.ts';
import type { RunOptions } from './options.ts';

export interface Witness {
  /** Takes what it needs of a job that has ended: no exchange is kept. */
  add(job: JobResult): void;
  /** Empty for one environment. */
  told(): Pick<RunFinished, 'runComparison'>;
}

type Of = Pick<RunOptions, 'environments' | 'known' | 'jobs'>;

export function createWitness({ environments, known, jobs }: Of): Witness {
  const names = new Set(jobs.map(({ environment }) => environment.name));
  if (names.size < 2) return { add() {}, told: () => ({}) };
  const credentials = new Map<string, Map<string, Credential>>();
  for (const { environment } of jobs) {
    const own = credentials.get(environment.name) ?? new Map<string, Credential>();
    for (const [name, each] of environment.credentials) own.set(name, each);
    credentials.set(environment.name, own);
  }
  const whole = environments
    .filter(({ name }) => names.has(name))
    .map((each): Environment => ({ ...each, credentials: credentials.get(each.name) ?? each.credentials }));
  const collector = createCollector(whole);
  return {
    add: (job) => collector.add(job),
    told() {
      const observed = collector.observed();
      const left = collector.left();
      const { differences } = compareObserved(observed, [], { left, same: sameSystems(known) });
      return { runComparison: { differences, observed, left } };
    },
  };
}
