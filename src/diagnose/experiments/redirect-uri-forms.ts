/** Near variants of a redirect_uri: what is registered often differs in one of these, and is compared as a string. */
import { isUrl } from '../../http/url.ts';

export interface Variant {
  readonly redirect_uri: string;
  /** How it differs. */
  readonly differs: string;
}

/** RFC 9700 section 4.1.3: simple string comparison. The likelier slips first; at most one factor each. */
export function variantsOf(redirect_uri: string): readonly Variant[] {
  if (!isUrl(redirect_uri)) return [];
  const url = new URL(redirect_uri);
  const authority = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i.exec(redirect_uri);
  if (!authority) return [];
  const [start, scheme = '', host = ''] = authority;
  const rest = redirect_uri.slice(start.length);
  const [path = '', query] = split(rest, '?');
  const tail = query === null ? '' : `?${query}`;
  const all: Variant[] = [
    { differs: 'a slash at the end', redirect_uri: `${start}${slashed(path)}${tail}` },
    { differs: 'the scheme', redirect_uri: `${otherScheme(scheme)}${host}${rest}` },
    { differs: 'www.', redirect_uri: `${scheme}${withWww(host)}${rest}` },
    { differs: 'localhost and 127.0.0.1', redirect_uri: `${scheme}${otherLoopback(host)}${rest}` },
    { differs: 'the port', redirect_uri: `${scheme}${otherPort(host, url)}${rest}` },
    { differs: 'the case of the path', redirect_uri: `${start}${otherCase(path)}${tail}` },
    { differs: 'the query', redirect_uri: `${start}${path}` },
    { differs: 'the case of the host', redirect_uri: `${scheme}${host.toLowerCase()}${rest}` },
    { differs: 'percent-encoding', redirect_uri: `${start}${otherEncoding(path)}${tail}` },
  ];
  const seen = new Set([redirect_uri]);
  return all.filter((variant) => {
    const isNew = !seen.has(variant.redirect_uri) && isUrl(variant.redirect_uri);
    seen.add(variant.redirect_uri);
    return isNew;
  });
}

/** How two of them differ, where it is one of the near ways; null where they have little to do with each other. */
export function nearness(a: string, b: string): string | null {
  return variantsOf(a).find(({ redirect_uri }) => redirect_uri === b)?.differs ?? null;
}

function split(text: string, at: string): [string, string | null] {
  const place = text.indexOf(at);
  return place < 0 ? [text, null] : [text.slice(0, place), text.slice(place + 1)];
}

function slashed(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
}

function otherScheme(scheme: string): string {
  if (/^https:/i.test(scheme)) return 'http://';
  return /^http:/i.test(scheme) ? 'https://' : scheme;
}

function withWww(host: string): string {
  if (/^www\./i.test(host)) return host.slice(4);
  return /^[a-z][\w-]*(?:\.[\w-]+)+/i.test(host) ? `www.${host}` : host;
}

function otherLoopback(host: string): string {
  return host.startsWith('localhost')
    ? host.replace('localhost', '127.0.0.1')
    : host.replace(/^127\.0\.0\.1/, 'localhost');
}

/** The default port written out or left out; any other left out. */
function otherPort(host: string, url: URL): string {
  if (/:\d+$/.test(host)) return host.replace(/:\d+$/, '');
  return url.protocol === 'https:' ? `${host}:443` : url.protocol === 'http:' ? `${host}:80` : host;
}

function otherCase(path: string): string {
  return path === path.toLowerCase()
    ? path.replace(/\/([a-z])/g, (_, letter: string) => `/${letter.toUpperCase()}`)
    : path.toLowerCase();
}

function otherEncoding(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    return decoded === path ? path.split('/').map(encodeURIComponent).join('/') : decoded;
  } catch {
    return path;
  }
}
