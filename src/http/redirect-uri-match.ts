/** One rule of an authorization server held against a redirect URI. */
import { isIP } from 'node:net';
import { upperEscapes } from './redirect-uri-difference.ts';
import {
  defaultPort,
  isCustomScheme,
  loopbackForm,
  type UriParts,
  uriParts,
  uriText,
} from './redirect-uri-parts.ts';
import type { Acceptance, Ignored, Refusal, Refused } from './redirect-uri-rules.ts';

/** Whether `requested` is accepted in this way; its conditions about the client are not looked at. */
export function accepts(way: Acceptance, registered: readonly string[], requested: string): boolean {
  if (way.by === 'omitted') return requested === '' && registered.length === 1;
  if (requested === '') return false;
  const parts = uriParts(requested);
  if (way.schemes && !way.schemes.includes(parts.scheme?.toLowerCase() ?? '')) return false;
  if (way.except?.some((what) => refuses({ what }, requested))) return false;
  if (way.by === 'unregistered') {
    if (registered.length > 0) return false;
    return way.uris?.includes(requested) === true || isOneOf(parts.host, way.hosts ?? []);
  }
  const ignores = way.ignores ?? [];
  return registered.some((each) => {
    if (way.by === 'exact') return equal(each, requested, ignores);
    if (way.by === 'loopback-port') return onLoopback(way, uriParts(each), parts);
    if (way.by === 'prefix') return below(way, uriParts(each), parts);
    return wildcard(way.at, each, requested, ignores);
  });
}

/** Whether `requested` is what the rule turns away. */
export function refuses({ what, hosts }: Pick<Refusal, 'what' | 'hosts'>, requested: string): boolean {
  const parts = uriParts(requested);
  return tests[what](requested, parts) && !isOneOf(parts.host, hosts ?? []);
}

const tests: Readonly<Record<Refused, (uri: string, parts: UriParts) => boolean>> = {
  relative: (uri, { scheme }) => uri !== '' && scheme === null,
  // urn:ietf:wg:oauth:2.0:oob has its own meaning.
  opaque: (_uri, { scheme, authority, path }) =>
    scheme !== null && authority === null && !path.startsWith('/') && scheme.toLowerCase() !== 'urn',
  'no-host': (_uri, { scheme, host }) => defaultPort(scheme) !== null && host === '',
  fragment: (_uri, { fragment }) => fragment !== null,
  userinfo: (_uri, { userinfo }) => userinfo !== null,
  // Separators and dots may be encoded, dots twice.
  'path-traversal': (_uri, { path }) =>
    /(?:\/|%2f|%5c|\\)(?:%2e|%252e|\.){2}(?:\/|%2f|%5c|\\|;|%3b|%09|%0[ad]|%00|$)/i.test(path),
  invalid: (uri) => /[^\w.~:/?#[\]@!$&'()*+,;=%-]|%(?![0-9a-f]{2})/i.test(uri),
  http: (_uri, { scheme }) => scheme?.toLowerCase() === 'http',
  'custom-scheme': (_uri, { scheme }) => isCustomScheme(scheme),
  'script-scheme': (_uri, { scheme }) => /^(?:javascript|vbscript|data)$/i.test(scheme ?? ''),
  'loopback-name': (_uri, { host }) => loopbackForm(host) === 'localhost',
  'ip-address': (_uri, { host }) => isIP(host.replace(/^\[|\]$/g, '')) !== 0,
  wildcard: (uri) => uri.includes('*'),
};

/** `127.0.0.0/8` is all of the network, `*.localhost` all names below that one. */
function isOneOf(host: string, hosts: readonly string[]): boolean {
  const form = loopbackForm(host);
  return hosts.some((each) => {
    if (each.startsWith('*.')) return host.toLowerCase().endsWith(each.slice(1));
    if (each === '127.0.0.0/8') return form === '127.0.0.1' || form === each;
    return host.toLowerCase() === each || form === each;
  });
}

function equal(registered: string, requested: string, ignores: readonly Ignored[]): boolean {
  if (registered === requested) return true;
  if (ignores.length === 0) return false;
  const [one, other] = [tidy(registered, ignores), tidy(requested, ignores)];
  if (!ignores.includes('query-extra')) return one === other;
  const [a, b] = [uriParts(one), uriParts(other)];
  if (uriText({ ...a, query: null }) !== uriText({ ...b, query: null })) return false;
  const sent = new Set(b.query?.split('&'));
  return a.query === null || a.query.split('&').every((each) => sent.has(each));
}

/** The URI with all taken out that does not count. */
function tidy(uri: string, ignores: readonly Ignored[]): string {
  const parts = uriParts(ignores.includes('case') ? uri.toLowerCase() : uri);
  return uriText(ignores.reduce<UriParts>((done, what) => tidying[what]?.(done) ?? done, parts));
}

const tidying: { readonly [what in Ignored]?: (parts: UriParts) => UriParts } = {
  'scheme-case': (parts) => ({ ...parts, scheme: parts.scheme?.toLowerCase() ?? null }),
  userinfo: (parts) => ({ ...parts, userinfo: null }),
  'host-case': (parts) => ({ ...parts, host: parts.host.toLowerCase() }),
  'default-port': (parts) =>
    parts.port === '' || parts.port === defaultPort(parts.scheme) ? { ...parts, port: null } : parts,
  'root-slash': (parts) => (parts.path === '' ? { ...parts, path: '/' } : parts),
  'trailing-slash': (parts) =>
    parts.path.endsWith('/') ? { ...parts, path: parts.path.slice(0, -1) } : parts,
  'percent-encoding-case': (parts) => ({
    ...parts,
    path: upperEscapes(parts.path),
    query: parts.query === null ? null : upperEscapes(parts.query),
  }),
  'dot-segments': (parts) => ({ ...parts, path: withoutDots(parts.path) }),
  query: (parts) => ({ ...parts, query: null }),
  'query-order': (parts) => ({ ...parts, query: parts.query?.split('&').toSorted().join('&') ?? null }),
  fragment: (parts) => ({ ...parts, fragment: null }),
};

/** RFC 3986 section 5.2.4. */
function withoutDots(path: string): string {
  const segments = path.split('/');
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..' && kept.length > 1) kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (isLast) kept.push('');
  }
  return kept.join('/');
}

function onLoopback(
  way: Extract<Acceptance, { by: 'loopback-port' }>,
  registered: UriParts,
  requested: UriParts,
): boolean {
  if (!isOneOf(registered.host, way.hosts) || !isOneOf(requested.host, way.hosts)) return false;
  if (way.registered === 'without-port' && registered.port !== null) return false;
  if (way.schemes && !way.schemes.includes(registered.scheme?.toLowerCase() ?? '')) return false;
  const any = way.below && registered.path === '' ? { path: '', query: null, fragment: null } : {};
  const port = { port: null, ...any };
  const host = way.hostless ? { host: '', scheme: null, userinfo: null, fragment: null } : {};
  return uriText({ ...registered, ...port, ...host }) === uriText({ ...requested, ...port, ...host });
}

function below(
  { subdomains, ignores }: Extract<Acceptance, { by: 'prefix' }>,
  registered: UriParts,
  requested: UriParts,
): boolean {
  const hosts =
    registered.host === requested.host ||
    (subdomains === true && requested.host.endsWith(`.${registered.host}`));
  if (requested.query !== registered.query && !ignores?.includes('query')) return false;
  if (registered.scheme !== requested.scheme || registered.port !== requested.port || !hosts) return false;
  if (requested.userinfo !== null) return false;
  const path = registered.path.endsWith('/') ? registered.path : `${registered.path}/`;
  return `${requested.path}/`.startsWith(path);
}

type WildcardAt = Extract<Acceptance, { by: 'wildcard' }>['at'];

function wildcard(
  at: WildcardAt,
  registered: string,
  requested: string,
  ignores: readonly Ignored[],
): boolean {
  if (at === 'all') return registered === '*';
  if (at === 'end') return atEnd(registered, tidy(requested, ignores));
  if (at === 'glob') return glob(registered, requested);
  const [one, other] = [uriParts(registered), uriParts(requested)];
  const place = one.host.indexOf('*');
  if (place < 0 || (at === 'subdomains' && place > 0)) return false;
  const [before, after] = [one.host.slice(0, place), one.host.slice(place + 1)];
  // In the lowest label, with two more above it at the least.
  if (before.includes('.') || after.includes('*') || after.split('.').length < 3) return false;
  const { host } = other;
  if (host.length <= before.length + after.length) return false;
  if (!host.startsWith(before) || !host.endsWith(after)) return false;
  const middle = host.slice(before.length, host.length - after.length);
  const fits = at === 'subdomains' ? /^[\w.-]+$/.test(middle) : /^[a-z0-9-]+$/i.test(middle);
  return fits && equal(uriText({ ...one, host: '' }), uriText({ ...other, host: '' }), ignores);
}

/** A path that ends in `*`, and not a host; `/*` takes in what stands before the slash. */
function atEnd(registered: string, requested: string): boolean {
  if (registered === '*' || !registered.endsWith('*') || /[?#]/.test(registered)) return false;
  const parts = uriParts(registered);
  const prefix =
    parts.authority !== null && parts.path === '' && !/^\*$|:\*$/.test(parts.authority)
      ? `${registered.slice(0, -1)}/`
      : registered.slice(0, -1);
  return requested.startsWith(prefix) || (prefix.endsWith('/') && requested === prefix.slice(0, -1));
}

/** Longer ones are not looked at: the time is their product. */
const globLimit = 2048;

/** `**` is anything, `*` anything but a slash, `?` one character but a slash. */
function glob(pattern: string, text: string): boolean {
  if (pattern.length > 256 || text.length > globLimit) return false;
  const tokens = pattern.match(/\*\*|[\s\S]/g) ?? [];
  let reached = new Set([0]);
  for (const token of tokens) {
    const next = new Set<number>();
    for (const at of reached) {
      if (token === '**' || token === '*') {
        for (let to = at; to <= text.length; to += 1) {
          if (next.has(to) && to > at) break;
          next.add(to);
          if (token === '*' && text[to] === '/') break;
        }
      } else if (at < text.length && (token === text[at] || (token === '?' && text[at] !== '/'))) {
        next.add(at + 1);
      }
    }
    reached = next;
  }
  return reached.has(text.length);
}
