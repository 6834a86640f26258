/** One token request of an attempt: endpoint, what the server offers, the request, its answer. */
import type { Environment, Exchange, Json, OAuth2Credential } from '../../model.ts';
import { bindClientEndpoint, isStated } from '../endpoint.ts';
import type { CredentialFailure } from '../presentation.ts';
import { type AcquisitionDoors, type Attempt, type Failed, nothingSent } from './acquiring.ts';
import { certificateProblem } from './client-authentication.ts';
import type { Grant } from './grant.ts';
import { notOffered } from './offers.ts';
import { type AnswerRules, readTokenAnswer, type TokenAnswer } from './token-answer.ts';
import { requestToken } from './token-request.ts';

export type Granted = { readonly answer: TokenAnswer; readonly exchange: Exchange } | Failed;

export type EndpointName = 'token_endpoint' | 'device_authorization_endpoint';

/** The endpoint; metadata is not asked for where the project file states it. `grant_type`: whether it is offered. */
export async function endpointOf(
  name: EndpointName,
  { credential, environment, exchanges }: Attempt,
  { discovery, redactor }: AcquisitionDoors,
  grant_type: string | null,
): Promise<{ readonly url: URL } | { readonly failure: CredentialFailure }> {
  const { client } = credential;
  const { issuer } = client;
  const found = isStated(name, client) ? null : await discovery.find(environment, issuer);
  exchanges.push(...(found?.exchanges ?? []));
  const values: Readonly<Record<string, Json>> = found?.values ?? issuer.metadata;
  const bound = found?.failure
    ? { problem: found.failure }
    : bindClientEndpoint(name, client, found?.values ?? {}, environment);
  const refused = grant_type === null ? null : notOffered(credential, grant_type, values);
  const problem =
    'problem' in bound ? bound.problem : (refused ?? certificateProblem(client, environment, bound.url));
  if ('url' in bound && problem === null) return bound;
  return {
    failure: failureAt(problem ?? '', found?.exchange ?? null, found?.exchanges ?? [], environment, redactor),
  };
}

function failureAt(
  problem: string,
  exchange: Exchange | null,
  sent: readonly Exchange[],
  environment: Environment,
  redactor: AcquisitionDoors['redactor'],
): CredentialFailure {
  return {
    error: null,
    message: redactor.redact(problem),
    exchange: exchange ?? nothingSent(environment),
    shared: exchange !== null && sent.length === 0,
  };
}

/** Sends `grant` to `endpoint` and reads the answer. */
export async function sendGrant(
  attempt: Attempt,
  endpoint: URL,
  grant: Grant,
  doors: AcquisitionDoors,
): Promise<Granted> {
  const { credential, environment, authentication, exchanges } = attempt;
  const { ledger, redactor } = doors;
  const request = { credential, environment, endpoint, authentication, grant };
  const dpop = await doors.dpop.of(attempt.credentialKey, credential);
  const send = (): Promise<Exchange> => requestToken(request, dpop?.proving(doors.perform) ?? doors.perform);
  const exchange = await (dpop ? dpop.withNonce(exchanges, send) : send());
  exchanges.push(exchange);
  const rules = { ...rulesOf(credential), proven: dpop !== null };
  const result = readTokenAnswer(exchange, credential.name, ledger, redactor, rules);
  if ('answer' in result) return { answer: result.answer, exchange };
  const { error, message, closes } = result.refusal;
  return { failure: { error, message: redactor.redact(message), exchange, shared: false }, closes };
}

function rulesOf({ grant_type, asks }: OAuth2Credential): AnswerRules {
  return { idToken: asks?.present === 'id_token', exchanged: grant_type === 'token_exchange' };
}
