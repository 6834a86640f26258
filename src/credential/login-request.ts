/** Requests of a login by a person, made by oauth4webapi and sent through our own door. */
import type * as OAuth from 'oauth4webapi';
import type { Client, Environment, Exchange } from '../model.ts';
import type { Secret } from '../secret.ts';
import { type ClientAuthentication, clientAuth, fieldsOf, formValue } from './oauth2.ts';
import type { Perform } from './presentation.ts';

export interface LoginRequest {
  readonly environment: Environment;
  readonly client: Client;
  readonly authentication: ClientAuthentication;
  readonly endpoint: URL;
  /** Form members that are secret. */
  readonly secrets: ReadonlyMap<string, Secret>;
}
/** What of oauth4webapi makes the request. */
export type Ask = (
  oauth: typeof OAuth,
  auth: OAuth.ClientAuth,
  options: Pick<
    OAuth.TokenEndpointRequestOptions,
    typeof OAuth.customFetch | typeof OAuth.allowInsecureRequests
  >,
) => Promise<unknown>;

/** Sends one request; the answer is in the exchange. */
export async function sendLogin(request: LoginRequest, perform: Perform, ask: Ask): Promise<Exchange> {
  const oauth = await import('oauth4webapi');
  const { environment, client, authentication, endpoint } = request;
  const secrets = new Map(request.secrets);
  if (authentication.clientSecret) secrets.set('client_secret', authentication.clientSecret);
  const made: Exchange[] = [];
  const options = {
    [oauth.allowInsecureRequests]: endpoint.protocol === 'http:',
    [oauth.customFetch]: async (
      url: string,
      { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
    ): Promise<Response> => {
      if (!(body instanceof URLSearchParams)) throw new Error('oauth4webapi made a request without a form');
      const fields = fieldsOf(headers, authentication.basic);
      made.push(
        await perform({
          role: 'token',
          environment,
          method,
          url,
          headers: fields,
          body: formValue(body, secrets),
        }),
      );
      // The exchange is read by our own code: the library would hide what was wrong with it.
      return new Response();
    },
  };
  await ask(oauth, clientAuth(oauth, authentication, client), options);
  const [exchange] = made;
  if (!exchange) throw new Error('oauth4webapi made no request');
  return exchange;
}
