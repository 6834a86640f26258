/** Evaluates client profiles: what a client sends next, given what it sent and what came back. Pure. */
import type {
  ClientAnswer,
  ClientProfile,
  ClientRequest,
  ClientRun,
  ClientState,
  ClientStep,
} from './client-profile.ts';

export function clientStart(request: ClientRequest): ClientState {
  return { ...request, hop: 1, first: request };
}

export function clientNext(_profile: ClientProfile, _state: ClientState, _answer: ClientAnswer): ClientStep {
  throw new Error('not built yet');
}

/** `answers[i]` is what hop i + 1 got. Of a request that differs from the one that was answered nothing more is known: the run ends there. */
export function clientRun(
  profile: ClientProfile,
  request: ClientRequest,
  answers: readonly ClientAnswer[],
): ClientRun {
  const hops: ClientRun['hops'][number][] = [{ state: clientStart(request), dropped: [] }];
  for (const answer of answers) {
    const last = hops.at(-1);
    if (!last) break;
    const step = clientNext(profile, last.state, answer);
    if ('stop' in step) return { hops, stop: step.stop.reason === 'not-a-redirect' ? null : step.stop };
    hops.push({ state: step.next, dropped: step.dropped });
  }
  return { hops, stop: null };
}
