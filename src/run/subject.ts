/** A step run to the subject of its diagnosis. */
import { createSubject, type KeyVerdict, type Stage, type Subject } from '../diagnose/subject.ts';
import type { Client, Credential, CredentialUse, Environment, Exchange } from '../model.ts';
import type { History } from './history.ts';
import type { Keys } from './keys.ts';
import type { JobState, StepRun } from './state.ts';

/** What it takes to look at a failed step. */
export interface Looking {
  /** All environments of the project file. */
  readonly known: readonly Environment[];
  readonly history: History;
  readonly keys: Keys;
  /** Exchanges that it took to look at keys. */
  readonly looked: Exchange[];
}

export async function subjectOf(run: StepRun, state: JobState, looking: Looking): Promise<Subject | null> {
  const failing = run.judged;
  if (!failing) return null;
  const stage = stageOf(run, failing);
  const { environment } = state.job;
  return createSubject({
    stage,
    environment,
    known: looking.known,
    step: run.step,
    failing,
    credential: credentialOf(run, state),
    client: clientOf(run, state),
    failed: run.result.checks.filter(({ passed }) => !passed),
    siblings: looking.history.siblings(state.job, run),
    past: looking.history.past(state.job, run),
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

export function clientOf(run: StepRun, state: JobState): Client | null {
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
  const others = looking.known.filter(
    (each) => each.name !== state.job.environment.name && issued(each.issuers.values(), use),
  );
  return [...own, ...(await looking.keys.verify(use, others, looking.looked))];
}

function issued(issuers: Iterable<{ issuer: string }>, use: CredentialUse): boolean {
  return [...issuers].some(({ issuer }) => issuer === use.token?.claims?.['iss']);
}
