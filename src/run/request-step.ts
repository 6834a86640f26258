/** A step that sends a request: credentials, retries, verdict. */
import type { CredentialFailure, Presentation } from '../credential/presentation.ts';
import type { Check, Exchange, FaultKind, Json, RequestStep, Source } from '../model.ts';
import { references } from '../plan/template.ts';
import { type PreparedRequest, prepareRequest, type RequestError } from '../replay/request.ts';
import { jarOf, type Sent, sendWithRetries } from './attempts.ts';
import { judge } from './judge.ts';
import { presentAll } from './present.ts';
import { passwords } from './refusals.ts';
import { noteRenewal, renew, renewable } from './renewal.ts';
import { finish, isAnswered, type JobState, type StepRun } from './state.ts';

/** Faults with which a password is sent as it is. */
const sendsPassword: readonly FaultKind[] = ['duplicate', 'wrong_scheme'];

export async function runRequest(step: RequestStep, state: JobState): Promise<StepRun> {
  const { environment } = state.job;
  const presentations = await presentAll(step, state);
  const before = presentations.flatMap((each) => each.exchanges);
  const failed = presentations.find((each) => each.failure !== null)?.failure;
  if (failed) return withoutToken(step, failed, before, presentations, state);
  const password = presentations.find(({ use }) => use !== null && passwords.has(use.type))?.use;
  const send = (): Promise<StepRun> => sendStep(step, presentations, before, state);
  return !password ? send() : state.refusals.inTurn(environment, password, send);
}

async function sendStep(
  step: RequestStep,
  presentations: readonly Presentation[],
  before: Exchange[],
  state: JobState,
): Promise<StepRun> {
  const { environment } = state.job;
  const refused = presentations
    .flatMap(({ use }) => (use && (!use.fault || sendsPassword.includes(use.fault)) ? [use] : []))
    .map((use) => state.refusals.find(environment, use))
    .find((each) => each !== null);
  if (refused) return refusedBefore(step, refused, presentations);
  await fetchMetadata(step, state, before);
  const request = await prepare(step, presentations, state);
  if ('error' in request) return unsendable(step, request.error, before, presentations);
  // Experiments send the same cookies, whatever this answer makes of them.
  const jar = (await jarOf(step, state)?.copy()) ?? null;
  const attempts = await sendWithRetries(step, state, request, presentations);
  const first: Sent = { request, presentations, exchanges: [...before, ...attempts], attempts };
  const replayed = await replayProof(step, state, first);
  if (replayed) return { ...replayed, jar };
  const renewed = await renewAndReplay(step, state, first);
  return { ...(await judgeRequest(step, state, renewed ?? first, renewed !== null)), jar };
}

/** The fault `replayed_proof`: a request that was accepted is sent again with the same proof; null: no such fault. */
async function replayProof(step: RequestStep, state: JobState, first: Sent): Promise<StepRun | null> {
  const { request, presentations, exchanges } = first;
  const replays = presentations.flatMap(({ replay }) => (replay ? [replay] : []));
  if (replays.length === 0) return null;
  const judged = first.attempts.at(-1);
  const response = judged?.hops.at(-1)?.response ?? null;
  if (response === null || response.status < 200 || response.status > 299) {
    const check: Check = {
      kind: 'fault',
      subject: 'replayed_proof',
      passed: false,
      expected: '2xx to the request with a new proof',
      actual: response === null ? 'no answer' : String(response.status),
      source: step.source,
    };
    const answered = isAnswered(judged);
    return finish(step, {
      checks: [check],
      exchanges,
      answered,
      request,
      presentations,
      ...(judged ? { judged } : {}),
    });
  }
  for (const replay of replays) replay();
  const attempts = await sendWithRetries(step, state, request, presentations, first.attempts.length);
  const sent = { request, presentations, exchanges: [...exchanges, ...attempts], attempts };
  return judgeRequest(step, state, sent, false);
}

/** One renewal and one replay, where the answer says that the token is not valid any more; null: none. */
async function renewAndReplay(step: RequestStep, state: JobState, first: Sent): Promise<Sent | null> {
  const at = renewable(step, state, first);
  if (at === null) return null;
  const again = await renew(step, at, state, first.presentations);
  const exchanges = [...first.exchanges, ...again.flatMap((each) => each.exchanges)];
  const failed = again.some((each) => each.failure !== null);
  const request = failed ? null : await prepare(step, again, state);
  if (request === null || 'error' in request) return { ...first, exchanges };
  const attempts = await sendWithRetries(step, state, request, again, first.attempts.length);
  noteRenewal(step, at, state, attempts);
  return { request, presentations: again, exchanges: [...exchanges, ...attempts], attempts };
}

function prepare(
  step: RequestStep,
  presentations: readonly Presentation[],
  state: JobState,
): Promise<PreparedRequest | RequestError> {
  return prepareRequest(step, presentations, {
    environment: state.job.environment,
    scope: state.names.scope,
    userAgent: state.context.userAgent,
    root: state.root,
    folders: state.folders,
  });
}

function unsendable(
  step: RequestStep,
  error: string,
  exchanges: readonly Exchange[],
  presentations: readonly Presentation[],
): StepRun {
  const check: Check = {
    kind: 'request',
    subject: '',
    passed: false,
    expected: 'a request that can be sent',
    actual: error,
    source: step.source,
  };
  return finish(step, { checks: [check], exchanges, answered: true, presentations });
}

async function judgeRequest(
  step: RequestStep,
  state: JobState,
  { request, presentations, exchanges, attempts }: Sent,
  renewed: boolean,
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
  const answered = isAnswered(judged);
  return finish(step, {
    checks,
    exchanges,
    answered,
    judged,
    request,
    presentations,
    attempts: attempts.length,
    renewed,
  });
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
export function issuerNames(step: RequestStep): readonly string[] {
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
  state: JobState,
): StepRun {
  const at = presentations.findIndex((each) => each.failure === failure);
  const name = step.credentials[at]?.name ?? '';
  const answered = isAnswered(failure.exchange);
  return finish(step, {
    checks: [tokenCheck(name, failure, failure.source ?? step.source, kindOf(name, state))],
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
  const name = exchange.credentials.find(({ type }) => type === 'basic' || type === 'digest')?.name ?? '';
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

function kindOf(name: string, { job }: JobState): 'token' | 'session' {
  return job.environment.credentials.get(name)?.type === 'session' ? 'session' : 'token';
}

export function tokenCheck(
  credential: string,
  failure: CredentialFailure,
  source: Source,
  what: 'token' | 'session' = 'token',
): Check {
  return {
    kind: 'token',
    subject: credential,
    passed: false,
    expected: `a ${what} for ${credential}`,
    actual: failure.message,
    source,
  };
}
