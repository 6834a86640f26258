/** Cookies that are set: cookies.yml. What a browser makes of them is for `http/` to say. */
import { isOver, type KeptCookie, keyOf } from '../../http/cookie.ts';
import { domainOf, octets, type SetCookie } from '../../http/cookie-parse.ts';
import type { RemarkRule } from '../../http/cookie-remarks.ts';
import { withheldBy } from '../../http/cookie-send.ts';
import type { Assessed, RefusalRule } from '../../http/cookie-store.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';
import { target } from './http.ts';

/** Names of cookies that are a session or a login in progress. */
const session = /sess|(^|[._-])sid$|auth|token|jwt|login|remember|identity/i;
const notSecret = /csrf|xsrf/i;

const rules: readonly (readonly [rule: RefusalRule, check: string])[] = [
  ['size', 'cookie-size'],
  ['domain-mismatch', 'cookie-domain-match'],
  ['domain-not-ascii', 'cookie-domain-match'],
  ['public-suffix', 'cookie-public-suffix'],
  ['secure-from-http', 'cookie-secure-from-http'],
  ['samesite-none-insecure', 'cookie-samesite-none-secure'],
  ['prefix-secure', 'cookie-secure-prefix'],
  ['prefix-host', 'cookie-host-prefix'],
  ['prefix-host-http', 'cookie-host-prefix'],
];
/** Which check tells of a rule by which browsers refuse a cookie. */
export const checkOfRule: ReadonlyMap<string, string> = new Map(rules);

const attributes: Readonly<Record<string, Predicate>> = {
  'cookie-secure': each(({ cookie }, seen) =>
    isSession(cookie, seen) && seen.isHttps && !cookie.secure ? 'without Secure' : null,
  ),
  'cookie-httponly': each(({ cookie }, seen) =>
    isSession(cookie, seen) && !cookie.httpOnly ? 'without HttpOnly' : null,
  ),
  ...against('cookie-samesite-none-secure', () => 'with SameSite=None and without Secure'),
  ...against('cookie-host-prefix', () => 'with attributes that the prefix forbids'),
  ...against('cookie-secure-prefix', () => 'without Secure'),
  'cookie-prefix-case': remarked('prefix-case', 'with a prefix in another case than it is defined'),
  ...against('cookie-size', ({ name, value }) => `with ${octets(name) + octets(value)} bytes`),
  'cookie-lifetime': remarked('lifetime-cut', 'for more than 400 days'),
};

const scopes: Readonly<Record<string, Predicate>> = {
  ...against('cookie-domain-match', (parsed) => `for the Domain ${domainOf(parsed)}`),
  ...against('cookie-public-suffix', () => 'for a public suffix'),
  'cookie-path-match'(seen) {
    const to = leadsTo(seen);
    if (to === null) return null;
    const lost = seen.cookies.find(
      ({ cookie }) => !isOver(cookie, seen.midpoint) && misses(cookie, to) && misses(cookie, seen.url),
    );
    return lost
      ? `sets ${lost.cookie.name} for ${lost.cookie.path} and leads to ${to.pathname}, where it is not sent`
      : null;
    function misses(cookie: KeptCookie, url: URL): boolean {
      return withheldBy(cookie, { method: 'GET', url, initiator: null }, seen.midpoint)?.rule === 'path';
    }
  },
  ...against('cookie-secure-from-http', () => 'as Secure over plain http'),
  'cookie-duplicate-names'(seen) {
    const known = new Set<string>();
    for (const { cookie } of seen.cookies) {
      const key = keyOf(cookie);
      if (known.has(key)) return `sets ${cookie.name} twice in one answer`;
      known.add(key);
    }
    return null;
  },
  'cookie-removal-scope'({ hop: { cookies: trace } }) {
    const told = trace.remarks ?? [];
    const ends = (name: string): boolean =>
      told.some((note) => note.rule === 'removed' && note.name === name);
    const found = told.find(({ rule, name }) => rule === 'removes-nothing' && !ends(name));
    return found
      ? `takes ${found.name} back with another Domain or Path than that of the cookie, which stays`
      : null;
  },
  'cookie-callback-lax'(seen) {
    const to = leadsTo(seen);
    if (to?.searchParams.get('response_mode') !== 'form_post' || to.origin === seen.origin) return null;
    const lost = seen.cookies.find(
      ({ cookie }) =>
        cookie.sameSite !== 'none' && (isSession(cookie, seen) || /state|nonce|corr/i.test(cookie.name)),
    );
    return lost
      ? `sets ${lost.cookie.name} without SameSite=None before a form_post from another site`
      : null;
  },
};

export const cookies: Family = {
  concerns: (seen) => seen.received('set-cookie').length > 0,
  checks: { ...attributes, ...scopes },
};

/** The predicate of the first cookie of which there is one. */
function each(judge: (assessed: Assessed, seen: Seen) => string | null): Predicate {
  return (seen) => {
    for (const assessed of seen.cookies) {
      const found = judge(assessed, seen);
      if (found !== null) return `sets ${assessed.cookie.name} ${found}`;
    }
    return null;
  };
}

/** Cookies that no browser keeps, by the rules of that check. */
function against(check: string, how: (parsed: SetCookie) => string): Readonly<Record<string, Predicate>> {
  const breaks = ({ rule }: { readonly rule: RefusalRule }): boolean => checkOfRule.get(rule) === check;
  return {
    [check]: each((assessed) => (assessed.against.some(breaks) ? how(assessed.parsed) : null)),
  };
}

/** Cookies that a browser keeps otherwise than they are written. */
function remarked(rule: RemarkRule, how: string): Predicate {
  return each(({ remarks }) => (remarks.some((each) => each.rule === rule) ? how : null));
}

/** Of a redirect. */
function leadsTo(seen: Seen): URL | null {
  return seen.status >= 300 && seen.status < 400 ? target(seen) : null;
}

/** A cookie that is taken back is none. */
function isSession(cookie: KeptCookie, { midpoint }: Seen): boolean {
  const { name, value } = cookie;
  return value !== '' && !isOver(cookie, midpoint) && session.test(name) && !notSecret.test(name);
}
