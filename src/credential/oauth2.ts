/** Token requests (RFC 6749 section 3.2), made by oauth4webapi and sent through our own door. */
import type { ClientAuth } from 'oauth4webapi';
import type { Client, Environment, Exchange, Field, OAuth2Credential } from '../model.ts';
import { Secret, type Value } from '../secret.ts';
import { type Grant, parametersOf } from './grant.ts';
import type { Ledger } from './ledger.ts';
import type { Perform } from './presentation.ts';

export interface TokenRequest {
  readonly credential: OAuth2Credential;
  readonly environment: Environment;
  readonly endpoint: URL;
  readonly authentication: ClientAuthentication;
  readonly grant: Grant;
}
export interface ClientAuthentication {
  readonly clientSecret: Secret | null;
  /** Joined and encoded for the Authorization field. */
  readonly basic: Secret | null;
}

/** How the client proves itself, every secret form of it learnt; or why it cannot. */
export function authenticationOf(
  client: Client,
  ledger: Ledger,
): ClientAuthentication | { readonly problem: string } {
  if (client.token_endpoint_auth_method === 'none') return { clientSecret: null, basic: null };
  if (client.client_secret === null || client.client_secret.length === 0) {
    return {
      problem: `The client "${client.name}" has no client_secret, which ${client.token_endpoint_auth_method} needs.`,
    };
  }
  const name = `${client.name} client_secret`;
  const clientSecret = ledger.secret(name, client.client_secret);
  ledger.secret(name, clientSecret.map(formEncode));
  if (client.token_endpoint_auth_method === 'client_secret_post') return { clientSecret, basic: null };
  const basic = clientSecret.map((secret) =>
    Buffer.from(`${formEncode(client.client_id)}:${formEncode(secret)}`).toString('base64'),
  );
  return { clientSecret, basic: ledger.secret(name, basic) };
}

/** Sends one token request, or one device authorization request (RFC 8628); the answer is in the exchange. */
export async function requestToken(request: TokenRequest, perform: Perform): Promise<Exchange> {
  const oauth = await import('oauth4webapi');
  const { credential, environment, endpoint, authentication, grant } = request;
  const { client } = credential;
  const { form, secrets } = parametersOf(grant);
  if (authentication.clientSecret) secrets.set('client_secret', authentication.clientSecret);
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
        headers: withFields(fieldsOf(headers, authentication.basic), grant.headers),
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
  const auth = clientAuth(oauth, authentication, client);
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

/** The client authentication of the project file, as oauth4webapi wants it. */
export function clientAuth(
  oauth: typeof import('oauth4webapi'),
  { clientSecret, basic }: ClientAuthentication,
  client: Client,
): ClientAuth {
  if (clientSecret === null) return oauth.None();
  if (client.token_endpoint_auth_method === 'client_secret_post') {
    return oauth.ClientSecretPost(clientSecret.reveal());
  }
  // The library escapes "-", "_" and "." too. That means the same (RFC 6749 appendix B), but many servers do not
  // decode at all, and would see another client_id than that of other clients.
  return (_server, _client, _body, headers) => headers.set('authorization', `Basic ${basic?.reveal() ?? ''}`);
}

/** User-Agent is the door's own. */
export function fieldsOf(headers: Record<string, string>, basic: Secret | null): Field[] {
  const fields: Field[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'user-agent') continue;
    const shown = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    fields.push([shown, name === 'authorization' && basic ? Secret.join(['Basic ', basic]) : value]);
  }
  return fields;
}

/** Further fields replace those of the same name. */
function withFields(fields: readonly Field[], further: readonly Field[]): Field[] {
  const names = new Set(further.map(([name]) => name.toLowerCase()));
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...further];
}

/** A form with its secret members as secrets. */
export function formValue(form: URLSearchParams, secrets: ReadonlyMap<string, Secret>): Value {
  const parts: Value[] = [];
  for (const [name, value] of form) {
    const separator = parts.length === 0 ? '' : '&';
    parts.push(`${separator}${formEncode(name)}=`, secrets.get(name)?.map(formEncode) ?? formEncode(value));
  }
  return Secret.join(parts);
}

/** application/x-www-form-urlencoded of one value. */
function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
