/** In what two redirect URIs differ, as they are written. */
import { domainToASCII } from 'node:url';
import { defaultPort, isCustomScheme, loopbackForm, type UriParts, uriParts } from './redirect-uri-parts.ts';

export type UriComponent =
  | 'white-space'
  | 'scheme'
  | 'scheme-case'
  | 'custom-scheme'
  | 'userinfo'
  | 'host'
  | 'host-case'
  | 'www'
  | 'loopback'
  | 'idn'
  | 'slashes'
  | 'port'
  | 'default-port'
  | 'path'
  | 'path-case'
  | 'trailing-slash'
  | 'percent-encoding'
  | 'percent-encoding-case'
  | 'query'
  | 'query-missing'
  | 'query-extra'
  | 'query-order'
  | 'query-value'
  | 'fragment';

export interface UriDifference {
  readonly component: UriComponent;
  /** After "differs in": `the slash at the end`. */
  readonly words: string;
  /** That part as it is registered; empty where it is not there. */
  readonly registered: string;
  readonly requested: string;
}

/** None where the two are equal; in the order in which they stand in the URI. */
export function uriDifferences(registered: string, requested: string): readonly UriDifference[] {
  if (registered === requested) return [];
  const bare = [withoutSpace(registered), withoutSpace(requested)] as const;
  const spaced = bare[0] !== registered || bare[1] !== requested;
  const [a, b] = [uriParts(bare[0]), uriParts(bare[1])];
  if (a.scheme === b.scheme && isCustomScheme(a.scheme) && sameButSlashes(bare[0], bare[1]))
    return [difference('slashes', 'the slashes after the scheme', registered, requested)];
  const found = [
    ...(spaced && bare[0].length - bare[1].length !== registered.length - requested.length
      ? [difference('white-space', 'white space', registered, requested)]
      : []),
    ...schemes(a, b),
    ...text('userinfo', 'the user name before the host', a.userinfo, b.userinfo),
    ...hosts(a.host, b.host),
    ...ports(a, b),
    ...paths(a.path, b.path),
    ...queries(a.query, b.query),
    ...text('fragment', 'the fragment', a.fragment, b.fragment),
  ];
  if (found.length > 0) return found;
  // Spaces at other places, or `//` without a host.
  return spaced
    ? [difference('white-space', 'white space', registered, requested)]
    : [difference('host', 'the host', registered, requested)];
}

/** Where the two part: the first place, from 0, at which they are not the same; null: they are equal. */
export function partsAt(registered: string, requested: string): number | null {
  if (registered === requested) return null;
  const end = Math.min(registered.length, requested.length);
  for (let at = 0; at < end; at += 1) if (registered[at] !== requested[at]) return at;
  return end;
}

/** `app:/callback`, `app://callback`. */
function sameButSlashes(a: string, b: string): boolean {
  const bare = (uri: string): string => uri.replace(/:\/*/, ':');
  return a !== b && bare(a) === bare(b);
}

/** A space within may be one that is to be escaped. */
function withoutSpace(uri: string): string {
  return uri.trim().replace(/[\r\n\t]/g, '');
}

function difference(
  component: UriComponent,
  words: string,
  registered: string | null,
  requested: string | null,
): UriDifference {
  return { component, words, registered: registered ?? '', requested: requested ?? '' };
}

function text(
  component: UriComponent,
  words: string,
  a: string | null,
  b: string | null,
): readonly UriDifference[] {
  return a === b ? [] : [difference(component, words, a, b)];
}

function schemes({ scheme: a }: UriParts, { scheme: b }: UriParts): readonly UriDifference[] {
  if (a === b) return [];
  if (a?.toLowerCase() === b?.toLowerCase())
    return [difference('scheme-case', 'the case of the scheme', a, b)];
  const custom = isCustomScheme(a) || isCustomScheme(b);
  return [difference(custom ? 'custom-scheme' : 'scheme', 'the scheme', a, b)];
}

function hosts(a: string, b: string): readonly UriDifference[] {
  if (a === b) return [];
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  if (one === other) return [difference('host-case', 'the case of the host', a, b)];
  if (loopbackForm(a) && loopbackForm(b)) return [difference('loopback', `${a} and ${b}`, a, b)];
  if (one === `www.${other}` || other === `www.${one}`) return [difference('www', 'www.', a, b)];
  if (isShort(one, other) && domainToASCII(one) !== '' && domainToASCII(one) === domainToASCII(other))
    return [difference('idn', 'the spelling of the international host name', a, b)];
  return [difference('host', 'the host', a, b)];
}

/** DNS knows no longer ones; `domainToASCII` would not be linear. */
function isShort(...names: readonly string[]): boolean {
  return names.every((name) => name.length <= 255);
}

function ports(a: UriParts, b: UriParts): readonly UriDifference[] {
  if (a.port === b.port) return [];
  const [one, other] = [a.port || defaultPort(a.scheme), b.port || defaultPort(b.scheme)];
  const same = one !== null && one === other && a.scheme?.toLowerCase() === b.scheme?.toLowerCase();
  return same
    ? [difference('default-port', 'the default port written out', a.port, b.port)]
    : [difference('port', 'the port', a.port, b.port)];
}

function paths(a: string, b: string): readonly UriDifference[] {
  if (a === b) return [];
  if (a === `${b}/` || b === `${a}/`) return [difference('trailing-slash', 'a slash at the end', a, b)];
  const found = escapes(a, b);
  if (found) return [found];
  const [one, other] = [bareEnd(a), bareEnd(b)];
  if (one.toLowerCase() === other.toLowerCase()) {
    const cased = difference('path-case', 'the case of the path', a, b);
    const slash = difference('trailing-slash', 'a slash at the end', a, b);
    return a.length === b.length ? [cased] : [cased, slash];
  }
  return [difference('path', 'the path', a, b)];
}

function bareEnd(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function escapes(a: string, b: string): UriDifference | null {
  if (upperEscapes(a) === upperEscapes(b))
    return difference('percent-encoding-case', 'the case of a percent-encoding', a, b);
  const [one, other] = [decoded(a), decoded(b)];
  return one !== null && one === other ? difference('percent-encoding', 'percent-encoding', a, b) : null;
}

export function upperEscapes(part: string): string {
  return part.replace(/%[0-9a-f]{2}/gi, (each) => each.toUpperCase());
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function queries(a: string | null, b: string | null): readonly UriDifference[] {
  if (a === b) return [];
  if (a === null) return [difference('query-extra', 'a query that is not registered', a, b)];
  if (b === null) return [difference('query-missing', 'the query, which is missing', a, b)];
  const [one, other] = [a.split('&'), b.split('&')];
  if (sorted(one) === sorted(other)) return [difference('query-order', 'the order of the query', a, b)];
  const found = escapes(a, b);
  if (found) return [found];
  const [left, right] = [new Map(one.map(pair)), new Map(other.map(pair))];
  const missing = [...left.keys()].filter((name) => !right.has(name));
  const extra = [...right.keys()].filter((name) => !left.has(name));
  const changed = [...left].filter(([name, value]) => right.has(name) && right.get(name) !== value);
  const some = [
    ...missing.map((name) =>
      difference('query-missing', `the parameter ${shown(name)}, which is missing`, name, ''),
    ),
    ...extra.map((name) =>
      difference('query-extra', `the parameter ${shown(name)}, which is not registered`, '', name),
    ),
    ...changed.map(([name, value]) =>
      difference('query-value', `the value of the parameter ${shown(name)}`, value, right.get(name) ?? ''),
    ),
  ];
  return some.length > 0 ? some.slice(0, most) : [difference('query', 'the query', a, b)];
}

/** More are not told. */
const most = 8;

function pair(parameter: string): [string, string] {
  const at = parameter.indexOf('=');
  return at < 0 ? [parameter, ''] : [parameter.slice(0, at), parameter.slice(at + 1)];
}

function sorted(parameters: readonly string[]): string {
  return parameters.toSorted().join('&');
}

function shown(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}
