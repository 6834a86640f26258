/** A plan cut into parts that run on several machines: each job in one of them. */
import type { Job } from '../model.ts';

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly total: number;
}

interface Group {
  readonly jobs: readonly Job[];
  readonly weight: number;
}

/**
 * The jobs of one shard, in the order of the plan. The same plan is cut the same way wherever it is done. Jobs that share
 * a password or a refresh token stay together; what is left is spread by the number of steps, the heaviest first.
 */
export function jobsOf(jobs: readonly Job[], { index, total }: Shard): Job[] {
  const loads = Array.from({ length: total }, () => 0);
  const mine = new Set<Job>();
  for (const group of groupsOf(jobs)) {
    const lightest = loads.indexOf(loads.reduce((a, b) => Math.min(a, b)));
    loads[lightest] = (loads[lightest] ?? 0) + group.weight;
    if (lightest === index - 1) for (const job of group.jobs) mine.add(job);
  }
  return jobs.filter((job) => mine.has(job));
}

/** The heaviest first; of the same weight in the order of the plan. */
function groupsOf(jobs: readonly Job[]): Group[] {
  const leaders = new Map<string, number>();
  const parents = jobs.map((_, at) => at);
  const root = (at: number): number => {
    let top = at;
    while (parents[top] !== top) top = parents[top] ?? top;
    parents[at] = top;
    return top;
  };
  for (const [at, job] of jobs.entries()) {
    for (const key of job.attempts ?? []) {
      const other = root(leaders.get(key) ?? at);
      leaders.set(key, other);
      const own = root(at);
      parents[Math.max(own, other)] = Math.min(own, other);
    }
  }
  const groups = new Map<number, Job[]>();
  for (const [at, job] of jobs.entries()) {
    const group = groups.get(root(at));
    if (group) group.push(job);
    else groups.set(root(at), [job]);
  }
  const weighed = [...groups.values()].map((members) => ({
    jobs: members,
    weight: members.reduce((sum, { steps }) => sum + Math.max(1, steps.length), 0),
  }));
  return weighed.sort((a, b) => b.weight - a.weight);
}
