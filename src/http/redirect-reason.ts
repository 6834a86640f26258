/** Why a server most likely redirects as it does, from the two URLs and the answer. Pure; never more than likely. */
import type { RawField } from '../model.ts';
import { isInner } from './origin.ts';

export interface RedirectSeen {
  readonly from: URL;
  /** Where the Location leads. */
  readonly to: URL;
  readonly status: number;
  /** As received. */
  readonly location: string;
  readonly headers: readonly RawField[];
}
export interface RedirectReason {
  readonly id:
    | 'login'
    | 'scheme-not-forwarded'
    | 'inner-address'
    | 'https-only'
    | 'canonical-host'
    | 'port-written'
    | 'port-lost'
    | 'slash'
    | 'prefix-lost'
    | 'path-normalised';
  /** A clause: `TLS ends in front of a server that takes the request for http`. */
  readonly likely: string;
  /** What speaks for it, each a clause. */
  readonly evidence: readonly string[];
  /** What to change at the server. */
  readonly fix: string;
}
type Reason = (seen: RedirectSeen) => RedirectReason | null;

/** Null where nothing is likely: another page, or another site. */
export function redirectReason(seen: RedirectSeen): RedirectReason | null {
  for (const reason of reasons) {
    const found = reason(seen);
    if (found) return { ...found, evidence: [...found.evidence, ...sideSigns(seen, found.id)] };
  }
  return null;
}

const loginPath = /(?:^|[/_.-])(?:log-?in|sign-?in|sso|saml2?|authorize|openid-connect)(?:[/_.-]|$)/i;

function login({ from, to }: RedirectSeen): RedirectReason | null {
  if (!loginPath.test(to.pathname) || loginPath.test(from.pathname)) return null;
  return {
    id: 'login',
    likely: 'the server sends whoever it does not know to a login',
    evidence: [`the Location leads to ${to.pathname}`],
    fix: 'Let the server answer 401 to requests of programs (Accept: application/json).',
  };
}

function schemeNotForwarded(seen: RedirectSeen): RedirectReason | null {
  const { from, to } = seen;
  if (from.protocol !== 'https:' || to.protocol !== 'http:') return null;
  if (to.hostname !== from.hostname && !isInner(to.hostname)) return null;
  return {
    id: 'scheme-not-forwarded',
    likely:
      'TLS ends at a proxy in front of the server that wrote this Location, and it is not told the scheme',
    evidence: [`${from.origin} was asked, and the Location begins with ${to.origin}`, ...portSigns(seen)],
    fix: `${schemeFix(seen)} Or redirect with a Location without scheme and host (absolute_redirect off in nginx).`,
  };
}

function schemeFix({ headers }: RedirectSeen): string {
  const nginx = /^nginx/i.test(fieldOf(headers, 'server') ?? '');
  const lets =
    'Let the proxy that ends TLS send X-Forwarded-Proto: https, and let the application trust it from there';
  return nginx
    ? `${lets} (proxy_set_header X-Forwarded-Proto $scheme in nginx).`
    : `${lets} (nginx: proxy_set_header X-Forwarded-Proto $scheme; Apache httpd: RequestHeader set X-Forwarded-Proto https; haproxy: http-request set-header X-Forwarded-Proto https).`;
}

function innerAddress(seen: RedirectSeen): RedirectReason | null {
  const { from, to } = seen;
  if (to.hostname === from.hostname || !isInner(to.hostname) || isInner(from.hostname)) return null;
  return {
    id: 'inner-address',
    likely:
      'the server behind a proxy names itself as it is called inside, since it is not told the public host',
    evidence: [`the Location names ${to.host}, which is no public address`],
    fix: 'Forward Host (proxy_set_header Host $host in nginx, ProxyPreserveHost On in Apache httpd), let the proxy rewrite Location (proxy_redirect, ProxyPassReverse), or set the public base URL of the application.',
  };
}

function httpsOnly({ from, to, headers }: RedirectSeen): RedirectReason | null {
  if (from.protocol !== 'http:' || to.protocol !== 'https:' || !isSameSite(from, to)) return null;
  const hsts = fieldOf(headers, 'strict-transport-security');
  return {
    id: 'https-only',
    likely: 'the server takes https only and sends plain http there',
    evidence: [
      from.port === to.port
        ? 'only the scheme changed'
        : `the scheme changed, and the port to ${to.port || '443'}`,
      ...(hsts === null ? [] : [`strict-transport-security: ${hsts}`]),
    ],
    fix: 'Nothing at the server: ask with https at once.',
  };
}

function canonicalHost({ from, to }: RedirectSeen): RedirectReason | null {
  if (from.hostname === to.hostname) return null;
  const path = withoutSlash(from.pathname).toLowerCase() === withoutSlash(to.pathname).toLowerCase();
  const www = isSameSite(from, to);
  if (!www && !(path && related(from.hostname, to.hostname))) return null;
  return {
    id: 'canonical-host',
    likely: `${to.hostname} is the canonical host, and the server sends all other names there`,
    evidence: [
      www
        ? `only www. was ${to.hostname.length > from.hostname.length ? 'added' : 'removed'}`
        : 'the path is the same, the host is another of the same domain',
    ],
    fix: `Serve ${from.hostname} without a redirect, or ask for ${to.hostname} at once.`,
  };
}

function portChanged(seen: RedirectSeen): RedirectReason | null {
  const { from, to } = seen;
  if (from.hostname !== to.hostname || from.protocol !== to.protocol || from.port === to.port) return null;
  const evidence = [`${from.origin} was asked, and the Location names ${to.origin}`];
  if (to.port !== '' && from.port === '') {
    return {
      id: 'port-written',
      likely: 'the server writes the port on which it listens behind a proxy or a port mapping',
      evidence,
      fix: 'Leave the port out of redirects (port_in_redirect off or absolute_redirect off in nginx, ServerName with the public port in Apache httpd).',
    };
  }
  return {
    id: 'port-lost',
    likely: 'the server is not told the port that was asked for, or is served at another one',
    evidence,
    fix: 'Forward Host with its port (proxy_set_header Host $http_host in nginx, ProxyPreserveHost On in Apache httpd), or redirect with a Location without scheme and host.',
  };
}

function slash({ from, to }: Pick<RedirectSeen, 'from' | 'to'>): RedirectReason | null {
  if (from.pathname === to.pathname || withoutSlash(from.pathname) !== withoutSlash(to.pathname)) return null;
  const added = to.pathname.length > from.pathname.length;
  return {
    id: 'slash',
    likely: `the route is ${to.pathname}, ${added ? 'with' : 'without'} a trailing slash, and the server sends the other form there`,
    evidence: [`a trailing slash was ${added ? 'added' : 'removed'}`],
    fix: `Let the server take both forms, or ask for ${to.pathname}.`,
  };
}

/** Only beside another change, as applications make it: else the route has moved, as likely as not. */
function prefixLost({ from, to }: RedirectSeen): RedirectReason | null {
  const [before, after] = [withoutSlash(from.pathname), withoutSlash(to.pathname)];
  if (from.origin === to.origin && from.pathname.endsWith('/') === to.pathname.endsWith('/')) return null;
  if (after.length < 2 || before.length <= after.length || !before.endsWith(after)) return null;
  return {
    id: 'prefix-lost',
    likely: 'a proxy serves the application below a path that the application does not know',
    evidence: [`${before.slice(0, before.length - after.length)} is missing in the Location`],
    fix: 'Tell the application its prefix (X-Forwarded-Prefix, root path, script name), or let the proxy rewrite Location.',
  };
}

function pathNormalised({ from, to }: RedirectSeen): RedirectReason | null {
  if (from.pathname === to.pathname) return null;
  const how =
    from.pathname.toLowerCase() === to.pathname.toLowerCase()
      ? 'upper and lower case'
      : decoded(from.pathname) === decoded(to.pathname)
        ? 'the percent-encoding'
        : from.pathname.replace(/\/{2,}/g, '/') === to.pathname
          ? 'doubled slashes'
          : null;
  return (
    how && {
      id: 'path-normalised',
      likely: 'the server has one form of this path and sends all others there',
      evidence: [`the two paths differ in ${how} only`],
      fix: `Ask for ${to.pathname}.`,
    }
  );
}

const reasons: readonly Reason[] = [
  login,
  schemeNotForwarded,
  innerAddress,
  httpsOnly,
  canonicalHost,
  portChanged,
  slash,
  prefixLost,
  pathNormalised,
];

/** What else the redirect shows: a second change in one go, and who wrote it. */
function sideSigns({ from, to, headers }: RedirectSeen, id: RedirectReason['id']): string[] {
  const server = fieldOf(headers, 'server');
  const other = id === 'slash' || from.origin === to.origin ? null : slash({ from, to });
  return [
    ...(other ? [`${other.evidence[0]} in the same redirect`] : []),
    ...(server === null ? [] : [`server: ${server}`]),
  ];
}

function portSigns({ from, to, location }: RedirectSeen): string[] {
  const written = /^\s*http:\/\/[^/?#]*:(\d+)/i.exec(location)?.[1];
  if (written !== undefined)
    return [`the Location names port ${written}, and port ${from.port || '443'} was asked`];
  return to.hostname === from.hostname
    ? []
    : [`the Location names ${to.hostname}, which is no public address`];
}

/** The same host, `www.` aside: another address of one service. */
export function isSameSite(from: URL, to: URL): boolean {
  return from.hostname.replace(/^www\./, '') === to.hostname.replace(/^www\./, '');
}

/** One lies below the other, or both below the same name of two labels or more. */
function related(a: string, b: string): boolean {
  const parent = (name: string): string => name.slice(name.indexOf('.') + 1);
  return a.endsWith(`.${b}`) || b.endsWith(`.${a}`) || (parent(a) === parent(b) && parent(a).includes('.'));
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function fieldOf(headers: readonly RawField[], name: string): string | null {
  const found = headers.find(([field]) => field.toLowerCase() === name);
  return found ? found[1].replace(/^(.{100}).+/s, '$1…') : null;
}
