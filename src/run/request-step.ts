/** A step that sends a request: credentials, retries, verdict. */
import type { CredentialFailure, Presentation } from '../credential/presentation.ts';
import type { Check, Exchange, Json, RequestStep, Source } from '../model.ts';
import { references } from '../plan/template.ts';
import { exchange } from '../replay/exchange.ts';
import type { Jar } from '../replay/jar.ts';
import { type PreparedRequest, prepareRequest } from '../replay/request.ts';
import { judge } from './judge.ts';
import { finish, type JobState, type StepRun } from './state.ts';

export async function runRequest(step: RequestStep, state: JobState): Promise<StepRun> {
  const { environment } = state.job;
  const presentations: Presentation[] = [];
  for (const { name } of step.credentials) {
    const credential = environment.credentials.get(name);
    if (!credential) throw new Error(`the plan lacks the credential ${name}`);
    presentations.push(await state.store.present(credential, environment));
  }
  const before = presentations.flatMap((each) => each.exchanges);
  const failed = presentations.find((each) => each.failure !== null)?.failure;
  if (failed) return withoutToken(step, failed, before, presentations);
  const refused = step.credentials
    .map(({ name }) => state.refusals.find(environment, name))
    .find((each) => each !== null);
  if (refused) return refusedBefore(step, refused, presentations);
  await fetchMetadata(step, state, before);
  const request = await prepareRequest(step, presentations, {
    environment,
    scope: state.names.scope,
    userAgent: state.context.userAgent,
    root: state.root,
  });
  if ('error' in request) {
    const check: Check = {
      kind: 'request',
      subject: '',
      passed: false,
      expected: 'a request that can be sent',
      actual: request.error,
      source: step.source,
    };
    return finish(step, { checks: [check], exchanges: before, answered: true, presentations });
  }
  // Experiments send the same cookies, whatever this answer makes of them.
  const jar = (await jarOf(step, state)?.copy()) ?? null;
  const attempts = await sendWithRetries(step, state, request, presentations);
  return { ...(await judgeRequest(step, state, request, presentations, before, attempts)), jar };
}

async function judgeRequest(
  step: RequestStep,
  state: JobState,
  request: PreparedRequest,
  presentations: readonly Presentation[],
  before: readonly Exchange[],
  attempts: readonly Exchange[],
): Promise<StepRun> {
  const judged = attempts.at(-1);
  if (!judged) throw new Error('no attempt was made');
  const { clock, redactor } = state.doors;
  const { checks, captures } = await judge(step, judged, {
    scope: state.names.scope,
    redactor,
    now: clock.now(),
    duration: judged.hops.reduce((sum, hop) => sum + hop.timings.total, 0),
  });
  for (const [name, value] of Object.entries(captures)) state.names.captures.set(name, value);
  const exchanges = [...before, ...attempts];
  const answered = judged.hops.at(-1)?.response != null && judged.hops.at(-1)?.failure == null;
  return finish(step, {
    checks,
    exchanges,
    answered,
    judged,
    request,
    presentations,
    attempts: attempts.length,
  });
}

/** RFC 9110 section 9.2.2. */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY']);

/** Only what never got an answer is tried again, and only where twice is as good as once. */
async function sendWithRetries(
  step: RequestStep,
  state: JobState,
  request: PreparedRequest,
  presentations: readonly Presentation[],
): Promise<Exchange[]> {
  const most = idempotent.has(step.method) ? step.retry + 1 : 1;
  const attempts: Exchange[] = [];
  while (attempts.length < most) {
    const attempt = await exchange(state.context, {
      role: 'resource',
      attempt: attempts.length + 1,
      environment: state.job.environment,
      request,
      credentials: presentations.flatMap((each) => (each.use ? [each.use] : [])),
      redirect: step.redirect,
      jar: jarOf(step, state),
      bound: (origin) => isBound(origin, request, state),
      timeout: step.timeout,
      signal: state.signal,
    });
    attempts.push(attempt);
    state.refusals.note(state.job.environment, attempt);
    const failure = attempt.hops.at(-1)?.failure;
    if (!failure || failure.phase === 'aborted' || failure.phase === 'policy' || failure.phase === 'request')
      break;
  }
  return attempts;
}

function jarOf(step: RequestStep, state: JobState): Jar | null {
  if (step.jar === null) return null;
  const known = state.jars.get(step.jar);
  if (known) return known;
  const jar = state.createJar();
  state.jars.set(step.jar, jar);
  return jar;
}

/** Origins of the environment; an explicit target at an issuer of the environment is bound for its step. */
export function isBound(origin: string, request: PreparedRequest, state: JobState): boolean {
  const { origins, issuers } = state.job.environment;
  if ([...origins.values()].includes(origin)) return true;
  return (
    origin === request.url.origin &&
    [...issuers.values()].some(({ issuer }) => new URL(issuer).origin === origin)
  );
}

/** `${issuer.main.token_endpoint}` and the like need the metadata first. */
async function fetchMetadata(step: RequestStep, state: JobState, exchanges: Exchange[]): Promise<void> {
  for (const whole of issuerNames(step)) {
    const [, name = '', key = ''] = whole.split('.');
    if (state.names.metadata.has(whole)) continue;
    const metadata = await state.store.metadata(state.job.environment, name);
    exchanges.push(...metadata.exchanges);
    const value = metadata.values?.[key];
    if (value !== undefined) state.names.metadata.set(whole, value);
  }
}

const issuerNamesOf = new WeakMap<RequestStep, readonly string[]>();

/** `issuer.NAME.key` in the templates of a step, found once. */
function issuerNames(step: RequestStep): readonly string[] {
  const known = issuerNamesOf.get(step);
  if (known) return known;
  const { target, query, headers, cookies, body, expect } = step;
  const parts = [target, query, headers, cookies, body, expect] as unknown as Json;
  const names = references(parts).map(({ name }) => name);
  const found = [...new Set(names.filter((name) => /^issuer\.[\w-]+\.\w+$/.test(name)))];
  issuerNamesOf.set(step, found);
  return found;
}

function withoutToken(
  step: RequestStep,
  failure: CredentialFailure,
  exchanges: readonly Exchange[],
  presentations: readonly Presentation[],
): StepRun {
  const at = presentations.findIndex((each) => each.failure === failure);
  const name = step.credentials[at]?.name ?? '';
  const answered = failure.exchange.hops.at(-1)?.response != null;
  return finish(step, {
    checks: [tokenCheck(name, failure, step.source)],
    exchanges,
    answered,
    judged: failure.exchange,
    failure,
    presentations,
  });
}

function refusedBefore(
  step: RequestStep,
  exchange: Exchange,
  presentations: readonly Presentation[],
): StepRun {
  const name = exchange.credentials.find(({ type }) => type === 'basic')?.name ?? '';
  const check: Check = {
    kind: 'credential',
    subject: name,
    passed: false,
    expected: `a password for ${name} that was not refused`,
    actual: 'nothing was sent: it was refused before in this run',
    source: step.source,
  };
  return finish(step, { checks: [check], exchanges: [], answered: true, judged: exchange, presentations });
}

export function tokenCheck(credential: string, failure: CredentialFailure, source: Source): Check {
  return {
    kind: 'token',
    subject: credential,
    passed: false,
    expected: `a token for ${credential}`,
    actual: failure.message,
    source,
  };
}
