/** Questions to an authorization server about a token or a client, made by oauth4webapi and sent through our own door. */
import type { Client, Environment, Exchange, Issuer, Json } from '../model.ts';
import { type Redactor, Secret } from '../secret.ts';
import { finalResponse } from './answer.ts';
import type { Breaker } from './breaker.ts';
import { bindClientEndpoint, bindEndpoint } from './endpoint.ts';
import type { Discovery } from './metadata.ts';
import { breakerKeys } from './oauth2/breaker-keys.ts';
import type { AssertionDoors } from './oauth2/client-assertion.ts';
import {
  authenticationOf,
  type ClientProof,
  certificateProblem,
  clientAuth,
  secretMembers,
} from './oauth2/client-authentication.ts';
import type { DpopKeys } from './oauth2/dpop-keys.ts';
import { fieldsOf, formValue } from './oauth2/form-body.ts';
import { type Refusal, readRefusal } from './oauth2/token-answer.ts';
import type { Asked, ClientQuestion, Perform, PushedQuestion } from './presentation.ts';

export interface InquiryDoors extends AssertionDoors {
  readonly perform: Perform;
  readonly redactor: Redactor;
  readonly discovery: Discovery;
  readonly breaker: Breaker;
  readonly dpop: DpopKeys;
}

const endpoints = {
  introspection: 'introspection_endpoint',
  userinfo: 'userinfo_endpoint',
  par: 'pushed_authorization_request_endpoint',
} as const;

/** Asks once. A client that the server refuses is not tried again by anything in this run. */
export async function askServer(
  question: ClientQuestion,
  environment: Environment,
  doors: InquiryDoors,
): Promise<Asked> {
  const issuer = question.kind === 'userinfo' ? question.issuer : question.client.issuer;
  const found = await doors.discovery.find(environment, issuer);
  const exchanges: Exchange[] = [...found.exchanges];
  const nothing: Asked = { exchange: null, exchanges };
  const values = found.values ?? {};
  const name = endpoints[question.kind];
  const bound =
    question.kind === 'userinfo'
      ? bindEndpoint(name, issuer, values, environment)
      : bindClientEndpoint(name, question.client, values, environment);
  if (!('url' in bound)) return nothing;
  const exchange =
    question.kind === 'userinfo'
      ? await askUserinfo(bound.url, question.fingerprint, environment, exchanges, doors)
      : await askAsClient(question, bound.url, tokenEndpoint(issuer, values), environment, doors);
  if (exchange) exchanges.push(exchange);
  return { exchange, exchanges };
}

/** What an assertion may be for, whichever endpoint it is sent to. */
function tokenEndpoint(issuer: Issuer, values: Readonly<Record<string, Json>>): string {
  const value = values['token_endpoint'];
  return typeof value === 'string' ? value : issuer.issuer;
}

async function askUserinfo(
  url: URL,
  fingerprint: string,
  environment: Environment,
  exchanges: Exchange[],
  { perform, ledger, dpop }: InquiryDoors,
): Promise<Exchange | null> {
  const token = ledger.find(fingerprint);
  if (!token) return null;
  const key = dpop.keyOf(fingerprint);
  const headers = [
    ['Accept', 'application/json'],
    ['Authorization', Secret.join([key ? 'DPoP ' : 'Bearer ', token])],
  ] as const;
  const request = {
    role: 'experiment',
    environment,
    method: 'GET',
    url: url.href,
    headers,
    body: null,
  } as const;
  if (!key) return perform(request);
  return key.withNonce(exchanges, () => key.proving(perform, token)(request));
}

async function askAsClient(
  question: Exclude<ClientQuestion, { kind: 'userinfo' }>,
  url: URL,
  tokenEndpoint: string,
  environment: Environment,
  doors: InquiryDoors,
): Promise<Exchange | null> {
  const { breaker, ledger, redactor } = doors;
  const { client } = question;
  const authentication = authenticationOf(client, environment, doors);
  if ('problem' in authentication || certificateProblem(client, environment, url)) return null;
  const keys = breakerKeys(client, environment, authentication.proof, ledger);
  // What was refused with the same secret counts, whatever it was for.
  const closed = [keys.client, ...credentialsOf(client, environment).map(keys.credential)];
  return breaker.firstAlone(keys.client, async () => {
    if (breaker.refusal(...closed)) return null;
    const proof = await authentication.prove(tokenEndpoint);
    const exchange = await send(question, url, environment, proof, doors);
    const refusal = exchange && readRefusal(exchange, redactor);
    if (exchange && refusal && closesClient(refusal, exchange)) {
      const { error, message } = refusal;
      breaker.open(keys.client, { error, message: redactor.redact(message), exchange, shared: false });
    }
    return exchange;
  });
}

function credentialsOf(client: Client, environment: Environment): string[] {
  const all = [...environment.credentials.values()];
  return all
    .filter((each) => each.type === 'oauth2' && each.client.name === client.name)
    .map(({ name }) => name);
}

/** A client may be refused for what it asks (403): only where it is not known, or locked, it is not tried again. */
function closesClient(refusal: Refusal, exchange: Exchange): boolean {
  return refusal.closes === 'client' || refusal.locked || finalResponse(exchange)?.status === 401;
}

async function send(
  question: Exclude<ClientQuestion, { kind: 'userinfo' }>,
  url: URL,
  environment: Environment,
  proof: ClientProof,
  { perform, ledger }: InquiryDoors,
): Promise<Exchange | null> {
  const oauth = await import('oauth4webapi');
  const { client } = question;
  const { client_id } = client;
  const secrets = secretMembers(proof);
  const made: Exchange[] = [];
  const options = {
    [oauth.allowInsecureRequests]: url.protocol === 'http:',
    [oauth.customFetch]: async (
      target: string,
      { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
    ): Promise<Response> => {
      if (!(body instanceof URLSearchParams)) throw new Error('oauth4webapi made a request without a form');
      const fields = fieldsOf(headers, proof.basic);
      const form = formValue(body, secrets);
      made.push(
        await perform({ role: 'experiment', environment, method, url: target, headers: fields, body: form }),
      );
      return new Response();
    },
  };
  const auth = clientAuth(proof);
  const server = serverOf(client.issuer, question.kind, url);
  if (question.kind === 'introspection') {
    const token = ledger.find(question.fingerprint);
    if (!token) return null;
    secrets.set('token', token);
    await oauth.introspectionRequest(server, { client_id }, auth, token.reveal(), options);
  } else {
    await oauth.pushedAuthorizationRequest(
      server,
      { client_id },
      auth,
      await pushed(oauth, question),
      options,
    );
  }
  return made[0] ?? null;
}

function serverOf(issuer: Issuer, kind: 'introspection' | 'par', url: URL): { issuer: string } {
  return { issuer: issuer.issuer, [endpoints[kind]]: url.href };
}

async function pushed(
  oauth: typeof import('oauth4webapi'),
  { client, redirect_uri, scope, parameters }: PushedQuestion,
): Promise<URLSearchParams> {
  const code_challenge = await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier());
  return new URLSearchParams({
    ...parameters,
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri,
    scope: scope ?? 'openid',
    code_challenge,
    code_challenge_method: 'S256',
  });
}
