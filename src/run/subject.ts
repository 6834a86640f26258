/** A step run to the subject of its diagnosis. */

import { createSubject, type KeyVerdict, type Stage, type Subject } from '../diagnose/subject.ts';
import { parseJson } from '../http/json.ts';
import { isUrl } from '../http/url.ts';
import type {
  Client,
  Credential,
  CredentialUse,
  Environment,
  Exchange,
  JsonMap,
  Response,
} from '../model.ts';
import { isMap } from '../source.ts';
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
  const keys = stage === 'resource' ? await verdicts(failing, state, looking) : [];
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
    keys,
    keySets: stage === 'resource' ? await looking.keys.sets(looking.known) : [],
  });
}

function stageOf(run: StepRun, failing: Exchange): Stage {
  if (failing.hops.at(-1)?.response == null) return 'transport';
  if (failing.role === 'login') {
    // A login form may lie at an address with the same parameters.
    const opened = failing.hops.at(-1)?.request.method === 'GET';
    return opened && refusesAuthorization(failing) ? 'authorization' : 'login';
  }
  if (failing.role === 'authorization' && run.credentialFailure) return 'authorization';
  if (run.credentialFailure || failing.role === 'token' || failing.role === 'metadata') return 'token';
  if (run.step.kind === 'authorize') return 'authorization';
  return handMade(failing) ?? 'resource';
}

/** A request step that does by hand what a credential or an authorize step would do, and was refused. */
function handMade(failing: Exchange): Stage | null {
  const hop = failing.hops.at(-1);
  if (!hop?.response) return null;
  const { status } = hop.response;
  if (tokenRequest(failing) !== null && (status >= 400 || saysError(hop.response))) return 'token';
  return refusesAuthorization(failing) ? 'authorization' : null;
}

/** The last hop is an authorization request, refused; many servers look at it only after the login. */
function refusesAuthorization({ hops }: Exchange): boolean {
  const hop = hops.at(-1);
  if (!hop?.response) return false;
  const asked = isUrl(hop.request.url) ? new URL(hop.request.url).searchParams : null;
  if (!asked?.has('client_id') || !asked.has('response_type')) return false;
  const { status } = hop.response;
  return status >= 400 || redirectsWithError(hop.response);
}

/** RFC 6749 section 4.1.2.1: the error goes back to the client by way of the browser. */
function redirectsWithError({ status, headers }: Response): boolean {
  const location = headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
  return status >= 300 && status < 400 && /[?&#]error=/.test(location);
}

/** The parameters of a token request (RFC 6749 section 4.1.3), wrongly sent as JSON too; null where it is none. */
function tokenRequest(exchange: Exchange): URLSearchParams | null {
  const sent = exchange.hops[0]?.request.body?.excerpt ?? '';
  const parsed = sent.trimStart().startsWith('{') ? parseJson(sent) : null;
  const parameters =
    parsed && 'value' in parsed && isMap(parsed.value)
      ? new URLSearchParams(strings(parsed.value))
      : new URLSearchParams(sent);
  return parameters.has('grant_type') ? parameters : null;
}

function strings(map: JsonMap): [string, string][] {
  return Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** Some token endpoints answer 200 whatever happens. */
function saysError({ status, body }: Response): boolean {
  const text = Buffer.from(body.content.subarray(0, 4096)).toString('utf8');
  return status < 300 && /^\s*\{\s*"error"|(?:^|&)error=/.test(text) && !text.includes('access_token');
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
  if (credential?.type === 'oauth2') return credential.client;
  const hop = run.judged?.hops.at(-1);
  if (!run.judged || !hop || handMade(run.judged) === null) return null;
  const inUrl = isUrl(hop.request.url) ? new URL(hop.request.url).searchParams : null;
  const id = tokenRequest(run.judged)?.get('client_id') ?? basicUser(credential) ?? inUrl?.get('client_id');
  const clients = [...state.job.environment.clients.values()];
  return clients.find(({ client_id }) => client_id === id) ?? null;
}

function basicUser(credential: Credential | null): string | null {
  return credential?.type === 'basic' && typeof credential.username === 'string' ? credential.username : null;
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
