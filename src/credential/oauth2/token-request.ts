/** Token requests (RFC 6749 section 3.2), made by oauth4webapi and sent through our own door. */
import type { Environment, Exchange, Field, OAuth2Credential } from '../../model.ts';
import type { Perform } from '../presentation.ts';
import { type ClientAuthentication, clientAuth, secretMembers } from './client-authentication.ts';
import { fieldsOf, formValue } from './form-body.ts';
import { type Grant, parametersOf } from './grant.ts';

export interface TokenRequest {
  readonly credential: OAuth2Credential;
  readonly environment: Environment;
  readonly endpoint: URL;
  readonly authentication: ClientAuthentication;
  readonly grant: Grant;
}
/** Sends one token request, or one device authorization request (RFC 8628); the answer is in the exchange. */
export async function requestToken(request: TokenRequest, perform: Perform): Promise<Exchange> {
  const oauth = await import('oauth4webapi');
  const { credential, environment, endpoint, authentication, grant } = request;
  const { client } = credential;
  const proof = await authentication.prove(endpoint.href);
  const { form, secrets } = parametersOf(grant);
  for (const [name, value] of secretMembers(proof)) secrets.set(name, value);
  const made: Exchange[] = [];
  const options = {
    [oauth.allowInsecureRequests]: endpoint.protocol === 'http:',
    [oauth.customFetch]: async (
      url: string,
      { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
    ): Promise<Response> => {
      if (!(body instanceof URLSearchParams)) throw new Error('oauth4webapi made a request without a form');
      const sent = {
        role: 'token',
        environment,
        method,
        url,
        headers: withFields(fieldsOf(headers, proof.basic), grant.headers),
        body: formValue(body, secrets),
        credentials: grant.takenIn,
      } as const;
      made.push(await perform(sent));
      // The exchange is read by token-answer.ts: the library would hide what was wrong with it.
      return new Response();
    },
  };
  const server = {
    issuer: client.issuer.issuer,
    token_endpoint: endpoint.href,
    device_authorization_endpoint: endpoint.href,
  };
  const auth = clientAuth(proof);
  const { client_id } = client;
  if (grant.grant_type === null) {
    await oauth.deviceAuthorizationRequest(server, { client_id }, auth, form, options);
  } else {
    await oauth.genericTokenEndpointRequest(server, { client_id }, auth, grant.grant_type, form, options);
  }
  const [exchange] = made;
  if (!exchange) throw new Error('oauth4webapi made no token request');
  return exchange;
}

/** Further fields replace those of the same name. */
function withFields(fields: readonly Field[], further: readonly Field[]): Field[] {
  const names = new Set(further.map(([name]) => name.toLowerCase()));
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...further];
}
