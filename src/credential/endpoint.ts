/** Where the parts of a credential may be sent: DESIGN section 4, "bound, part by part". */
import { isLoopback, sameOrigin } from '../http/origin.ts';
import type { Environment, Issuer, Json } from '../model.ts';

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
  const stated = Object.hasOwn(issuer.metadata, name);
  const value = stated ? issuer.metadata[name] : Object.hasOwn(values, name) ? values[name] : undefined;
  const whose = stated ? 'The project file' : `The metadata of issuer "${issuer.name}"`;
  if (typeof value !== 'string' || value === '') {
    return { problem: `${whose} names no ${name} for issuer "${issuer.issuer}".` };
  }
  const url = URL.canParse(value) ? new URL(value) : null;
  const problem = url ? insecurity(url, environment) : 'is not an absolute URL';
  if (!url || problem)
    return { problem: `${whose} names "${withoutUserinfo(value)}" as ${name}, which ${problem}.` };
  if (!stated && !sameOrigin(url, issuer.issuer)) {
    return {
      problem:
        `${whose} names ${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name} at ${url.origin}, but the issuer is at ${new URL(issuer.issuer).origin}: ` +
        `nothing was sent there; if it is right, state it under issuers.${issuer.name}.metadata.${name}.`,
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
  const target = connectTo.get(`${url.hostname}:${url.port || '80'}`);
  if (target === undefined) return isLoopback(url.hostname);
  return isLoopback(target.replace(/:\d*$/, '').replace(/^\[|\]$/g, ''));
}
