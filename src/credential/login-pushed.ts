/** The authorization request of a login, pushed (RFC 9126): the address that is opened names it only. */
import { parseJson } from '../http/json.ts';
import type { Secret } from '../secret.ts';
import { isMap } from '../source.ts';
import { describeFailure, finalResponse } from './answer.ts';
import { endpointOf, type LoginContext } from './login.ts';
import { sendLogin } from './login-request.ts';
import type { CredentialFailure } from './presentation.ts';
import { readRefusal } from './token-answer.ts';

/** What stands in the address instead of `parameters`. */
export async function push(
  parameters: URLSearchParams,
  context: LoginContext,
): Promise<URLSearchParams | { readonly failure: CredentialFailure }> {
  const { credential, environment, parts, authentication, exchanges } = context;
  const { client } = credential;
  const { client_id } = client;
  const name = 'pushed_authorization_request_endpoint';
  const bound = endpointOf(name, context);
  if ('failure' in bound) return bound;
  const server = { issuer: client.issuer.issuer, [name]: bound.url.href };
  const request = {
    environment,
    client,
    authentication,
    endpoint: bound.url,
    secrets: new Map<string, Secret>(),
  };
  const exchange = await sendLogin(request, parts.perform, (oauth, auth, options) =>
    oauth.pushedAuthorizationRequest(server, { client_id }, auth, parameters, options),
  );
  exchanges.push(exchange);
  const subject = 'The pushed authorization request endpoint';
  const fails = (message: string, error: string | null): { readonly failure: CredentialFailure } => ({
    failure: {
      error,
      message: parts.redactor.redact(message.replace('The token endpoint', subject)),
      exchange,
      shared: false,
    },
  });
  const refusal = readRefusal(exchange, parts.redactor);
  if (refusal) return fails(refusal.message, refusal.error);
  const response = finalResponse(exchange);
  if (response?.status !== 201) return fails(describeFailure(subject, exchange, parts.redactor), null);
  const parsed = parseJson(new TextDecoder().decode(response.body.content));
  const request_uri = 'value' in parsed && isMap(parsed.value) ? parsed.value['request_uri'] : undefined;
  if (typeof request_uri !== 'string')
    return fails(`${subject} answered without a request_uri (RFC 9126 section 2.2).`, null);
  return new URLSearchParams({ client_id, request_uri });
}
