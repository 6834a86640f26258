/** Cookies that are set: cookies.yml. */
import type { SetCookie } from '../../http/cookie-parse.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';
import { target } from './http.ts';

const longest = 4096;
const mostSeconds = 400 * 86_400;
/** Names of cookies that are a session or a login in progress. */
const session = /sess|(^|[._-])sid$|auth|token|jwt|login|remember|identity/i;
const notSecret = /csrf|xsrf/i;

const attributes: Readonly<Record<string, Predicate>> = {
  'cookie-secure': each((cookie, seen) =>
    isSession(cookie) && seen.isHttps && !cookie.attributes.has('secure')
      ? `sets ${cookie.name} without Secure`
      : null,
  ),
  'cookie-httponly': each((cookie) =>
    isSession(cookie) && !cookie.attributes.has('httponly') ? `sets ${cookie.name} without HttpOnly` : null,
  ),
  'cookie-samesite-none-secure': each((cookie) =>
    sameSite(cookie) === 'none' && !cookie.attributes.has('secure')
      ? `sets ${cookie.name} with SameSite=None and without Secure`
      : null,
  ),
  'cookie-host-prefix': each((cookie) => {
    if (!cookie.name.toLowerCase().startsWith('__host-')) return null;
    const { attributes: has } = cookie;
    const right = has.has('secure') && has.get('path') === '/' && !has.has('domain');
    return right ? null : `sets ${cookie.name} with attributes that the prefix forbids`;
  }),
  'cookie-secure-prefix': each((cookie) =>
    cookie.name.toLowerCase().startsWith('__secure-') && !cookie.attributes.has('secure')
      ? `sets ${cookie.name} without Secure`
      : null,
  ),
  'cookie-prefix-case': each((cookie) =>
    /^__(host|secure)-/i.test(cookie.name) && !/^__(Host|Secure)-/.test(cookie.name)
      ? `sets ${cookie.name}, whose prefix is written in another case`
      : null,
  ),
  'cookie-size': each((cookie) => {
    const bytes = Buffer.byteLength(cookie.name) + Buffer.byteLength(cookie.value);
    return bytes > longest ? `sets ${cookie.name} with ${bytes} bytes` : null;
  }),
  'cookie-lifetime': each((cookie, seen) => {
    const age = cookie.attributes.get('max-age');
    const until = Date.parse(cookie.attributes.get('expires') ?? '');
    const seconds = age === undefined ? (until - seen.midpoint) / 1000 : Number(age);
    return seconds > mostSeconds + 86_400 ? `sets ${cookie.name} for more than 400 days` : null;
  }),
};

const scopes: Readonly<Record<string, Predicate>> = {
  'cookie-domain-match': each((cookie, seen) => {
    const domain = (cookie.attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase();
    const host = seen.url.hostname;
    if (domain === '' || host === domain || host.endsWith(`.${domain}`)) return null;
    return `sets ${cookie.name} for the Domain ${domain}`;
  }),
  'cookie-public-suffix'(seen) {
    const refused = seen.hop.cookies.refused.find(({ rule }) => rule === 'public-suffix');
    return refused ? `sets ${refused.name} for a public suffix` : null;
  },
  'cookie-path-match'(seen) {
    const to = seen.status >= 300 && seen.status < 400 ? target(seen) : null;
    if (to?.hostname !== seen.url.hostname) return null;
    const lost = seen.cookies.find(({ attributes: has }) => {
      const path = has.get('path') ?? '';
      const taken = has.get('max-age') === '0' || has.get('expires')?.includes('1970');
      return path.startsWith('/') && !taken && !covers(path, to.pathname) && !covers(path, seen.url.pathname);
    });
    return lost
      ? `sets ${lost.name} for ${lost.attributes.get('path')} and leads to ${to.pathname}, where it is not sent`
      : null;
  },
  'cookie-secure-from-http': each((cookie, seen) =>
    !seen.isHttps && cookie.attributes.has('secure') ? `sets ${cookie.name} as Secure over plain http` : null,
  ),
  'cookie-duplicate-names'(seen) {
    const names = seen.cookies.map(({ name, attributes: has }) =>
      [name, has.get('domain') ?? '', has.get('path') ?? ''].join(' '),
    );
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    return twice === undefined ? null : `sets ${twice.split(' ')[0]} twice in one answer`;
  },
  'cookie-callback-lax'(seen) {
    const to = seen.status >= 300 && seen.status < 400 ? target(seen) : null;
    if (to?.searchParams.get('response_mode') !== 'form_post' || to.origin === seen.origin) return null;
    const lost = seen.cookies.find(
      (cookie) => sameSite(cookie) !== 'none' && (isSession(cookie) || /state|nonce|corr/i.test(cookie.name)),
    );
    return lost ? `sets ${lost.name} without SameSite=None before a form_post from another site` : null;
  },
};

export const cookies: Family = {
  concerns: (seen) => seen.received('set-cookie').length > 0,
  checks: { ...attributes, ...scopes },
};

function each(judge: (cookie: SetCookie, seen: Seen) => string | null): Predicate {
  return (seen) => {
    for (const cookie of seen.cookies) {
      const found = judge(cookie, seen);
      if (found !== null) return found;
    }
    return null;
  };
}

/** A cookie that is taken back is none. */
function isSession({ name, value, attributes: has }: SetCookie): boolean {
  const over = /^(0|-\d+)$/.test(has.get('max-age') ?? '') || (has.get('expires') ?? '').includes('1970');
  return value !== '' && !over && session.test(name) && !notSecret.test(name);
}

function sameSite({ attributes: has }: SetCookie): string {
  return (has.get('samesite') ?? '').toLowerCase();
}

/** RFC 6265bis section 5.1.4. */
function covers(path: string, requested: string): boolean {
  return requested === path || requested.startsWith(path.endsWith('/') ? path : `${path}/`);
}
