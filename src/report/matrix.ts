/** Scenarios against environments: what consoles and summaries make a table of. */
import type { JobResult } from '../model.ts';
import type { Collection } from './collection.ts';
import { answers, findingId } from './outcome.ts';

export interface Matrix {
  readonly environments: readonly string[];
  readonly rows: readonly MatrixRow[];
  /** Scenarios that passed everywhere and are not among the rows. */
  readonly left: number;
  /** A scenario is not meant for one of the environments. */
  readonly limited: boolean;
}
export interface MatrixRow {
  readonly title: string;
  /** In the order of the environments. `limited`: not meant for it (`only`); null: it did not get there. */
  readonly cells: readonly (JobResult | 'limited' | null)[];
}

/** Scenarios that are shown when all of them pass everywhere; of more, only those that do not. */
const mostRows = 20;

/** Null where there is one environment only. */
export function matrixOf(run: Collection): Matrix | null {
  const environments = environmentsOf(run);
  if (environments.length < 2) return null;
  const groups = new Map<string, JobResult[]>();
  for (const job of run.jobs) {
    const key = JSON.stringify([job.file, job.name]);
    const group = groups.get(key);
    if (group) group.push(job);
    else groups.set(key, [job]);
  }
  const all = [...groups.values()];
  // What was asked of each environment is one row, and its lines stand above.
  if (run.finished?.comparison && all.length < 2) return null;
  const told =
    all.length <= mostRows ? all : all.filter((jobs) => jobs.some(({ status }) => status !== 'passed'));
  const missing = run.finished ? ('limited' as const) : null;
  const rows = told.map((jobs) => ({
    title: titleOf(jobs, all),
    cells: environments.map((name) => jobs.find(({ environment }) => environment === name) ?? missing),
  }));
  const limited = rows.some(({ cells }) => cells.includes('limited'));
  return { environments, rows, left: all.length - told.length, limited };
}

/** In the order of the project file, as far as it is known. */
function environmentsOf(run: Collection): string[] {
  const used = new Set(run.jobs.map(({ environment }) => environment));
  const ordered = run.environments.map(({ name }) => name).filter((name) => used.has(name));
  return [...new Set([...ordered, ...used])];
}

/** With its file, where another one has the same name. */
function titleOf([job]: readonly JobResult[], all: readonly (readonly JobResult[])[]): string {
  if (!job) return '';
  const same = all.filter(([other]) => other?.name === job.name).length;
  return same > 1 ? `${job.name} (${job.file})` : job.name;
}

/** What explains a job that did not pass, or null. */
export function causeOf(job: JobResult): string | null {
  const [first] = job.steps.flatMap((step) =>
    step.status === 'failed' || step.status === 'errored' ? answers(step) : [],
  );
  return first ? findingId(first) : null;
}
