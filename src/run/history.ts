/** What the steps of a run gave, in short: what siblings can witness for each other. */

import { faultsOf } from '../diagnose/fault-accepted.ts';
import { headerValues, type Past, type Sibling } from '../diagnose/subject.ts';
import { parseChallenges } from '../http/challenge.ts';
import type { Exchange, Job } from '../model.ts';
import type { StepRun } from './state.ts';

export interface History {
  remember(job: Job, run: StepRun): void;
  /** No step of it will ask for its own past any more, unless it failed. */
  ended(job: Job, passed: boolean): void;
  /** The failure of the job is explained: it will not ask any more either. */
  forget(job: Job): void;
  /** The same step of the same scenario in other environments. */
  siblings(job: Job, run: StepRun): readonly Sibling[];
  /** What the run sent besides this step's last exchange, in all jobs, in the order in which steps ended. */
  past(job: Job, run: StepRun): readonly Past[];
}

interface Entry {
  /** Its place in the order in which steps ended. */
  readonly at: number;
  readonly job: Job;
  readonly run: StepRun;
  readonly past: Past;
  /** What was made wrong on purpose witnesses nothing about the credential of that name. */
  readonly sound: boolean;
}

/** Jobs that are over, the newest of each environment, of those that passed and of the others, whose exchanges are all kept. */
const mostJobs = 200;
/** Of older ones, of each sort: exchanges that are the first of their kind. */
const mostWitnesses = 1000;

/** `jobs`: all of the run. Of a scenario that passed wherever it is replayed nobody asks for siblings. */
export function createHistory(jobs: readonly Pick<Job, 'file' | 'name' | 'environment'>[]): History {
  const siblings = createSiblings(jobs);
  const shared = createShared();
  /** Of each job that may still ask, all. */
  const own = new Map<Job, Entry[]>();
  let count = 0;
  return {
    remember(job, run) {
      const sound = faultsOf(run.step).length === 0;
      const entries = run.result.exchanges.map((exchange) => ({
        at: count++,
        job,
        run,
        past: pastOf(job, run, exchange),
        sound,
      }));
      shared.add(entries);
      own.set(job, [...(own.get(job) ?? []), ...entries]);
      siblings.remember(job, run);
    },
    ended(job, well) {
      siblings.ended(job, well);
      shared.ended(job, well);
      if (well) own.delete(job);
    },
    forget: (job) => void own.delete(job),
    past: (job, run) =>
      inOrder(shared.entries(), own.get(job) ?? [])
        .filter((each) => (each.run === run ? each.past.exchange !== run.judged : each.sound))
        .map((each) => (each.job === job ? { ...each.past, sameJob: true } : each.past)),
    siblings: (job, run) => siblings.of(job, run),
  };
}

/** What the jobs witness for each other: so much, however many there are, that each of many failures can look at all of it. */
function createShared() {
  const over = new Map<string, Job[]>();
  const witnesses = { passed: new Set<string>(), failed: new Set<string>() };
  let entries: Entry[] = [];
  const isWitness = ({ run, past }: Entry, known: Set<string>): boolean => {
    const kind = kindOf(past, run);
    if (known.has(kind) || known.size >= mostWitnesses) return false;
    known.add(kind);
    return true;
  };
  return {
    entries: (): readonly Entry[] => entries,
    add: (added: readonly Entry[]) => void entries.push(...added),
    ended(job: Job, well: boolean): void {
      const sort = `${well} ${job.environment.name}`;
      const known = over.get(sort) ?? [];
      over.set(sort, known);
      known.push(job);
      if (known.length < 2 * mostJobs) return;
      const old = new Set(known.splice(0, mostJobs));
      const kept = well ? witnesses.passed : witnesses.failed;
      entries = entries.filter((entry) => !old.has(entry.job) || isWitness(entry, kept));
    },
  };
}

/** All of both, each once. */
function inOrder(shared: readonly Entry[], own: readonly Entry[]): readonly Entry[] {
  const known = new Set(shared.filter(({ job }) => job === own[0]?.job));
  const missing = own.filter((each) => !known.has(each));
  return missing.length === 0 ? shared : [...shared, ...missing].sort((a, b) => a.at - b.at);
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
