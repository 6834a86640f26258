/** A prepared request to its answers: tried again after a transport error, signed anew after a challenge. */
import type { Presentation } from '../credential/presentation.ts';
import { speaksOfLock } from '../diagnose/experiments/stop.ts';
import { faultsOf } from '../diagnose/fault-accepted.ts';
import { clientProfiles } from '../http/clients.ts';
import { isIdempotent } from '../http/method.ts';
import type { Exchange, Hop, RequestStep } from '../model.ts';
import { exchange } from '../replay/exchange.ts';
import type { Jar } from '../replay/jar.ts';
import { isKnown, type PreparedRequest } from '../replay/request.ts';
import { wasRedirected, withVerdicts } from './clients.ts';
import type { JobState } from './state.ts';

/** What a step sent so far, and what came of it. */
export interface Sent {
  readonly request: PreparedRequest;
  readonly presentations: readonly Presentation[];
  /** All exchanges of the step, in order. */
  readonly exchanges: readonly Exchange[];
  /** Those of the request itself; the last is judged. */
  readonly attempts: readonly Exchange[];
}

/** A server that asks for one signature after the other is not followed for ever. */
const mostChallenges = 3;

/** `made`: attempts that the step has made before. */
export async function sendWithRetries(
  step: RequestStep,
  state: JobState,
  request: PreparedRequest,
  presentations: readonly Presentation[],
  made = 0,
): Promise<Exchange[]> {
  // Only what never got an answer is tried again, and only where twice is as good as once.
  let retries = isIdempotent(step.method) ? step.retry : 0;
  let challenges = request.signers ? mostChallenges : 0;
  const attempts: Exchange[] = [];
  while (true) {
    const attempt = await sendOnce(step, state, request, presentations, made + attempts.length + 1);
    attempts.push(attempt);
    const hop = attempt.hops.at(-1);
    if (hop && mayBeRetried(hop, presentations) && retries > 0) retries -= 1;
    else if (hop && challenges > 0 && isChallenged(hop, request)) challenges -= 1;
    else {
      state.refusals.note(state.job.environment, attempt);
      return attempts;
    }
  }
}

function mayBeRetried({ response, failure }: Hop, presentations: readonly Presentation[]): boolean {
  if (failure === null || ['aborted', 'policy', 'request'].includes(failure.phase)) return false;
  if (['client-cert-invalid', 'proxy-auth-required'].includes(failure.cause)) return false;
  if (response === null || presentations.every(({ use }) => use === null)) return true;
  // An answer that breaks off has said no all the same: no credential is tried again for the rest of the words.
  return ![401, 403].includes(response.status) && !speaksOfLock(response);
}

/** Every signer takes note of the answer. */
function isChallenged(hop: Hop, { signers = [] }: PreparedRequest): boolean {
  if (!hop.response || hop.failure) return false;
  return signers.map((signer) => signer.challenged(hop)).includes(true);
}

async function sendOnce(
  step: RequestStep,
  state: JobState,
  request: PreparedRequest,
  presentations: readonly Presentation[],
  attempt: number,
): Promise<Exchange> {
  const bound = (origin: string): boolean => isBound(origin, request, state);
  const done = await exchange(state.context, {
    role: 'resource',
    attempt,
    environment: state.job.environment,
    request,
    credentials: presentations.flatMap((each) => (each.use ? [each.use] : [])),
    redirect: step.redirect,
    jar: jarOf(step, state),
    bound,
    timeout: step.timeout,
    signal: state.signal,
  });
  return wasRedirected(done) ? withVerdicts(done, clientProfiles(), request, step, bound) : done;
}

export function jarOf(step: RequestStep, state: JobState): Jar | null {
  if (step.jar === null) return null;
  const name = jarName(step, state);
  const known = state.jars.get(name);
  if (known) return known;
  const jar = state.createJar();
  state.jars.set(name, jar);
  return jar;
}

/**
 * Each session has a jar of its own: two users of one job must not send each other's cookies. So have steps with a
 * fault: a session of a sound step would be accepted in the place of the credential.
 */
export function jarName(step: RequestStep, { job }: JobState): string {
  const { credentials } = job.environment;
  const users = step.credentials.filter(({ name }) => credentials.get(name)?.type === 'session');
  const fault = faultsOf(step).length > 0 ? ['fault'] : [];
  return [step.jar ?? '', ...fault, ...users.map(({ name }) => name)].join('\n');
}

/** Origins of the environment; an explicit target at an issuer of the environment is bound for its step. */
export function isBound(origin: string, request: PreparedRequest, state: JobState): boolean {
  const { environment } = state.job;
  if ([...environment.origins.values()].includes(origin)) return true;
  return origin === request.url.origin && isKnown(origin, environment);
}
