/** The credentials of a step, got from the store in the order in which they are written. */
import type { Presentation } from '../credential/presentation.ts';
import type { Credential, CredentialRef, Fault, RequestStep } from '../model.ts';
import { jarName, jarOf } from './attempts.ts';
import type { JobState } from './state.ts';

export async function presentAll(step: RequestStep, state: JobState): Promise<Presentation[]> {
  const presentations: Presentation[] = [];
  for (const ref of step.credentials) presentations.push(await present(ref, step, state));
  return presentations;
}

async function present(ref: CredentialRef, step: RequestStep, state: JobState): Promise<Presentation> {
  const presented = await presentOnce(ref, state);
  await seed(step, presented, state);
  return presented;
}

async function presentOnce(ref: CredentialRef, state: JobState): Promise<Presentation> {
  const { job, store } = state;
  const { environment } = job;
  const credential = credentialOf(ref.name, state);
  if (ref.fault) return presentFaulty(credential, ref.fault, state);
  const presented = await store.present(credential, environment, { stale: ref.renew === false, job });
  if (ref.renew !== true || presented.exchanges.length > 0 || presented.failure || !presented.use) {
    return presented;
  }
  // The step asks for a renewal: the token at hand is put aside.
  store.forget(presented.use.fingerprint);
  return store.present(credential, environment, { job });
}

/** Servers read their clocks in whole seconds. */
const afterEnd = 1_000;

/** `expired` without a token of its own: the run waits until the one that was got is over. */
async function presentFaulty(credential: Credential, fault: Fault, state: JobState): Promise<Presentation> {
  const presented = await state.store.faulty(credential, state.job.environment, fault);
  const end = presented.use?.obtained?.expiresAt ?? null;
  if (fault.kind !== 'expired' || fault.token || end === null) return presented;
  const { clock } = state.doors;
  const left = end + afterEnd - clock.now();
  if (left > 0) await clock.sleep(left, state.signal);
  return presented;
}

export function credentialOf(name: string, state: JobState): Credential {
  const credential = state.job.environment.credentials.get(name);
  if (!credential) throw new Error(`the plan lacks the credential ${name}`);
  return credential;
}

/** The cookies of a session go into the step's jar, once after each login. */
async function seed(step: RequestStep, { session }: Presentation, state: JobState): Promise<void> {
  const jar = session && jarOf(step, state);
  if (!session || !jar) return;
  const key = `${jarName(step, state)}\n${session.id}`;
  if (state.seeded.has(key)) return;
  state.seeded.add(key);
  await jar.adopt(session.jar);
}
