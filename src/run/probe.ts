/** The requests that experiments derive from a step: same door, same binding, same headers; each sent once a run. */
import type { Presentation } from '../credential/presentation.ts';
import type { Echoed } from '../diagnose/echoed.ts';
import type { Change, Fresh, FreshRequest, Probe, Question } from '../diagnose/experiments/experiment.ts';
import { isSomebodyElses } from '../diagnose/experiments/experiments.ts';
import { isUrl } from '../http/url.ts';
import type { CredentialUse, Exchange, Field, Issuer } from '../model.ts';
import { prepareAuthorization } from '../replay/authorization-request.ts';
import { exchange } from '../replay/exchange.ts';
import type { PreparedRequest } from '../replay/request.ts';
import { isBound } from './attempts.ts';
import { sendAuthorization } from './authorize-step.ts';
import { type Derived, derive, digestOf, toEcho } from './derived-request.ts';
import { controlName, echoedBy } from './echo.ts';
import { type Inquest, inquiryOf } from './inquest.ts';
import type { JobState, StepRun } from './state.ts';

interface Bench {
  readonly run: StepRun;
  readonly state: JobState;
  readonly inquest: Inquest;
  /** The authorization endpoint of the client that was refused, where there is one and it is bound. */
  readonly endpoint: string | null;
  readonly sent: Exchange[];
  /** Tokens that `fresh` gave, by fingerprint. */
  readonly given: Map<string, Presentation>;
}

export function createProbe(run: StepRun, state: JobState, inquest: Inquest, endpoint: string | null): Probe {
  const bench: Bench = { run, state, inquest, endpoint, sent: [], given: new Map() };
  return {
    repeat: () => repeat(bench),
    vary: (change) => vary(change, bench),
    echo: () => echo(bench),
    authorize:
      endpoint === null
        ? null
        : (client_id, redirect_uri) => authorize(client_id, redirect_uri, endpoint, bench),
    fresh: (request) => fresh(request, bench),
    ask: (question) => ask(question, bench),
    random: () => state.doors.random.token(9).replace(/[-_]/g, 'x'),
    take: () => bench.sent.splice(0),
  };
}

/** Sends unless it must not, and keeps what was sent. */
async function sending(url: string, bench: Bench, send: () => Promise<Exchange>): Promise<Exchange | null> {
  const { state, inquest, sent } = bench;
  if (state.signal.aborted || isStopped(url, bench)) return null;
  const made = await send();
  sent.push(made);
  inquest.note(made);
  state.refusals.note(state.job.environment, made);
  return made;
}

function isStopped(url: string, { state, inquest }: Bench): boolean {
  return !isUrl(url) || inquest.signAt(state.job.environment, url) !== null;
}

/** The same question is asked once a run; whoever comes later gets the same answer. */
function once(key: string, bench: Bench, send: () => Promise<Exchange | null>): Promise<Exchange | null> {
  const { answers } = bench.inquest;
  const full = `${bench.state.job.environment.name}\n${key}`;
  const known = answers.get(full);
  if (known) return known;
  const asking = send();
  answers.set(full, asking);
  return asking;
}

function requestOf(run: StepRun): PreparedRequest {
  if (!run.request) throw new Error('the step sent no request');
  return run.request;
}

function usesOf({ run }: Bench): readonly CredentialUse[] {
  return run.judged?.credentials ?? [];
}

/** A password that was refused is not tried again, by nobody. */
function isRefused({ run, state }: Bench): boolean {
  return run.presentations.some(
    ({ use }) => use !== null && state.refusals.find(state.job.environment, use) !== null,
  );
}

async function repeat(bench: Bench): Promise<Exchange | null> {
  const { run, endpoint } = bench;
  if (run.step.kind === 'authorize') {
    const url = new URL(run.judged?.hops[0]?.request.url ?? 'about:blank');
    const [client_id, redirect_uri] = ['client_id', 'redirect_uri'].map((name) => url.searchParams.get(name));
    if (endpoint === null || !client_id || !redirect_uri) return null;
    return sending(endpoint, bench, () => sendAuthorize(client_id, redirect_uri, endpoint, bench));
  }
  if (isRefused(bench)) return null;
  const whole: Derived = { request: requestOf(run), carries: true, cookies: true, follow: true };
  return sendDerived(whole, usesOf(bench), bench);
}

async function vary(change: Change, bench: Bench): Promise<Exchange | null> {
  const { run, state } = bench;
  const request = requestOf(run);
  const { presentations, jar } = run;
  const token = change.kind === 'token' ? bench.given.get(change.use.fingerprint) : undefined;
  const derived = await derive({ request, presentations, jar, fresh: token?.headers ?? null }, change);
  if (!derived) return null;
  if (derived.carries && change.kind !== 'token' && isRefused(bench)) return null;
  if (change.kind === 'directly' && !isBound(derived.request.url.origin, request, state)) return null;
  const uses = change.kind === 'token' ? [change.use] : derived.carries ? usesOf(bench) : [];
  const key = change.kind === 'path' ? `path ${request.url.origin}` : await digestOf(derived, run.jar);
  return once(key, bench, () => sendDerived(derived, uses, bench));
}

/** One request of a kind tells all steps that send the same fields. */
async function echo(bench: Bench): Promise<Echoed | null> {
  const { run, state, inquest } = bench;
  const endpoint = state.job.environment.echo;
  const request = requestOf(run);
  if (!endpoint || isRefused(bench)) return null;
  const plain = toEcho(request, endpoint.url);
  if (!isBound(plain.request.url.origin, request, state)) return null;
  const key = `${state.job.environment.name}\n${await digestOf(plain, run.jar)}`;
  const known = inquest.echoes.get(key);
  if (known) return known;
  const asking = askEcho(plain, bench);
  inquest.echoes.set(key, asking);
  return asking;
}

async function askEcho(plain: Derived, bench: Bench): Promise<Echoed | null> {
  const control: Field = [controlName, bench.state.doors.random.token(9)];
  const headers = [...plain.request.headers, control];
  const derived = { ...plain, request: { ...plain.request, headers } };
  const uses = usesOf(bench).filter(({ field }) => !field.startsWith('query:'));
  const seen: Echoed[] = [];
  const read = (exchange: Exchange): Exchange => {
    const echoed = echoedBy(exchange, headers, uses);
    seen.push(echoed);
    return echoed.exchange;
  };
  await sendDerived(derived, uses, bench, read);
  return seen[0] ?? null;
}

async function sendDerived(
  { request, cookies, follow }: Derived,
  credentials: readonly CredentialUse[],
  bench: Bench,
  read: (exchange: Exchange) => Exchange = (made) => made,
): Promise<Exchange | null> {
  const { run, state } = bench;
  const jar = cookies ? ((await run.jar?.copy()) ?? null) : null;
  const redirect = follow && run.step.kind === 'request' ? run.step.redirect : { follow: false, max: 0 };
  return sending(request.url.href, bench, async () =>
    read(
      await exchange(state.context, {
        role: 'experiment',
        attempt: 1,
        environment: state.job.environment,
        request,
        credentials,
        redirect,
        jar,
        bound: (origin) => isBound(origin, request, state),
        timeout: run.step.timeout,
        signal: state.signal,
      }),
    ),
  );
}

async function authorize(
  client_id: string,
  redirect_uri: string,
  endpoint: string,
  bench: Bench,
): Promise<Exchange | null> {
  // Controls are random each time, and one of a kind is enough.
  const control = client_id.startsWith('why401-') ? 'random client' : client_id;
  const uri = /^https:\/\/\w+\.why401\.invalid\//.test(redirect_uri) ? 'random' : redirect_uri;
  const key = JSON.stringify(['authorize', endpoint, control, uri]);
  return once(key, bench, () =>
    sending(endpoint, bench, () => sendAuthorize(client_id, redirect_uri, endpoint, bench)),
  );
}

function sendAuthorize(
  client_id: string,
  redirect_uri: string,
  endpoint: string,
  { run, state }: Bench,
): Promise<Exchange> {
  const scope = run.step.kind === 'authorize' ? run.step.scope : null;
  const given = { endpoint, client_id, redirect_uri, scope, parameters: {} };
  const { request } = prepareAuthorization(given, state.doors.random, state.context.userAgent);
  return sendAuthorization(request, state, 'experiment', run.step.timeout);
}

/** B at this authorization server: not where it is somebody else's, or has shown a stop sign. */
function mayAsk(issuer: Issuer, bench: Bench): boolean {
  const { state } = bench;
  const { environment } = state.job;
  const stated = Object.entries(issuer.metadata).filter(([name]) => name.endsWith('_endpoint'));
  const urls = [issuer.issuer, ...stated.map(([, url]) => String(url))];
  if (state.signal.aborted || isSomebodyElses(issuer, environment.experiments)) return false;
  return !urls.some((url) => isStopped(url, bench));
}

/** One fresh token serves all steps of its credential. */
async function fresh(asks: FreshRequest, bench: Bench): Promise<Fresh | null> {
  const { state, inquest, given } = bench;
  const { environment } = state.job;
  const { credential, scope, resource } = asks;
  // Nobody logs in again for an experiment.
  if (['authorization_code', 'device_code'].includes(credential.grant_type)) return null;
  const key = JSON.stringify([environment.name, credential.name, scope, resource]);
  const known = inquest.tokens.get(key);
  if (!known && !mayAsk(credential.client.issuer, bench)) return null;
  const asking = known ?? state.store.fresh(credential, environment, { scope, resource });
  inquest.tokens.set(key, asking);
  const presented = await asking;
  if (!known) keep(presented.exchanges, bench);
  if (presented.failure || !presented.use)
    return { refused: presented.failure?.message ?? 'nothing was given' };
  given.set(presented.use.fingerprint, presented);
  return { use: presented.use };
}

async function ask(question: Question, bench: Bench): Promise<Exchange | null> {
  const { environment } = bench.state.job;
  const issuer = question.kind === 'userinfo' ? question.issuer : question.client.issuer;
  if (!mayAsk(issuer, bench)) return null;
  const client = question.kind === 'userinfo' ? null : question.client.client_id;
  const about = question.kind === 'par' ? question.redirect_uri : question.use.fingerprint;
  const key = JSON.stringify([question.kind, issuer.issuer, client, about]);
  return once(key, bench, async () => {
    const asked = await bench.state.store.ask(inquiryOf(question), environment);
    keep(asked.exchanges, bench);
    return asked.exchange;
  });
}

function keep(exchanges: readonly Exchange[], { sent, inquest }: Bench): void {
  sent.push(...exchanges);
  for (const each of exchanges) inquest.note(each);
}
