/** Metadata of authorization servers and resources, and their keys: discovery.yml, a part of bearer.yml. */

import { isLoopback } from '../../http/origin.ts';
import { isUrl } from '../../http/url.ts';
import type { Json, JsonMap } from '../../model.ts';
import { isMap } from '../../source.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';

const openid = [
  'issuer',
  'authorization_endpoint',
  'jwks_uri',
  'response_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
];
const oauth = ['issuer', 'response_types_supported'];

const documents: Readonly<Record<string, Predicate>> = {
  'metadata-published': (seen) => (seen.status === 404 ? 'publishes no metadata at this place' : null),
  'metadata-content-type': (seen) =>
    seen.status === 200 && seen.members && seen.mediaType !== 'application/json'
      ? `sends metadata as ${seen.mediaType || 'content of no type'}`
      : null,
  'issuer-identical'(seen) {
    const named = metadata(seen)?.['issuer'];
    if (typeof named !== 'string') return null;
    const asked = askedIssuers(seen);
    return asked.includes(named) ? null : `names the issuer ${named}, and ${asked[0]} was asked`;
  },
  'issuer-https'(seen) {
    const named = metadata(seen)?.['issuer'];
    if (typeof named !== 'string' || !isUrl(named)) return null;
    const { protocol, hostname, search, hash } = new URL(named);
    if (search !== '' || hash !== '') return `has an issuer with a query or a fragment`;
    return protocol !== 'https:' && !isLoopback(hostname)
      ? `names the issuer ${named}, which is not https`
      : null;
  },
  'metadata-required'(seen) {
    const members = metadata(seen);
    if (!members) return null;
    const names = seen.url.pathname.includes('openid-configuration') ? openid : oauth;
    const missing = names.filter((name) => members[name] === undefined);
    return missing.length === 0 ? null : `leaves ${missing.join(', ')} out of its metadata`;
  },
  'metadata-endpoint-host'(seen) {
    const own = new Set(originsOf(seen, true));
    const others = new Set(originsOf(seen, false));
    const found = endpoints(seen).find(([, url]) => !own.has(url.origin) && others.has(url.origin));
    return found ? `names ${found[0]} at ${found[1].origin}, which is of another environment` : null;
  },
  'metadata-endpoint-https'(seen) {
    const found = endpoints(seen).find(
      ([, { protocol, hostname }]) => protocol === 'http:' && !isLoopback(hostname),
    );
    return found && seen.isHttps ? `names ${found[0]} at ${found[1].origin}` : null;
  },
  'pkce-supported'(seen) {
    const members = metadata(seen);
    if (!members || typeof members['authorization_endpoint'] !== 'string') return null;
    const methods = members['code_challenge_methods_supported'];
    return Array.isArray(methods) && methods.includes('S256')
      ? null
      : 'does not say that it knows PKCE with S256';
  },
};

const keySets: Readonly<Record<string, Predicate>> = {
  'jwks-reachable'(seen) {
    if (seen.status !== 200) return `answered ${seen.status || 'nothing'} at jwks_uri`;
    const keys = seen.members?.['keys'];
    if (!Array.isArray(keys)) return 'gives no key set at jwks_uri';
    return keys.length === 0 ? 'gives an empty key set' : null;
  },
  'jwks-kid-unique'(seen) {
    const kids = keys(seen).map((key) => `${String(key['kid'])} ${String(key['kty'])}`);
    const twice = kids.find((kid, index) => !kid.startsWith('undefined ') && kids.indexOf(kid) !== index);
    return twice ? `has two keys with the kid ${twice.split(' ')[0]}` : null;
  },
  'jwks-private'(seen) {
    const found = keys(seen).find((key) => ['d', 'p', 'q', 'k'].some((name) => key[name] !== undefined));
    return found ? `publishes a private key (kid ${String(found['kid'] ?? 'none')})` : null;
  },
  'jwks-use': (seen) =>
    keys(seen).length > 0 && keys(seen).every((key) => key['use'] === 'enc')
      ? 'has no key for signatures in its key set'
      : null,
  'jwks-rsa-size'(seen) {
    const short = keys(seen).find((key) => key['kty'] === 'RSA' && bits(key['n']) < 2048);
    return short
      ? `has an RSA key of ${bits(short['n'])} bits (kid ${String(short['kid'] ?? 'none')})`
      : null;
  },
};

const resources: Readonly<Record<string, Predicate>> = {
  'prm-resource'(seen) {
    const named = seen.isSuccess ? seen.members?.['resource'] : undefined;
    if (typeof named !== 'string') return null;
    const path = seen.url.pathname.replace(/\/\.well-known\/oauth-protected-resource/, '');
    const same = isUrl(named) && trimmed(new URL(named).href) === trimmed(`${seen.origin}${path}`);
    return same ? null : `names the resource ${named}`;
  },
  'prm-issuers'(seen) {
    const named = seen.isSuccess ? seen.members?.['authorization_servers'] : undefined;
    const issuers = [...seen.environment.issuers.values()].map(({ issuer }) => issuer);
    if (!Array.isArray(named) || issuers.length === 0) return null;
    return named.some((each: Json) => typeof each === 'string' && issuers.includes(each))
      ? null
      : `names the authorization servers ${named.map(String).join(', ')}, none of this environment`;
  },
};

export const serverMetadata: Family = {
  concerns: (seen) => seen.endpoint === 'metadata' && seen.response !== null,
  checks: documents,
};
export const keySet: Family = {
  concerns: (seen) => seen.endpoint === 'jwks' && seen.response !== null,
  checks: keySets,
};
export const resourceMetadata: Family = {
  concerns: (seen) => seen.endpoint === 'protected-resource',
  checks: resources,
};

export function metadata(seen: Seen): JsonMap | null {
  return seen.status === 200 ? seen.members : null;
}

function keys(seen: Seen): readonly { readonly [key: string]: Json }[] {
  const list = seen.status === 200 ? seen.members?.['keys'] : null;
  return Array.isArray(list) ? (list as readonly Json[]).filter(isMap) : [];
}

function bits(modulus: Json | undefined): number {
  if (typeof modulus !== 'string') return Number.NaN;
  const bytes = Buffer.from(modulus, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24;
}

/** The issuers whose document stands at this URL: the path before or behind the well-known part. */
function askedIssuers(seen: Seen): string[] {
  const [before = '', behind = ''] = seen.url.pathname.split(/\/\.well-known\/[^/]+/);
  const path = `${before}${behind}`;
  return [`${seen.origin}${path}`, `${seen.origin}${path}/`];
}

function endpoints(seen: Seen): readonly (readonly [string, URL])[] {
  const members = Object.entries(metadata(seen) ?? {});
  return members.flatMap(([name, value]) =>
    (name.endsWith('_endpoint') || name === 'jwks_uri') && typeof value === 'string' && isUrl(value)
      ? [[name, new URL(value)] as const]
      : [],
  );
}

/** Origins of issuers: of this environment, or of the others. */
function originsOf(seen: Seen, own: boolean): string[] {
  return seen.known.environments
    .filter(({ name }) => (name === seen.environment.name) === own)
    .flatMap(({ issuers }) => [...issuers.values()])
    .filter(({ issuer }) => isUrl(issuer))
    .map(({ issuer }) => new URL(issuer).origin);
}

function trimmed(url: string): string {
  return url.replace(/\/$/, '');
}
