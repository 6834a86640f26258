/** What the steps of a run gave, in short: what siblings can witness for each other. */

import { faultsOf } from '../diagnose/fault-accepted.ts';
import { headerValues, type Past, type Sibling } from '../diagnose/subject.ts';
import { parseChallenges } from '../http/challenge.ts';
import type { Exchange, Job } from '../model.ts';
import type { StepRun } from './state.ts';

export interface History {
  remember(job: Job, run: StepRun): void;
  /** No step of it will ask for its own past any more. */
  ended(job: Job, passed: boolean): void;
  /** Of a job that failed no step will ask any more either. */
  forget(job: Job): void;
  /** The same step of the same scenario in other environments. */
  siblings(job: Job, run: StepRun): readonly Sibling[];
  /** What the run sent besides this step's last exchange, in all jobs, in the order in which steps ended. */
  past(job: Job, run: StepRun): readonly Past[];
}

interface Entry {
  readonly job: Job;
  readonly run: StepRun;
  readonly past: Past;
  /** What was made wrong on purpose witnesses nothing about the credential of that name. */
  readonly sound: boolean;
}

/** Jobs that passed or are explained, the newest of each environment, whose exchanges are all kept. */
const mostJobs = 200;
/** Of older ones: exchanges that are the first of their kind. */
const mostWitnesses = 1000;

/** `jobs`: all of the run. Of a scenario that passed wherever it is replayed nobody asks for siblings. */
export function createHistory(jobs: readonly Pick<Job, 'file' | 'name' | 'environment'>[]): History {
  const siblings = createSiblings(jobs);
  const over = new Map<string, Job[]>();
  const witnesses = new Set<string>();
  let told: Entry[] = [];
  const isWitness = ({ run, past }: Entry): boolean => {
    const kind = kindOf(past, run);
    if (witnesses.has(kind) || witnesses.size >= mostWitnesses) return false;
    witnesses.add(kind);
    return true;
  };
  const forget = (job: Job): void => {
    const known = over.get(job.environment.name) ?? [];
    over.set(job.environment.name, known);
    known.push(job);
    if (known.length < 2 * mostJobs) return;
    const old = new Set(known.splice(0, mostJobs));
    told = told.filter((entry) => !old.has(entry.job) || isWitness(entry));
  };
  return {
    forget,
    remember(job, run) {
      const sound = faultsOf(run.step).length === 0;
      for (const exchange of run.result.exchanges)
        told.push({ job, run, past: pastOf(job, run, exchange), sound });
      siblings.remember(job, run);
    },
    ended(job, well) {
      siblings.ended(job, well);
      if (well) forget(job);
    },
    past: (job, run) =>
      told
        .filter((each) => (each.run === run ? each.past.exchange !== run.judged : each.sound))
        .map((each) => (each.job === job ? { ...each.past, sameJob: true } : each.past)),
    siblings: (job, run) => siblings.of(job, run),
  };
}

interface Siblings {
  remember(job: Job, run: StepRun): void;
  ended(job: Job, passed: boolean): void;
  of(job: Job, run: StepRun): readonly Sibling[];
}

function createSiblings(jobs: readonly Pick<Job, 'file' | 'name' | 'environment'>[]): Siblings {
  if (new Set(jobs.map(({ environment }) => environment.name)).size < 2)
    return { remember() {}, ended() {}, of: () => [] };
  const waited = new Map<string, number>();
  for (const job of jobs) waited.set(together(job), (waited.get(together(job)) ?? 0) + 1);
  const failed = new Set<string>();
  const seen = new Map<string, Map<number, Sibling[]>>();
  return {
    remember(job, run) {
      const steps = seen.get(together(job)) ?? new Map<number, Sibling[]>();
      seen.set(together(job), steps);
      const list = steps.get(run.step.index) ?? [];
      list.push(sibling(job, run));
      steps.set(run.step.index, list);
    },
    ended(job, passed) {
      const key = together(job);
      const left = (waited.get(key) ?? 0) - 1;
      waited.set(key, left);
      if (!passed) failed.add(key);
      if (left === 0 && !failed.has(key)) seen.delete(key);
    },
    of: (job, run) =>
      (seen.get(together(job))?.get(run.step.index) ?? []).filter(
        ({ environment }) => environment !== job.environment.name,
      ),
  };
}

/** The same scenario with the same row of data. */
function together({ file, name }: Pick<Job, 'file' | 'name'>): string {
  return JSON.stringify([file, name]);
}

/** What tells exchanges apart as witnesses: of two of one kind the older one says nothing more. */
function kindOf({ environment, step, passed, exchange }: Past, { step: { index } }: StepRun): string {
  const hop = exchange.hops.at(-1);
  const uses = exchange.credentials.map(({ name, field, scheme, fingerprint }) => [
    name,
    field,
    scheme,
    fingerprint,
  ]);
  const url = (hop?.request.url ?? '').split(/[?#]/, 1)[0];
  const status = hop?.response?.status ?? hop?.failure?.code ?? '';
  return JSON.stringify([
    environment,
    exchange.role,
    index,
    step,
    passed,
    hop?.request.method,
    url,
    status,
    uses,
  ]);
}

function pastOf(job: Job, run: StepRun, exchange: Exchange): Past {
  return {
    environment: job.environment.name,
    job: `${job.file} ${job.name}`,
    sameJob: false,
    step: run.step.name,
    passed: run.result.status === 'passed',
    ownJar: hasOwnJar(job, run, exchange),
    exchange,
  };
}

/** The cookies of a session come into the jar of the job; those of a login for a token do not. */
function hasOwnJar({ environment }: Job, { step }: StepRun, { role }: Exchange): boolean {
  if (step.kind === 'authorize' || (role !== 'login' && role !== 'authorization')) return false;
  const names = step.kind === 'request' ? step.credentials.map(({ name }) => name) : [];
  return !names.some((name) => environment.credentials.get(name)?.type === 'session');
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
