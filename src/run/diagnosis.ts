/** Diagnosis within a run: subjects from step runs, the run's budget for experiments, keys of authorization servers. */
import type { CredentialStore } from '../credential/presentation.ts';
import { diagnose, type Diagnosis as Explained } from '../diagnose/diagnose.ts';
import { faultsOf } from '../diagnose/fault-accepted.ts';
import { createSubject, type Subject } from '../diagnose/subject.ts';
import type { Credential, Exchange, Job } from '../model.ts';
import type { ExchangeContext } from '../replay/exchange.ts';
import { authorizationEndpoint } from './authorization-endpoint.ts';
import { isCutShort } from './cut-short.ts';
import { createHistory } from './history.ts';
import type { Inquest } from './inquest.ts';
import type { Diagnosed } from './job.ts';
import { createKeptBodies } from './kept-bodies.ts';
import { createKeys } from './keys.ts';
import type { RunDoors, RunOptions } from './options.ts';
import { createProbe } from './probe.ts';
import type { JobState, StepRun } from './state.ts';
import { clientOf, subjectOf } from './subject.ts';

export interface Diagnosis {
  remember(job: Job, run: StepRun): void;
  /** The job is over; what nobody will ask for any more is forgotten. */
  ended(job: Job, passed: boolean): void;
  /** The failure of the job is explained. */
  forget(job: Job): void;
  /** `waiting`: how many failures, this one included, are still to be explained; null while the run goes on. */
  explain(run: StepRun, state: JobState, waiting: number | null): Promise<Diagnosed>;
}

export interface DiagnosisParts {
  readonly options: RunOptions;
  readonly doors: RunDoors;
  readonly store: CredentialStore;
  readonly exchange: ExchangeContext;
  readonly signal: AbortSignal;
}

/** A run stops asking at this many times the budget of one step. */
const runFactor = 20;

export function createDiagnosis(parts: DiagnosisParts, inquest: Inquest): Diagnosis {
  const history = createHistory(parts.options.jobs);
  const bodies = createKeptBodies();
  const keys = createKeys(parts);
  const known = new Map<string, Explained>();
  const largest = Math.max(1, ...parts.options.known.map(({ experiments }) => experiments.budget));
  const purse = createPurse(largest * runFactor, parts.signal);
  const rendered = credentialsByEnvironment(parts.options.jobs);
  return {
    remember(job, run) {
      history.remember(job, run);
      bodies.add(run.result.exchanges);
      for (const exchange of run.result.exchanges) inquest.note(exchange);
    },
    ended: (job, passed) => history.ended(job, passed),
    forget: (job) => history.forget(job),
    async explain(run, state, waiting) {
      if (isCutShort(run.result)) return { findings: [], exchanges: [] };
      const shared = run.credentialFailure ? known.get(failureKey(run, state)) : undefined;
      if (shared) {
        const findings = shared.findings.map((finding) => ({ ...finding, experiments: [] }));
        return { findings, exchanges: [] };
      }
      const looked: Exchange[] = [];
      const found = await subjectOf(run, state, { known: parts.options.known, history, keys, looked });
      const subject = found && withCredentials(found, rendered);
      if (!subject) return { findings: [], exchanges: [] };
      const endpoint = await endpointFor(subject, state, parts.options.experiments, looked);
      const explained = await diagnose(
        subject,
        {
          probe: createProbe(run, state, inquest, endpoint),
          // What is wrong was made so: a sound request would explain nothing.
          experiments: parts.options.experiments && faultsOf(run.step).length === 0 && mayAsk(subject, run),
          spend: purse.spend,
          budget: purse.share(waiting),
          below: async (exchange) => createSubject({ ...subject, failing: exchange }),
        },
        run.result.exchanges.length + looked.length,
      );
      if (run.credentialFailure) known.set(failureKey(run, state), explained);
      return { findings: explained.findings, exchanges: [...looked, ...explained.exchanges] };
    },
  };
}

/** What a login or an authorization request with a login came to is not provoked again. */
function mayAsk({ stage }: Subject, run: StepRun): boolean {
  if (stage === 'login') return false;
  if (stage === 'authorization' && run.step.kind !== 'authorize') return false;
  return stage !== 'resource' || run.request !== null;
}

type Credentials = Subject['environment']['credentials'];

/** All that the scenarios of a run use: what this run has the secrets of. */
function credentialsByEnvironment(jobs: readonly Job[]): ReadonlyMap<string, Credentials> {
  const all = new Map<string, Map<string, Credential>>();
  for (const { environment } of jobs) {
    const known = all.get(environment.name) ?? new Map<string, Credential>();
    for (const [name, credential] of environment.credentials) known.set(name, credential);
    all.set(environment.name, known);
  }
  return all;
}

/** Besides the step's own credentials those of the other scenarios. */
function withCredentials(subject: Subject, all: ReadonlyMap<string, Credentials>): Subject {
  const { environment } = subject;
  const credentials = new Map([...(all.get(environment.name) ?? []), ...environment.credentials]);
  return { ...subject, environment: { ...environment, credentials } };
}

interface Purse {
  readonly spend: (requests: number) => boolean;
  /** The most that one of so many steps may take, so that something is left for each of the others. */
  share(waiting: number | null): number;
}

/** Enough for one experiment and its repeated baseline. */
const leastShare = 2;

function createPurse(whole: number, signal: AbortSignal): Purse {
  let left = whole;
  return {
    spend(requests) {
      if (requests > 0 && (left < requests || signal.aborted)) return false;
      left -= requests;
      return true;
    },
    // While the run goes on nobody knows how many will fail: half is kept for these.
    share: (waiting) =>
      waiting === null
        ? Math.max(0, left - Math.floor(whole / 2))
        : Math.max(leastShare, Math.floor(left / Math.max(1, waiting))),
  };
}

/** Fetched before the experiments are numbered; null where none will ask for it. */
async function endpointFor(
  subject: Subject,
  state: JobState,
  experiments: boolean,
  looked: Exchange[],
): Promise<string | null> {
  const asks = subject.stage === 'token' || subject.stage === 'authorization';
  if (!experiments || !asks || subject.client === null) return null;
  const found = await authorizationEndpoint(subject.client, state, looked);
  return 'url' in found ? found.url : null;
}

/** One refusal is explained once: the steps that wait for the same token share the finding. */
function failureKey(run: StepRun, state: JobState): string {
  const failure = run.credentialFailure;
  const hop = failure?.exchange.hops.at(-1);
  const client = clientOf(run, state);
  // Several users log in at one address.
  if (failure?.exchange.role === 'login')
    return `${state.job.environment.name}\n${failure.message}\n${hop?.request.url ?? ''}`;
  return `${state.job.environment.name}\n${client?.client_id ?? ''}\n${hop?.request.url ?? ''}\n${failure?.error ?? ''}`;
}
