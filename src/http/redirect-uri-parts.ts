/** A redirect URI as it is written, taken apart and put together without a change: `new URL` would tidy it up. */

export interface UriParts {
  /** Without the colon; null: it is no absolute URI. */
  readonly scheme: string | null;
  /** null: there is no `//`. The host is then empty. */
  readonly authority: string | null;
  readonly userinfo: string | null;
  /** With the brackets of IPv6. */
  readonly host: string;
  /** null: there is no colon. */
  readonly port: string | null;
  readonly path: string;
  /** Without the question mark; null: there is none. */
  readonly query: string | null;
  /** Without the number sign; null: there is none. */
  readonly fragment: string | null;
}

/** RFC 3986 appendix B. Whatever the text is, `uriText` of the parts gives it back. */
export function uriParts(uri: string): UriParts {
  const [, scheme = null, authority = null, path = '', query = null, fragment = null] =
    /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(uri) ?? [];
  const at = authority?.lastIndexOf('@') ?? -1;
  const hostport = authority?.slice(at + 1) ?? '';
  const colon = hostport.startsWith('[')
    ? hostport.indexOf(':', Math.max(hostport.indexOf(']'), 0))
    : hostport.lastIndexOf(':');
  return {
    scheme,
    authority,
    userinfo: authority !== null && at >= 0 ? authority.slice(0, at) : null,
    host: colon < 0 ? hostport : hostport.slice(0, colon),
    port: colon < 0 ? null : hostport.slice(colon + 1),
    path,
    query,
    fragment,
  };
}

/** `authority` is not looked at, but for whether there is one. */
export function uriText(parts: UriParts): string {
  const { scheme, authority, userinfo, host, port, path, query, fragment } = parts;
  return [
    scheme === null ? '' : `${scheme}:`,
    authority === null ? '' : `//${userinfo === null ? '' : `${userinfo}@`}${host}`,
    authority === null || port === null ? '' : `:${port}`,
    path,
    query === null ? '' : `?${query}`,
    fragment === null ? '' : `#${fragment}`,
  ].join('');
}

/** A text in which a URI stands, without the password that the URI may have before its host. */
export function withoutPassword(text: string, { userinfo }: UriParts): string {
  const password = userinfo?.replace(/^[^:]*:?/, '') ?? '';
  return password === '' ? text : text.replaceAll(`:${password}@`, ':…@');
}

/** Of http and https. */
export function defaultPort(scheme: string | null): string | null {
  return { http: '80', https: '443' }[scheme?.toLowerCase() ?? ''] ?? null;
}

/** A scheme other than http and https: of a native app (RFC 8252 section 7.1), or a slip of the pen. */
export function isCustomScheme(scheme: string | null): boolean {
  return scheme !== null && defaultPort(scheme) === null;
}

/** `127.0.0.1`, its network, `[::1]` or the name. `host` as written. */
export function loopbackForm(host: string): 'localhost' | '127.0.0.1' | '127.0.0.0/8' | '[::1]' | null {
  const name = host.toLowerCase();
  if (name === 'localhost' || name === '127.0.0.1') return name;
  if (name === '[::1]' || name === '[0:0:0:0:0:0:0:1]') return '[::1]';
  return /^127(?:\.\d{1,3}){3}$/.test(name) ? '127.0.0.0/8' : null;
}
