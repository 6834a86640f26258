/** Authorization requests with a scripted login (RFC 6749 section 4.1, RFC 7636, RFC 9126, RFC 9207), up to the code. */

import { pointsTo } from '../../http/authorization-response.ts';
import { issuerReachOf } from '../../http/reach.ts';
import { isUrl } from '../../http/url.ts';
import type { Environment, Exchange, Hop, OAuth2Credential } from '../../model.ts';
import type { Redactor } from '../../secret.ts';
import { fieldValues } from '../answer.ts';
import type { Breaker } from '../breaker.ts';
import type { Discovery } from '../metadata.ts';
import type { Authorized } from '../oauth2/acquiring.ts';
import { unsentFailure } from '../oauth2/acquisition.ts';
import { breakerKeys } from '../oauth2/breaker-keys.ts';
import type { AssertionDoors } from '../oauth2/client-assertion.ts';
import type { DpopKeys } from '../oauth2/dpop-keys.ts';
import type { Browser, CredentialFailure, Perform } from '../presentation.ts';
import { answerIn, readAnswer } from './authorization-answer.ts';
import { type Begun, beginFlow, type Flow } from './authorization-request.ts';
import type { Identities, Identity } from './identity.ts';
import { type LoginFailure, loginBounds, runLogin } from './login.ts';
import { describePage, submitsItself, wordsOf } from './login-page.ts';
import { type Arrival, type Visitor, visit } from './visit.ts';

export interface AuthorizationDoors extends AssertionDoors {
  readonly perform: Perform;
  readonly browser: Browser;
  readonly redactor: Redactor;
  readonly discovery: Discovery;
  readonly breaker: Breaker;
  readonly identities: Identities;
  /** Absent: codes are bound to no key (RFC 9449 section 10). */
  readonly dpop?: DpopKeys;
}
/** Gets a code: a login where the server asks for one, none where its cookies of an earlier one are enough. */
export function authorize(
  credential: OAuth2Credential,
  environment: Environment,
  doors: AuthorizationDoors,
): Promise<Authorized> {
  const { client, asks, name } = credential;
  const { breaker, ledger, identities } = doors;
  const steps = asks?.login ?? [];
  const server = issuerReachOf(client.issuer, environment.transport);
  const where = steps.length > 0 ? server : `${server} without a login: ${name}`;
  const identity = identities.of(steps, environment, where);
  const key = breakerKeys(client, environment, null, ledger).credential(name);
  return identity.run(async () => {
    const refused = breaker.refusal(key);
    if (refused) return { failure: refused, exchanges: [] };
    const result = await authorizeAs(identity, credential, environment, doors);
    if ('failure' in result && !result.failure.shared && isFinal(result.failure))
      breaker.open(key, result.failure);
    return result;
  });
}

/** The same would happen again: there was an answer, and it says nothing of a trouble that passes. */
function isFinal({ error, exchange }: CredentialFailure): boolean {
  const hop = exchange.hops.at(-1);
  if (!hop?.response || hop.failure || error === 'server_error' || error === 'temporarily_unavailable')
    return false;
  return hop.response.status < 500;
}

async function authorizeAs(
  identity: Identity,
  credential: OAuth2Credential,
  environment: Environment,
  doors: AuthorizationDoors,
): Promise<Authorized> {
  const exchanges: Exchange[] = [];
  if (identity.refused) return { failure: failureOf(identity.refused, environment, true), exchanges };
  const begun = await beginFlow(credential, environment, doors, exchanges);
  if ('failure' in begun) return { failure: begun.failure, exchanges };
  const { url, flow } = begun;
  const end = await logIn(url, flow, identity, credential, environment, doors, exchanges);
  for (const { hops } of exchanges) for (const hop of hops) learnAnswer(hop, credential.name, doors);
  if ('message' in end) return { failure: end, exchanges };
  return authorized(end.answer, begun, credential, end.arrival.exchange, exchanges, doors);
}

/** Shows a person the address to open, and gives the answer that came back; null: none came. `state` tells it from others. */
export type AskPerson = (url: string, state: string) => Promise<URLSearchParams | null>;

/** Gets a code by a person at a browser (RFC 8252); the redirect URI is that of the credential. */
export async function authorizeByPerson(
  credential: OAuth2Credential,
  environment: Environment,
  ask: AskPerson,
  doors: AuthorizationDoors,
): Promise<Authorized> {
  const exchanges: Exchange[] = [];
  const begun = await beginFlow(credential, environment, doors, exchanges);
  if ('failure' in begun) return { failure: begun.failure, exchanges };
  const answer = await ask(begun.url.href, begun.flow.state);
  if (answer) return authorized(answer, begun, credential, null, exchanges, doors);
  return { failure: unsentFailure('Nobody logged in.', environment), exchanges };
}

/** `exchange`: where the answer was seen. */
function authorized(
  answer: URLSearchParams,
  { flow, values, environment }: Begun,
  { client, name }: OAuth2Credential,
  exchange: Exchange | null,
  exchanges: readonly Exchange[],
  doors: AuthorizationDoors,
): Authorized {
  const issued = readAnswer(answer, flow, client.issuer, values, doors, name);
  if ('problem' in issued) {
    const unsent = unsentFailure(doors.redactor.redact(issued.problem), environment);
    return { failure: { ...unsent, error: issued.error, ...(exchange ? { exchange } : {}) }, exchanges };
  }
  const { redirect_uri, code_verifier, nonce } = flow;
  return { authorization: { code: issued.code, redirect_uri, code_verifier, nonce }, exchanges };
}

/** What a redirect carries may be good for a token, also where it leads to a place that nobody asked for. */
function learnAnswer({ request, response }: Hop, name: string, { ledger }: AuthorizationDoors): void {
  for (const location of response ? fieldValues(response, 'location') : []) {
    if (!isUrl(location, request.url)) continue;
    const { searchParams, hash } = new URL(location, request.url);
    const fragment = new URLSearchParams(hash.slice(1));
    for (const key of ['code', 'access_token', 'id_token']) {
      const value = searchParams.get(key) ?? fragment.get(key);
      if (value) ledger.secret(`${name} ${key}`, value);
    }
  }
}

/** From the authorization request to its answer. */
async function logIn(
  url: URL,
  { redirect_uri }: Flow,
  identity: Identity,
  credential: OAuth2Credential,
  environment: Environment,
  doors: AuthorizationDoors,
  exchanges: Exchange[],
): Promise<{ readonly answer: URLSearchParams; readonly arrival: Arrival } | CredentialFailure> {
  const { browser, random, redactor, ledger } = doors;
  const visitor: Visitor = {
    environment,
    browser,
    jar: identity.jar,
    refuses: loginBounds(environment),
    ends: (target) => pointsTo(target, redirect_uri),
  };
  const fails = (message: string, exchange: Exchange): CredentialFailure => {
    const source = credential.sources['login'] ?? credential.source;
    return { error: null, message: redactor.redact(message), exchange, shared: false, source };
  };
  const first = await visit({ role: 'authorization', method: 'GET', url, body: null, from: null }, visitor);
  exchanges.push(first.exchange);
  if (first.problem) return fails(`The authorization request ${first.problem}.`, first.exchange);
  const atOnce = answerIn(first, redirect_uri);
  if (atOnce) return { answer: atOnce, arrival: first };
  const status = first.exchange.hops.at(-1)?.response?.status ?? 0;
  if (status >= 400) {
    const says = wordsOf(first, redactor);
    return fails(
      `The authorization request was answered ${status} with an error${first.page ? ' page' : ''}.${says} ${describePage(first)}`,
      first.exchange,
    );
  }
  const steps = credential.asks?.login ?? [];
  const end = await runLogin(steps, first, visitor, {
    ledger,
    redactor,
    boundary: () => `----why401${random.token(12)}`,
  });
  exchanges.push(...end.exchanges);
  if (end.failure) {
    if (end.failure.kind === 'refused') identity.refused = end.failure;
    return failureOf(end.failure, environment, false);
  }
  const arrival = end.arrival ?? first;
  const answer = answerIn(arrival, redirect_uri);
  if (answer) return { answer, arrival };
  const script = arrival.page && submitsItself(arrival.page) ? '' : ' Add a step that submits its form.';
  const none =
    steps.length === 0
      ? 'There is no login, and the server asks for one.'
      : 'The login did not reach the redirect_uri.';
  return fails(`${none} ${describePage(arrival)}${script}`, arrival.exchange);
}

function failureOf(failure: LoginFailure, environment: Environment, shared: boolean): CredentialFailure {
  const { message, exchange, source } = failure;
  return { ...unsentFailure(message, environment), ...(exchange ? { exchange } : {}), shared, source };
}
