/** Which cookies of a jar go with a request, and why each other stays behind (RFC 6265bis section 5.8.3). */
import { pathMatch } from 'tough-cookie';
import {
  type CookieRequest,
  type CookieRule,
  isOver,
  isSameSite,
  type KeptCookie,
  partitions,
  retrieval,
  ruleOf,
  topLevelSite,
} from './cookie.ts';
import { domainMatches, hostOf } from './cookie-site.ts';

export type WithheldRule =
  | 'host-only'
  | 'domain'
  | 'path'
  | 'secure'
  | 'expired'
  | 'samesite-strict'
  | 'samesite-lax'
  | 'samesite-default'
  | 'partitioned';

/** Methods that Lax lets pass (RFC 9110 section 9.2.1). */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
/** Milliseconds in which a cookie without SameSite goes with a form of another site too (section 5.6.7.2). */
const laxAllowingUnsafe = 120_000;

/** Null where it is sent. `now`: milliseconds since the epoch. */
export function withheldBy(
  cookie: KeptCookie,
  request: CookieRequest,
  now: number,
): CookieRule<WithheldRule> | null {
  const against =
    ruleOfPlace(cookie, request.url) ?? ruleOfTime(cookie, now) ?? ruleOfSite(cookie, request, now);
  if (against === null) return null;
  const [rule, sentence, section = retrieval] = against;
  return ruleOf(cookie.name, rule, section, sentence);
}

type Against = readonly [rule: WithheldRule, sentence: string, section?: string] | null;

function ruleOfPlace({ hostOnly, domain, path, secure }: KeptCookie, url: URL): Against {
  const host = hostOf(url);
  if (hostOnly && host !== domain) return ['host-only', `It has no Domain: it goes to ${domain} only`];
  if (!hostOnly && !domainMatches(host, domain)) return ['domain', `Its Domain is ${domain}`];
  if (!pathMatch(url.pathname, path)) return ['path', `Its Path is ${path}`];
  return secure && url.protocol !== 'https:'
    ? ['secure', 'It is Secure, and the request goes over plain http']
    : null;
}

function ruleOfTime({ expires }: KeptCookie, now: number): Against {
  return expires !== null && isOver({ expires }, now)
    ? ['expired', `It expired at ${new Date(Math.max(0, expires)).toISOString()}`]
    : null;
}

function ruleOfSite(cookie: KeptCookie, request: CookieRequest, now: number): Against {
  const { partition, sameSite, created } = cookie;
  if (partition !== null && partition !== topLevelSite(request))
    return ['partitioned', `It is Partitioned and belongs to pages of ${partition}`, partitions];
  if (sameSite === 'none' || isSameSite(request)) return null;
  const from = request.initiator?.page
    ? `comes from a page of ${request.initiator.page.origin}`
    : 'comes from another site';
  if (sameSite === 'strict') return ['samesite-strict', `It is SameSite=Strict, and the request ${from}`];
  const topLevel = request.initiator?.topLevel ?? true;
  const how = topLevel ? `is a ${request.method} that ${from}` : `${from} and is no navigation`;
  if (topLevel && safe.has(request.method)) return null;
  if (sameSite === 'lax') return ['samesite-lax', `It is SameSite=Lax, and the request ${how}`];
  if (topLevel && now - created <= laxAllowingUnsafe) return null;
  const late = topLevel ? ' more than two minutes after it was set' : '';
  return ['samesite-default', `It has no SameSite, which counts as Lax, and the request ${how}${late}`];
}

/** Longer paths first, then those that were set first. `cookies` in the order in which they were set. */
export function inOrder(cookies: readonly KeptCookie[]): KeptCookie[] {
  return [...cookies].sort((a, b) => b.path.length - a.path.length);
}
