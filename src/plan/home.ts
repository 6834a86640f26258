/** Where an environment is at home: its origins, its issuers, and the endpoints that the file states for their clients. */
import { isUrl } from '../http/url.ts';
import type { Environment, Json, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';

/** Members of RFC 8414, RFC 9126, RFC 8628 and OpenID Connect at which a client or a token is presented. */
const endpoints = [
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
];

export function homeOf({ origins, issuers }: Pick<Environment, 'origins' | 'issuers'>): ReadonlySet<string> {
  const stated = [...issuers.values()].flatMap(({ issuer, metadata }): Json[] => {
    const aliases = metadata['mtls_endpoint_aliases'];
    return [issuer, ...named(metadata), ...(aliases && isMap(aliases) ? named(aliases) : [])];
  });
  const urls = stated.filter((value) => typeof value === 'string').filter((value) => isUrl(value));
  return new Set([...origins.values(), ...urls.map((url) => new URL(url).origin)]);
}

function named(members: Readonly<JsonMap>): Json[] {
  return endpoints.flatMap((name) => members[name] ?? []);
}
