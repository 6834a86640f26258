/** Where the parts of a credential may be sent: DESIGN section 4, "bound, part by part". */

import { addressOf, mapAddress } from '../http/address.ts';
import { isLoopback, sameOrigin } from '../http/origin.ts';
import { isUrl } from '../http/url.ts';
import type { Client, Environment, Issuer, Json, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';
import { needsCertificate } from './oauth2/client-authentication.ts';

export type BoundEndpoint = { readonly url: URL } | { readonly problem: string };

/**
 * The endpoint `name` (RFC 8414 section 2) of `issuer`. It is one that the project file states, or lies at the
 * issuer's own origin; a discovery document cannot send secrets anywhere else.
 */
export function bindEndpoint(
  name: string,
  issuer: Issuer,
  values: Readonly<Record<string, Json>>,
  environment: Environment,
): BoundEndpoint {
  return bind(name, name, issuer.metadata, values, issuer, environment);
}

/** Endpoints of clients with a certificate (RFC 8705 section 5). */
export const aliases = 'mtls_endpoint_aliases';

/**
 * As `bindEndpoint`, but the alias of the endpoint for a client with a certificate, where there is one. It mostly lies
 * at another host, and must then be stated as well: what is stated wins, the alias before the endpoint.
 */
export function bindClientEndpoint(
  name: string,
  client: Client,
  values: Readonly<Record<string, Json>>,
  environment: Environment,
): BoundEndpoint {
  const { issuer } = client;
  const [stated, found] = [issuer.metadata[aliases], values[aliases]].map(mapOf);
  const names = [stated?.[name], issuer.metadata[name], found?.[name]].findIndex(
    (each) => each !== undefined,
  );
  if (!needsCertificate(client) || names < 0 || names === 1)
    return bindEndpoint(name, issuer, values, environment);
  return bind(name, `${aliases}.${name}`, stated ?? {}, found ?? {}, issuer, environment);
}

/** Whether the project file alone tells the endpoint. */
export function isStated(name: string, client: Client): boolean {
  const { metadata } = client.issuer;
  const alias = needsCertificate(client) && mapOf(metadata[aliases])?.[name] !== undefined;
  return alias || Object.hasOwn(metadata, name);
}

function mapOf(value: Json | undefined): JsonMap | null {
  return value !== undefined && isMap(value) ? value : null;
}

/** `key` is the place of the endpoint in metadata. */
function bind(
  name: string,
  key: string,
  stating: Readonly<Record<string, Json>>,
  values: Readonly<Record<string, Json>>,
  issuer: Issuer,
  environment: Environment,
): BoundEndpoint {
  const stated = Object.hasOwn(stating, name);
  const value = stated ? stating[name] : Object.hasOwn(values, name) ? values[name] : undefined;
  const whose = stated ? 'The project file' : `The metadata of issuer "${issuer.name}"`;
  if (typeof value !== 'string' || value === '') {
    return { problem: `${whose} names no ${key} for issuer "${issuer.issuer}".` };
  }
  const url = isUrl(value) ? new URL(value) : null;
  const problem = url ? insecurity(url, environment) : 'is not an absolute URL';
  if (!url || problem)
    return { problem: `${whose} names "${withoutUserinfo(value)}" as ${key}, which ${problem}.` };
  if (!stated && !sameOrigin(url, issuer.issuer)) {
    return {
      problem:
        `${whose} names ${/^[aeiou]/.test(key) ? 'an' : 'a'} ${key} at ${url.origin}, but the issuer is at ${new URL(issuer.issuer).origin}: ` +
        `nothing was sent there; if it is right, state it under issuers.${issuer.name}.metadata.${key}.`,
    };
  }
  return { url };
}

/** For messages. */
export function withoutUserinfo(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
}

/** Why nothing may be sent to `url`, or null. Plain http is for this machine only (RFC 6749 section 3.2). */
export function insecurity(url: URL, environment: Environment): string | null {
  if (url.username !== '' || url.password !== '') return 'holds a user name or password';
  if (url.hash !== '') return 'holds a fragment';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return 'is neither https nor http';
  if (staysHere(url, environment)) return null;
  return 'is plain http to another machine';
}

/** Loopback itself, or a name that `connect_to` turns into it; a proxy would carry it away. */
function staysHere(url: URL, environment: Environment): boolean {
  const { connectTo, proxy } = environment.transport;
  if (proxy !== null) return false;
  return isLoopback(mapAddress(addressOf(url), connectTo).host);
}
