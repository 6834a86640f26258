/** One step of a job, whatever its kind. */
import type { Presentation } from '../credential/presentation.ts';
import type { Step, TokenStep, WaitStep } from '../model.ts';
import { runAuthorize } from './authorize-step.ts';
import { judge } from './judge.ts';
import { runRequest, tokenCheck } from './request-step.ts';
import { finish, isAnswered, type JobState, type StepRun } from './state.ts';

export async function runStep(step: Step, state: JobState): Promise<StepRun> {
  const started = state.doors.clock.monotonic();
  const run = await dispatch(step, state);
  const duration = state.doors.clock.monotonic() - started;
  return { ...run, result: { ...run.result, duration } };
}

function dispatch(step: Step, state: JobState): Promise<StepRun> {
  switch (step.kind) {
    case 'request':
      return runRequest(step, state);
    case 'authorize':
      return runAuthorize(step, state);
    case 'token':
      return runToken(step, state);
    case 'wait':
      return runWait(step, state);
  }
}

async function runWait(step: WaitStep, state: JobState): Promise<StepRun> {
  await state.doors.clock.sleep(step.wait, state.signal);
  return finish(step, { checks: [], exchanges: [], answered: true });
}

async function runToken(step: TokenStep, state: JobState): Promise<StepRun> {
  const presented = await freshToken(step, state);
  const failure = presented.failure;
  const judged = failure?.exchange ?? presented.exchanges.at(-1) ?? null;
  if (!judged) return finish(step, { checks: [], exchanges: [], answered: true, presentations: [presented] });
  const { checks, captures } = await judge(step, judged, {
    scope: state.names.scope,
    redactor: state.doors.redactor,
    now: state.doors.clock.now(),
    duration: judged.hops.at(-1)?.timings.total ?? 0,
    tokenFacts: presented.use?.token ?? null,
  });
  for (const [name, value] of Object.entries(captures)) state.names.captures.set(name, value);
  const refused =
    failure && (step.expect.status === undefined || judged.hops.length === 0)
      ? [tokenCheck(step.credential, failure, step.source)]
      : [];
  const answered = isAnswered(judged);
  return finish(step, {
    checks: [...refused, ...checks],
    exchanges: [...presented.exchanges],
    answered,
    judged,
    failure,
    presentations: [presented],
  });
}

/** The step asks for a token request: a token at hand is put aside. */
async function freshToken(step: TokenStep, state: JobState): Promise<Presentation> {
  const { environment } = state.job;
  const credential = environment.credentials.get(step.credential);
  if (!credential) throw new Error(`the plan lacks the credential ${step.credential}`);
  if (step.fault) return state.store.faulty(credential, environment, step.fault);
  const first = await state.store.present(credential, environment);
  if (first.exchanges.length > 0 || first.failure || credential.type !== 'oauth2' || !first.use) return first;
  state.store.forget(first.use.fingerprint);
  return state.store.present(credential, environment);
}
