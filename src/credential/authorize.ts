/** Authorization requests with a scripted login (RFC 6749 section 4.1, RFC 7636, RFC 9126, RFC 9207), up to the code. */

import { pointsTo } from '../http/authorization-response.ts';
import type { Environment, Exchange, Json, OAuth2Credential } from '../model.ts';
import { type Redactor, Secret, type Value } from '../secret.ts';
import type { Authorized } from './acquiring.ts';
import { breakerKeys, unsentFailure } from './acquisition.ts';
import { answerIn, readAnswer } from './authorization-answer.ts';
import type { Breaker } from './breaker.ts';
import type { AssertionDoors } from './client-assertion.ts';
import { bindEndpoint } from './endpoint.ts';
import { encodeText } from './form-encoding.ts';
import type { Identities, Identity } from './identity.ts';
import { type LoginFailure, loginBounds, runLogin } from './login.ts';
import { describePage, submitsItself } from './login-page.ts';
import type { Discovery } from './metadata.ts';
import type { Browser, CredentialFailure, Perform } from './presentation.ts';
import { addressOf } from './pushed-request.ts';
import { type Arrival, type Visitor, visit } from './visit.ts';

export interface AuthorizationDoors extends AssertionDoors {
  readonly perform: Perform;
  readonly browser: Browser;
  readonly redactor: Redactor;
  readonly discovery: Discovery;
  readonly breaker: Breaker;
  readonly identities: Identities;
}
/** What only this request knows. */
export interface Flow {
  readonly redirect_uri: string;
  readonly state: string;
  readonly nonce: string | null;
  readonly code_verifier: Secret;
  readonly parameters: readonly (readonly [name: string, value: Value])[];
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
  const where = steps.length > 0 ? client.issuer.issuer : `${client.issuer.issuer} without a login: ${name}`;
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

interface Begun {
  readonly url: URL;
  readonly flow: Flow;
  /** Metadata of the authorization server. */
  readonly values: Readonly<Record<string, Json>>;
  readonly environment: Environment;
}

async function beginFlow(
  credential: OAuth2Credential,
  environment: Environment,
  doors: AuthorizationDoors,
  exchanges: Exchange[],
): Promise<Begun | { readonly failure: CredentialFailure }> {
  const fails = (message: string, exchange?: Exchange | null) => {
    const unsent = unsentFailure(doors.redactor.redact(message), environment);
    return { failure: { ...unsent, ...(exchange ? { exchange } : {}) } };
  };
  const { issuer } = credential.client;
  const found = await doors.discovery.find(environment, issuer);
  exchanges.push(...found.exchanges);
  const values = found.values ?? {};
  const stated = Object.hasOwn(issuer.metadata, 'authorization_endpoint');
  if (found.failure && !stated) return fails(found.failure, found.exchange);
  const endpoint = bindEndpoint('authorization_endpoint', issuer, values, environment);
  if ('problem' in endpoint) return fails(endpoint.problem, found.exchange);
  const flow = await flowOf(credential, doors);
  if ('problem' in flow) return fails(flow.problem);
  const url = await addressOf(endpoint.url, flow, credential, environment, values, doors, exchanges);
  return 'failure' in url ? url : { url, flow, values, environment };
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

async function flowOf(
  { name, client, scope, resource, audience, asks }: OAuth2Credential,
  { random, ledger }: AuthorizationDoors,
): Promise<Flow | { readonly problem: string }> {
  const redirect_uri = asks?.redirect_uri ?? client.redirect_uris[0];
  if (redirect_uri === undefined)
    return { problem: `The client "${client.name}" has no redirect_uris, and "${name}" names none.` };
  const oauth = await import('oauth4webapi');
  const code_verifier = ledger.secret(`${name} code_verifier`, random.token(32));
  const state = random.token(16);
  const nonce = scope?.split(' ').includes('openid') ? random.token(16) : null;
  const own: [string, Value | null | undefined][] = [
    ['response_type', 'code'],
    ['client_id', client.client_id],
    ['redirect_uri', redirect_uri],
    ['scope', scope],
    ['state', state],
    ['nonce', nonce],
    ['code_challenge', await oauth.calculatePKCECodeChallenge(code_verifier.reveal())],
    ['code_challenge_method', 'S256'],
    ...resource.map((each): [string, string] => ['resource', each]),
    ['audience', audience],
    ['authorization_details', textOf(asks?.authorization_details ?? null)],
    ['acr_values', asks?.acr_values],
    ['max_age', asks?.max_age?.toString()],
    ['login_hint', asks?.login_hint],
  ];
  const names = new Set(own.map(([each]) => each));
  const more = Object.entries(asks?.parameters ?? {}).filter(([each]) => !names.has(each));
  const learn = (each: string, value: Value): Value => {
    if (!(value instanceof Secret)) return value;
    ledger.secret(each, value.map(encodeText));
    return ledger.secret(each, value);
  };
  const parameters = [...own, ...more].flatMap(([each, value]): [string, Value][] =>
    value === null || value === undefined || value === '' ? [] : [[each, learn(each, value)]],
  );
  return { redirect_uri, state, nonce, code_verifier, parameters };
}

function textOf(details: Json): string | null {
  return details === null || typeof details === 'string' ? details : JSON.stringify(details);
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
    return fails(
      `The authorization request was answered ${status} with an error page. ${describePage(first)}`,
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
