/** The clients of an environment (RFC 7591 section 2), all but their secrets. */
import type { Client, ClientAuthMethod, ClientSettings, Issuer, JsonMap } from '../model.ts';
import { Problems } from '../problem.ts';
import { sourceOf } from '../source.ts';
import { mapAt, sourcesOf, unplaced } from './maps.ts';
import { Reader } from './reader.ts';
import type { Scope } from './template.ts';
import { parseDuration } from './units.ts';

export function readClients(
  raw: JsonMap,
  issuers: ReadonlyMap<string, Issuer>,
  read: Reader,
  problems: Problems,
): Map<string, Client> {
  const clients = new Map<string, Client>();
  const map = mapAt(raw, 'clients');
  for (const name of Object.keys(map)) {
    const value = mapAt(map, name);
    const wanted = value['issuer'];
    const issuer = typeof wanted === 'string' ? issuers.get(wanted) : [...issuers.values()][0];
    if (!issuer) {
      const message =
        typeof wanted === 'string'
          ? `There is no issuer "${wanted}" in this environment.`
          : 'This environment has no issuer for the client.';
      problems.add('UNKNOWN_ISSUER', message, {
        source: sourceOf(value, 'issuer') ?? sourceOf(map, name, 'key'),
        fix: 'Name it under issuers:.',
      });
      continue;
    }
    const client_id = read.plain(value, 'client_id');
    if (client_id === null || client_id === '') {
      if (client_id === '' || value['client_id'] === undefined) {
        problems.add('CLIENT_ID_MISSING', `Client "${name}" has no client_id.`, {
          source: sourceOf(value, 'client_id') ?? sourceOf(map, name, 'key'),
          fix: 'Write client_id: with the identifier that the authorization server knows it by.',
        });
      }
      continue;
    }
    clients.set(name, {
      name,
      issuer,
      client_id,
      client_secret: null,
      token_endpoint_auth_method: authMethod(value),
      ...redirectUris(value, read),
      source: sourceOf(map, name, 'key') ?? unplaced,
    });
  }
  return clients;
}

/** Those that can be rendered, each with its place: `redirect_uris.0` is that of the first. */
function redirectUris(client: JsonMap, read: Reader): Pick<Client, 'redirect_uris' | 'sources'> {
  const written = client['redirect_uris'];
  const sources = sourcesOf(client);
  if (!Array.isArray(written)) return { redirect_uris: read.list(client, 'redirect_uris'), sources };
  const redirect_uris: string[] = [];
  for (const index of written.keys()) {
    const text = read.plain(written as unknown as JsonMap, String(index));
    const place = sourceOf(written, index);
    if (text === null) continue;
    if (place) sources[`redirect_uris.${redirect_uris.length}`] = place;
    redirect_uris.push(text);
  }
  return { redirect_uris, sources };
}

/** The schema has checked the word. */
function authMethod(client: JsonMap): ClientAuthMethod {
  const method = client['token_endpoint_auth_method'];
  if (typeof method === 'string') return method as ClientAuthMethod;
  if (client['private_key'] !== undefined) return 'private_key_jwt';
  return client['client_secret'] === undefined ? 'none' : 'client_secret_basic';
}

const settings = [
  'kid',
  'token_endpoint_auth_signing_alg',
  'assertion_audience',
  'assertion_lifetime',
  'basic_encoding',
  'dpop_bound_access_tokens',
  'require_pushed_authorization_requests',
  'tls_client_certificate_bound_access_tokens',
  'private_key',
];
/** Milliseconds. */
const assertionLifetime = 60_000;

/** What `raw` says beyond secret and redirect URIs; nothing for most clients. */
export function clientSettings(raw: JsonMap, read: Reader): { settings?: ClientSettings } {
  if (!settings.some((key) => raw[key] !== undefined)) return {};
  const lifetime = raw['assertion_lifetime'];
  return {
    settings: {
      private_key: read.text(raw, 'private_key'),
      kid: read.plain(raw, 'kid'),
      token_endpoint_auth_signing_alg: read.plain(raw, 'token_endpoint_auth_signing_alg'),
      assertion_audience: read.plain(raw, 'assertion_audience') ?? 'issuer',
      assertion_lifetime:
        (typeof lifetime === 'string' ? parseDuration(lifetime) : null) ?? assertionLifetime,
      basic_encoding: raw['basic_encoding'] === 'none' ? 'none' : 'form',
      dpop_bound_access_tokens: raw['dpop_bound_access_tokens'] === true,
      require_pushed_authorization_requests: raw['require_pushed_authorization_requests'] === true,
      tls_client_certificate_bound_access_tokens: raw['tls_client_certificate_bound_access_tokens'] === true,
    },
  };
}

/** The client with secret and settings; one of which something cannot be read stays as it is, and nobody is told. */
export function wholeClient(client: Client, raw: JsonMap, scope: Scope): Client {
  const problems = new Problems();
  const read = new Reader(scope, problems, false);
  const client_secret = read.text(raw, 'client_secret');
  const whole = { ...client, client_secret, ...clientSettings(raw, read) };
  return problems.list.length > 0 ? client : whole;
}
