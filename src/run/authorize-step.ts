/** `authorize:`: each redirect_uri is tried at the authorization endpoint without a login; the callback is never called. */
import { compare, features } from '../diagnose/likeness.ts';
import { acceptance } from '../http/authorization-response.ts';
import { withoutClientCertificates } from '../http/client-certificate.ts';
import type { AuthorizeStep, Check, Client, Exchange, Job, Transport } from '../model.ts';
import { renderText } from '../plan/template.ts';
import { prepareAuthorization } from '../replay/authorization-request.ts';
import { exchange } from '../replay/exchange.ts';
import { authorizationEndpoint } from './authorization-endpoint.ts';
import { judge } from './judge.ts';
import { finish, isAnswered, type JobState, type StepRun } from './state.ts';

export async function runAuthorize(step: AuthorizeStep, state: JobState): Promise<StepRun> {
  const client = state.job.environment.clients.get(step.client);
  if (!client) throw new Error(`the plan lacks the client ${step.client}`);
  const exchanges: Exchange[] = [];
  const found = await authorizationEndpoint(client, state, exchanges);
  if ('problem' in found) return withoutEndpoint(step, client, found.problem, exchanges);
  const checks: Check[] = [];
  let failing: Exchange | null = null;
  for (const redirect_uri of redirectUris(step, client, state)) {
    const tried = await tryRedirectUri(step, client, found.url, redirect_uri, state);
    exchanges.push(tried.exchange, ...(tried.control ? [tried.control] : []));
    checks.push(...tried.checks);
    if (failing === null && tried.checks.some(({ passed }) => !passed)) failing = tried.exchange;
  }
  const judged = failing ?? exchanges.at(-1);
  const answered = isAnswered(judged);
  return finish(step, { checks, exchanges, answered, ...(judged ? { judged } : {}) });
}

function withoutEndpoint(
  step: AuthorizeStep,
  client: Client,
  problem: string,
  exchanges: readonly Exchange[],
): StepRun {
  const check: Check = {
    kind: 'authorize',
    subject: client.issuer.issuer,
    passed: false,
    expected: 'an authorization endpoint',
    actual: problem,
    source: step.source,
  };
  const judged = exchanges.at(-1);
  const answered = judged === undefined || isAnswered(judged);
  return finish(step, { checks: [check], exchanges, answered, ...(judged ? { judged } : {}) });
}

function redirectUris(step: AuthorizeStep, client: Client, state: JobState): readonly string[] {
  if (step.redirect_uri === 'all') return client.redirect_uris;
  const rendered = renderText(step, 'redirect_uri', state.names.scope);
  return 'value' in rendered ? [String(rendered.value)] : [step.redirect_uri];
}

interface Tried {
  readonly exchange: Exchange;
  /** Of a control, where the answer alone does not tell. */
  readonly control: Exchange | null;
  readonly checks: readonly Check[];
}

async function tryRedirectUri(
  step: AuthorizeStep,
  client: Client,
  endpoint: string,
  redirect_uri: string,
  state: JobState,
): Promise<Tried> {
  const { request, state: sent } = prepareAuthorization(
    {
      endpoint,
      client_id: client.client_id,
      redirect_uri,
      scope: step.scope,
      parameters: parameters(step, state),
    },
    state.doors.random,
    state.context.userAgent,
  );
  const tried = await sendAuthorization(request, state, 'authorization', step.timeout);
  const checks: Check[] = [];
  const expectsMore = step.expect.status !== undefined || step.expect.cause !== undefined;
  const { hops } = tried;
  const verdict = hops[0] ? acceptance(hops[0], redirect_uri, sent) : null;
  const asks = verdict?.verdict === 'undecided' && !expectsMore && state.experiments;
  const control = asks ? await askControl(step, client, endpoint, state) : null;
  const accepted = verdict?.verdict === 'accepted' || (control !== null && goesOn(tried, control));
  if (!expectsMore) {
    checks.push({
      kind: 'redirect_uri',
      subject: redirect_uri,
      passed: accepted,
      expected: 'accepted',
      actual: accepted ? 'accepted' : describe(verdict),
      source: client.sources['redirect_uris'] ?? step.source,
    });
  }
  if (Object.keys(step.expect).some((key) => key !== 'cause')) {
    const judged = await judge(step, tried, {
      scope: state.names.scope,
      redactor: state.doors.redactor,
      now: state.doors.clock.now(),
      duration: hops[0]?.timings.total ?? 0,
    });
    checks.push(...judged.checks);
  }
  return { exchange: tried, control, checks };
}

/** The same request with a redirect_uri that nobody registered. */
async function askControl(
  step: AuthorizeStep,
  client: Client,
  endpoint: string,
  state: JobState,
): Promise<Exchange> {
  const host = state.doors.random
    .token(9)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x');
  const redirect_uri = `https://${host}.why401.invalid/callback`;
  const { client_id } = client;
  const given = { endpoint, client_id, redirect_uri, scope: step.scope, parameters: parameters(step, state) };
  const { request } = prepareAuthorization(given, state.doors.random, state.context.userAgent);
  return sendAuthorization(request, state, 'authorization', step.timeout);
}

/** A server that shows its login page in spite of `prompt=none` accepts, if it refuses a random redirect_uri. */
function goesOn(tried: Exchange, control: Exchange): boolean {
  const erase = [tried, control].map(
    ({ hops }) => new URL(hops[0]?.request.url ?? 'about:blank').searchParams.get('redirect_uri') ?? '',
  );
  const [, , error, speaksOfClient] = features({ exchange: tried, erase });
  if (error !== '' || speaksOfClient !== '') return false;
  return compare({ exchange: tried, erase }, { exchange: control, erase }) === 'unlike';
}

function parameters(step: AuthorizeStep, state: JobState): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of Object.keys(step.parameters)) {
    const rendered = renderText(step.parameters, name, state.names.scope);
    if ('value' in rendered) result[name] = String(rendered.value);
  }
  return result;
}

/** No cookies, no client certificate, and never on to the callback, which is the application's. */
export function sendAuthorization(
  request: Parameters<typeof exchange>[1]['request'],
  state: Pick<JobState, 'context' | 'signal'> & { readonly job: Pick<Job, 'environment'> },
  role: Exchange['role'],
  timeout: number,
): Promise<Exchange> {
  const { environment } = state.job;
  return exchange(state.context, {
    role,
    attempt: 1,
    environment,
    request,
    credentials: [],
    redirect: { follow: false, max: 0 },
    jar: null,
    bound: () => false,
    timeout,
    signal: state.signal,
    transport: anonymousTransport(environment.transport),
  });
}

const anonymous = new WeakMap<Transport, Transport>();

/** One object per transport, since one agent serves one object. */
function anonymousTransport(transport: Transport): Transport {
  const known = anonymous.get(transport) ?? withoutClientCertificates(transport);
  anonymous.set(transport, known);
  return known;
}

function describe(verdict: ReturnType<typeof acceptance>): string {
  if (!verdict) return 'no answer';
  if (verdict.verdict === 'accepted') return 'accepted';
  if (verdict.verdict === 'refused')
    return `refused: ${verdict.status}${verdict.error ? ` ${verdict.error}` : ''}`;
  return `undecided: ${verdict.status}${verdict.location ? `, a redirect to ${verdict.location}` : ', a page'}`;
}
