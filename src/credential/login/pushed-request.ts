/** The address of an authorization request: whole, or pushed (RFC 9126) by oauth4webapi through our own door. */
import { parseJson } from '../../http/json.ts';
import type { Environment, Exchange, Json, OAuth2Credential } from '../../model.ts';
import { Secret } from '../../secret.ts';
import { isMap } from '../../source.ts';
import { describeFailure, finalResponse } from '../answer.ts';
import { bindClientEndpoint } from '../endpoint.ts';
import { unsentFailure } from '../oauth2/acquisition.ts';
import { breakerKeys } from '../oauth2/breaker-keys.ts';
import {
  authenticationOf,
  type ClientProof,
  certificateProblem,
  clientAuth,
  secretMembers,
} from '../oauth2/client-authentication.ts';
import { fieldsOf, formValue } from '../oauth2/form-body.ts';
import { readRefusal } from '../oauth2/token-answer.ts';
import type { CredentialFailure } from '../presentation.ts';
import type { Flow } from './authorization-request.ts';
import type { AuthorizationDoors } from './authorize.ts';

type Pushed =
  | { readonly request_uri: string; readonly exchanges: readonly Exchange[] }
  | { readonly failure: CredentialFailure; readonly exchanges: readonly Exchange[] };

/** The whole authorization request, or a reference to one that was pushed. */
export async function addressOf(
  endpoint: URL,
  flow: Flow,
  credential: OAuth2Credential,
  environment: Environment,
  values: Readonly<Record<string, Json>>,
  doors: AuthorizationDoors,
  exchanges: Exchange[],
): Promise<URL | { readonly failure: CredentialFailure }> {
  const url = new URL(endpoint);
  const pushes = credential.asks?.par || values['require_pushed_authorization_requests'] === true;
  if (!pushes) {
    for (const [name, value] of flow.parameters) {
      url.searchParams.append(name, value instanceof Secret ? value.reveal() : value);
    }
    return url;
  }
  const pushed = await pushRequest(flow, credential, environment, values, doors);
  exchanges.push(...pushed.exchanges);
  if ('failure' in pushed) return { failure: pushed.failure };
  url.searchParams.set('client_id', credential.client.client_id);
  url.searchParams.set('request_uri', pushed.request_uri);
  return url;
}

/** A client that was refused is not tried again. The caller sees to it that the first request of a client runs alone. */
async function pushRequest(
  flow: Flow,
  credential: OAuth2Credential,
  environment: Environment,
  values: Readonly<Record<string, Json>>,
  doors: AuthorizationDoors,
): Promise<Pushed> {
  const { breaker, ledger, redactor } = doors;
  const { client } = credential;
  const unsent = (message: string): Pushed => ({
    failure: unsentFailure(redactor.redact(message), environment),
    exchanges: [],
  });
  const endpoint = bindClientEndpoint('pushed_authorization_request_endpoint', client, values, environment);
  if ('problem' in endpoint) return unsent(endpoint.problem);
  const uncertified = certificateProblem(client, environment, endpoint.url);
  if (uncertified) return unsent(uncertified);
  const authentication = authenticationOf(client, environment, doors);
  if ('problem' in authentication) return unsent(authentication.problem);
  const keys = breakerKeys(client, environment, authentication.proof, ledger);
  const refused = breaker.refusal(keys.credential(credential.name), keys.client);
  if (refused) return { failure: refused, exchanges: [] };
  const proof = await authentication.prove(endpoint.url.href);
  const exchange = await send(endpoint.url, flow, credential, environment, proof, doors);
  const exchanges = [exchange];
  const response = finalResponse(exchange);
  const parsed = response && parseJson(new TextDecoder().decode(response.body.content));
  const request_uri = parsed && 'value' in parsed && isMap(parsed.value) ? parsed.value['request_uri'] : null;
  if (response && response.status < 300 && typeof request_uri === 'string') return { request_uri, exchanges };
  const refusal = response && response.status >= 400 ? readRefusal(exchange, redactor) : null;
  const message =
    refusal?.message.replace(/^The token endpoint/, 'The pushed authorization request endpoint') ??
    describeFailure('The pushed authorization request', exchange, redactor);
  const failure: CredentialFailure = {
    error: refusal?.error ?? null,
    message: redactor.redact(message),
    exchange,
    shared: false,
  };
  if (refusal?.closes) breaker.open(keys.credential(credential.name), failure);
  if (refusal?.closes === 'client') breaker.open(keys.client, failure);
  return { failure, exchanges };
}

async function send(
  url: URL,
  { parameters }: Flow,
  { client }: OAuth2Credential,
  environment: Environment,
  proof: ClientProof,
  { perform }: AuthorizationDoors,
): Promise<Exchange> {
  const oauth = await import('oauth4webapi');
  const secrets = secretMembers(proof);
  const asked = new URLSearchParams();
  for (const [name, value] of parameters) {
    if (value instanceof Secret) secrets.set(name, value);
    asked.append(name, value instanceof Secret ? value.reveal() : value);
  }
  const made: Exchange[] = [];
  const { client_id } = client;
  const server = {
    issuer: client.issuer.issuer,
    pushed_authorization_request_endpoint: url.href,
  };
  const auth = clientAuth(proof);
  await oauth.pushedAuthorizationRequest(server, { client_id }, auth, asked, {
    [oauth.allowInsecureRequests]: url.protocol === 'http:',
    [oauth.customFetch]: async (target, { method, headers, body }) => {
      if (!(body instanceof URLSearchParams)) throw new Error('oauth4webapi made a request without a form');
      const fields = fieldsOf(headers, proof.basic);
      const form = formValue(body, secrets);
      const role = 'authorization';
      made.push(await perform({ role, environment, method, url: target, headers: fields, body: form }));
      return new Response();
    },
  });
  const [exchange] = made;
  if (!exchange) throw new Error('oauth4webapi made no pushed authorization request');
  return exchange;
}
