/** How a client proves itself to an authorization server (RFC 6749 section 2.3, RFC 7523, RFC 8705). */
import type { ClientAuth } from 'oauth4webapi';
import { clientCertificateFor, clientCertificates } from '../../http/client-certificate.ts';
import type { Client, Environment } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import type { Ledger } from '../ledger.ts';
import { type AssertionDoors, type AssertionKey, assertionType, signAssertion } from './client-assertion.ts';
import { parseClientKey } from './client-key.ts';
import { formEncode } from './form-body.ts';

export interface ClientAuthentication {
  /** What the client proves itself with; what is refused with it once is not tried again. */
  readonly proof: Secret | null;
  /** What one request carries. An assertion serves once; `tokenEndpoint` may be its audience. */
  prove(tokenEndpoint: string): Promise<ClientProof>;
}
export interface ClientProof {
  /** Joined and encoded for the Authorization field. */
  readonly basic: Secret | null;
  /** Members of the form. */
  readonly members: ReadonlyMap<string, Value>;
}
interface Unprovable {
  readonly problem: string;
}

/** Every secret form of it learnt; or why the client cannot prove itself. */
export function authenticationOf(
  client: Client,
  environment: Environment,
  doors: AssertionDoors,
): ClientAuthentication | Unprovable {
  const method = client.token_endpoint_auth_method;
  switch (method) {
    case 'none':
      return fixed(null, null, { client_id: client.client_id });
    case 'client_secret_basic':
    case 'client_secret_post':
      return withSecret(client, doors.ledger);
    case 'client_secret_jwt':
    case 'private_key_jwt':
      return withAssertion(client, doors);
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth': {
      const own = clientCertificates(environment.transport);
      if (own.length > 0) {
        const proof = Secret.named('certificate', own.map(({ cert }) => cert).join('\n'));
        return fixed(proof, null, { client_id: client.client_id });
      }
      return {
        problem: `Environment "${environment.name}" has no client certificate, which ${method} of client "${client.name}" needs.`,
      };
    }
  }
}

/** Why `method` cannot work at `endpoint`; the certificate of another host is not presented there. */
export function certificateProblem(client: Client, environment: Environment, endpoint: URL): string | null {
  if (!needsCertificate(client) || clientCertificateFor(environment.transport, endpoint)) return null;
  return `Client "${client.name}" needs a client certificate at ${endpoint.host}, and environment "${environment.name}" has none for this host.`;
}

export function needsCertificate({ token_endpoint_auth_method: method, settings }: Client): boolean {
  return (
    method === 'tls_client_auth' ||
    method === 'self_signed_tls_client_auth' ||
    settings?.tls_client_certificate_bound_access_tokens === true
  );
}

/** The proof as oauth4webapi wants it. */
export function clientAuth({ basic, members }: ClientProof): ClientAuth {
  return (_server, _client, body, headers) => {
    for (const [name, value] of members) body.set(name, value instanceof Secret ? value.reveal() : value);
    // The library escapes "-", "_" and "." too. That means the same (RFC 6749 appendix B), but many servers do not
    // decode at all, and would see another client_id than that of other clients.
    if (basic) headers.set('authorization', `Basic ${basic.reveal()}`);
  };
}

/** Members of the form that must not be shown. */
export function secretMembers({ members }: ClientProof): Map<string, Secret> {
  const secrets = new Map<string, Secret>();
  for (const [name, value] of members) if (value instanceof Secret) secrets.set(name, value);
  return secrets;
}

function fixed(
  proof: Secret | null,
  basic: Secret | null,
  members: Readonly<Record<string, Value>>,
): ClientAuthentication {
  const made = { basic, members: new Map(Object.entries(members)) };
  return { proof, prove: async () => made };
}

function withSecret(client: Client, ledger: Ledger): ClientAuthentication | Unprovable {
  const { client_id, client_secret, token_endpoint_auth_method: method } = client;
  if (client_secret === null || client_secret.length === 0) return withoutSecret(client);
  const name = `${client.name} client_secret`;
  const secret = ledger.secret(name, client_secret);
  ledger.secret(name, secret.map(formEncode));
  if (method === 'client_secret_post') return fixed(secret, null, { client_id, client_secret: secret });
  const encode = client.settings?.basic_encoding === 'none' ? (text: string) => text : formEncode;
  const basic = secret.map((text) => Buffer.from(`${encode(client_id)}:${encode(text)}`).toString('base64'));
  return fixed(secret, ledger.secret(name, basic), {});
}

function withAssertion(client: Client, doors: AssertionDoors): ClientAuthentication | Unprovable {
  const key = assertionKey(client, doors.ledger);
  if ('problem' in key) return key;
  return {
    proof: key.proof,
    async prove(tokenEndpoint) {
      const client_assertion = await signAssertion(client, key, tokenEndpoint, doors);
      const members = {
        client_id: client.client_id,
        client_assertion_type: assertionType,
        client_assertion,
      };
      return { basic: null, members: new Map<string, Value>(Object.entries(members)) };
    },
  };
}

function assertionKey(
  client: Client,
  ledger: Ledger,
): (AssertionKey & { readonly proof: Secret }) | Unprovable {
  const { client_secret, settings } = client;
  const alg = settings?.token_endpoint_auth_signing_alg ?? null;
  if (client.token_endpoint_auth_method === 'client_secret_jwt') {
    if (client_secret === null || client_secret.length === 0) return withoutSecret(client);
    const proof = ledger.secret(`${client.name} client_secret`, client_secret);
    const key = new TextEncoder().encode(proof.reveal());
    return { proof, key, alg: alg ?? 'HS256', kid: settings?.kid ?? null };
  }
  if (!settings?.private_key) {
    return { problem: `The client "${client.name}" has no private_key, which private_key_jwt needs.` };
  }
  const proof = ledger.secret(`${client.name} private_key`, settings.private_key);
  const parsed = parseClientKey(proof);
  if ('fault' in parsed) return { problem: `The private_key of client "${client.name}" ${parsed.fault}.` };
  const { key, kid } = parsed;
  return { proof, key, alg: alg ?? parsed.alg, kid: settings.kid ?? kid };
}

function withoutSecret({ name, token_endpoint_auth_method: method }: Client): Unprovable {
  return { problem: `The client "${name}" has no client_secret, which ${method} needs.` };
}
