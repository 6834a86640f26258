/** Token requests (RFC 6749 sections 4.4 and 6, RFC 8707), made by oauth4webapi and sent through our own door. */
import type { Environment, Exchange, OAuth2Credential } from '../model.ts';
import type { Secret } from '../secret.ts';
import { type ClientAuthentication, clientAuth, secretMembers } from './client-authentication.ts';
import { fieldsOf, formValue } from './form.ts';
import type { Perform } from './presentation.ts';

export interface TokenRequest {
  readonly credential: OAuth2Credential;
  readonly environment: Environment;
  readonly endpoint: URL;
  readonly authentication: ClientAuthentication;
  /** Set for the grant of that name. */
  readonly refreshToken: Secret | null;
}

/** Sends one token request; the answer is in the exchange. */
export async function requestToken(request: TokenRequest, perform: Perform): Promise<Exchange> {
  const oauth = await import('oauth4webapi');
  const { credential, environment, endpoint, authentication, refreshToken } = request;
  const { client } = credential;
  const proof = await authentication.prove(endpoint.href);
  const secrets = secretMembers(proof);
  if (refreshToken) secrets.set('refresh_token', refreshToken);
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
        headers: fieldsOf(headers, proof.basic),
        body: formValue(body, secrets),
      } as const;
      made.push(await perform(sent));
      // The exchange is read by token-answer.ts: the library would hide what was wrong with it.
      return new Response();
    },
  };
  const server = { issuer: client.issuer.issuer, token_endpoint: endpoint.href };
  const auth = clientAuth(proof);
  const asked = parametersOf(credential);
  const { client_id } = client;
  if (refreshToken) {
    await oauth.refreshTokenGrantRequest(server, { client_id }, auth, refreshToken.reveal(), {
      ...options,
      additionalParameters: asked,
    });
  } else {
    await oauth.clientCredentialsGrantRequest(server, { client_id }, auth, asked, options);
  }
  const [exchange] = made;
  if (!exchange) throw new Error('oauth4webapi made no token request');
  return exchange;
}

/** Empty parameters are left out: servers take `scope=` for a scope. */
function parametersOf({ scope, resource, audience }: OAuth2Credential): URLSearchParams {
  const asked = new URLSearchParams();
  if (scope) asked.append('scope', scope);
  for (const one of resource) if (one !== '') asked.append('resource', one);
  if (audience) asked.append('audience', audience);
  return asked;
}
