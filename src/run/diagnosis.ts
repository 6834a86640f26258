/** Diagnosis within a run: subjects from step runs, the run's budget for experiments, keys of authorization servers. */
import type { CredentialStore } from '../credential/presentation.ts';
import { diagnose, type Diagnosis as Explained } from '../diagnose/diagnose.ts';
import { createSubject, type KeyVerdict, type Stage, type Subject } from '../diagnose/subject.ts';
import type { Client, Credential, CredentialUse, Exchange, Job } from '../model.ts';
import type { ExchangeContext } from '../replay/exchange.ts';
import { authorizationEndpoint } from './authorization-endpoint.ts';
import { createHistory } from './history.ts';
import type { Diagnosed } from './job.ts';
import { createKeys, type Keys } from './keys.ts';
import type { RunDoors, RunOptions } from './options.ts';
import { createProbe } from './probe.ts';
import type { JobState, StepRun } from './state.ts';

export interface Diagnosis {
  remember(job: Job, run: StepRun): void;
  explain(run: StepRun, state: JobState): Promise<Diagnosed>;
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

export function createDiagnosis(parts: DiagnosisParts): Diagnosis {
  const history = createHistory();
  const keys = createKeys(parts);
  const known = new Map<string, Explained>();
  const largest = Math.max(1, ...parts.options.known.map(({ experiments }) => experiments.budget));
  let left = largest * runFactor;
  const spend = (requests: number): boolean => {
    if (left < requests || parts.signal.aborted) return false;
    left -= requests;
    return true;
  };
  return {
    remember: (job, run) => history.remember(job, run),
    async explain(run, state) {
      const shared = run.credentialFailure ? known.get(failureKey(run, state)) : undefined;
      if (shared) {
        const findings = shared.findings.map((finding) => ({ ...finding, experiments: [] }));
        return { findings, exchanges: [] };
      }
      const looked: Exchange[] = [];
      const subject = await subjectOf(run, state, { parts, history, keys, looked });
      if (!subject) return { findings: [], exchanges: [] };
      const endpoint = await endpointFor(subject, state, parts.options.experiments, looked);
      const explained = await diagnose(
        subject,
        {
          probe: createProbe(run, state, endpoint),
          experiments: parts.options.experiments && (subject.stage !== 'resource' || run.request !== null),
          spend,
          below: async (exchange) => createSubject({ ...subject, failing: exchange }),
        },
        run.result.exchanges.length + looked.length,
      );
      if (run.credentialFailure) known.set(failureKey(run, state), explained);
      return { findings: explained.findings, exchanges: [...looked, ...explained.exchanges] };
    },
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
  const hop = run.credentialFailure?.exchange.hops.at(-1);
  const client = clientOf(run, state);
  return `${state.job.environment.name}\n${client?.client_id ?? ''}\n${hop?.request.url ?? ''}\n${run.credentialFailure?.error ?? ''}`;
}

interface Looking {
  readonly parts: DiagnosisParts;
  readonly history: ReturnType<typeof createHistory>;
  readonly keys: Keys;
  /** Exchanges that it took to look at keys. */
  readonly looked: Exchange[];
}

async function subjectOf(run: StepRun, state: JobState, looking: Looking): Promise<Subject | null> {
  const failing = run.judged;
  if (!failing) return null;
  const stage = stageOf(run, failing);
  const { environment } = state.job;
  return createSubject({
    stage,
    environment,
    known: looking.parts.options.known,
    step: run.step,
    failing,
    credential: credentialOf(run, state),
    client: clientOf(run, state),
    failed: run.result.checks.filter(({ passed }) => !passed),
    siblings: looking.history.siblings(state.job, run),
    keys: stage === 'resource' ? await verdicts(failing, state, looking) : [],
  });
}

function stageOf(run: StepRun, failing: Exchange): Stage {
  if (failing.hops.at(-1)?.response == null) return 'transport';
  if (run.credentialFailure || failing.role === 'token' || failing.role === 'metadata') return 'token';
  return run.step.kind === 'authorize' ? 'authorization' : 'resource';
}

function credentialOf(run: StepRun, state: JobState): Credential | null {
  const { credentials } = state.job.environment;
  if (run.step.kind === 'token') return credentials.get(run.step.credential) ?? null;
  if (run.step.kind !== 'request') return null;
  const names = run.step.credentials.map(({ name }) => name);
  const failed = run.presentations.findIndex(({ failure }) => failure !== null);
  const withToken = run.judged?.credentials.find(({ token }) => token !== null)?.name;
  return credentials.get(names[failed] ?? withToken ?? names[0] ?? '') ?? null;
}

function clientOf(run: StepRun, state: JobState): Client | null {
  if (run.step.kind === 'authorize') return state.job.environment.clients.get(run.step.client) ?? null;
  const credential = credentialOf(run, state);
  return credential?.type === 'oauth2' ? credential.client : null;
}

/** Only a refused JWT is held against keys: own issuers first, the others only where these do not verify it. */
async function verdicts(failing: Exchange, state: JobState, looking: Looking): Promise<KeyVerdict[]> {
  const status = failing.hops.at(-1)?.response?.status ?? 0;
  const use = failing.credentials.find(({ token }) => token?.format === 'jwt' && token.claims !== null);
  if (!use || (status !== 401 && status !== 403)) return [];
  const own = await looking.keys.verify(use, [state.job.environment], looking.looked);
  if (own.length === 0 || own.some(({ verdict }) => verdict === 'verified')) return own;
  const others = looking.parts.options.known.filter(
    (each) => each.name !== state.job.environment.name && issued(each.issuers.values(), use),
  );
  return [...own, ...(await looking.keys.verify(use, others, looking.looked))];
}

function issued(issuers: Iterable<{ issuer: string }>, use: CredentialUse): boolean {
  return [...issuers].some(({ issuer }) => issuer === use.token?.claims?.['iss']);
}
