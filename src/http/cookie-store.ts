/** Whether a browser keeps a cookie (RFC 6265bis section 5.7), and what it changes in it. Loopback is no exception for Secure. */
import { defaultPath, pathMatch } from 'tough-cookie';
import {
  type CookieRequest,
  type CookieRule,
  isOver,
  isSameSite,
  type KeptCookie,
  partitions,
  ruleOf,
  storageModel,
  topLevelSite,
} from './cookie.ts';
import {
  domainOf,
  expiresOf,
  longestCookie,
  maxAgeOf,
  octets,
  parseSetCookie,
  type SetCookie,
  sameSiteOf,
} from './cookie-parse.ts';
import { type RemarkRule, remarksOn } from './cookie-remarks.ts';
import { domainMatches, hostOf, isPublicSuffix } from './cookie-site.ts';
import { isLoopback } from './origin.ts';

export type RefusalRule =
  | 'control-character'
  | 'size'
  | 'empty'
  | 'domain-not-ascii'
  | 'public-suffix'
  | 'domain-mismatch'
  | 'secure-from-http'
  | 'hides-secure'
  | 'cross-site'
  | 'samesite-none-insecure'
  | 'partitioned-insecure'
  | 'prefix-secure'
  | 'prefix-host'
  | 'prefix-http'
  | 'prefix-host-http'
  | 'prefix-in-value';

export interface Judged {
  /** What is kept; null where nothing is. One that is over already ends the cookie that was kept before. */
  readonly cookie: KeptCookie | null;
  readonly refused: CookieRule<RefusalRule> | null;
  /** What was read otherwise than it was written. */
  readonly remarks: readonly CookieRule<RemarkRule>[];
}

/** A Set-Cookie field, with all that is to be said of it. */
export interface Assessed {
  readonly parsed: SetCookie;
  /** What a browser would keep if no rule were against it. */
  readonly cookie: KeptCookie;
  /** In the order of the standard: a browser names the first. */
  readonly against: readonly CookieRule<RefusalRule>[];
  readonly remarks: readonly CookieRule<RemarkRule>[];
}

/** `now`: milliseconds since the epoch. `kept`: the cookies of the jar. Linear in the line, for any line. */
export function assessSetCookie(
  line: string,
  request: CookieRequest,
  now: number,
  kept: readonly KeptCookie[] = [],
): Assessed {
  const parsed = parseSetCookie(line);
  const cookie = cookieOf(parsed, request, now);
  const live = kept.filter((old) => old.name === parsed.name && !isOver(old, now));
  const against = [
    ruleAgainstLine(line, parsed),
    ruleAgainstDomain(parsed, request.url),
    ruleAgainstSecure(cookie, request.url, live),
    ruleAgainstSite(cookie, parsed, request),
    ruleAgainstName(cookie, parsed),
  ].flatMap((rule) => (rule ? [ruleOf(parsed.name, ...rule)] : []));
  return { parsed, cookie, against, remarks: remarksOn(parsed, cookie, request, now, live) };
}

/** As a browser decides, by the first rule that is against it. */
export function judgeSetCookie(
  line: string,
  request: CookieRequest,
  now: number,
  kept: readonly KeptCookie[] = [],
): Judged {
  const { cookie, against, remarks } = assessSetCookie(line, request, now, kept);
  const [refused = null] = against;
  return refused ? { cookie: null, refused, remarks: [] } : { cookie, refused: null, remarks };
}

type Against = readonly [rule: RefusalRule, section: string, sentence: string] | null;

function ruleAgainstLine(line: string, { name, value }: SetCookie): Against {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it looks for.
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line))
    return ['control-character', 'RFC 6265bis section 5.6', 'Its line holds a control character'];
  if (octets(name) + octets(value) > longestCookie)
    return ['size', 'RFC 6265bis section 5.6', `Its name and value are longer than ${longestCookie} bytes`];
  return name === '' && value === '' ? ['empty', storageModel, 'It has no name and no value'] : null;
}

function ruleAgainstDomain(parsed: SetCookie, url: URL): Against {
  const domain = domainOf(parsed);
  const host = hostOf(url);
  // A dot alone names no host, and is not the same as no Domain.
  if (domain === '' && parsed.attributes.get('domain') === '.')
    return ['domain-mismatch', storageModel, `Its Domain "." does not match the host "${host}"`];
  if (domain === '') return null;
  if (!isAscii(domain))
    return ['domain-not-ascii', storageModel, `Its Domain "${domain}" is not written in ASCII`];
  if (domain !== host && isPublicSuffix(domain))
    return ['public-suffix', storageModel, `Its Domain "${domain}" is a public suffix`];
  return domainMatches(host, domain)
    ? null
    : ['domain-mismatch', storageModel, `Its Domain "${domain}" does not match the host "${host}"`];
}

function ruleAgainstSecure(cookie: KeptCookie, url: URL, kept: readonly KeptCookie[]): Against {
  if (url.protocol === 'https:') return null;
  if (cookie.secure) {
    const how = isLoopback(url.hostname) ? ', which some browsers allow on loopback' : '';
    return ['secure-from-http', storageModel, `It is Secure and came over plain http${how}`];
  }
  const hidden = kept.some(
    (old) =>
      old.secure &&
      (domainMatches(old.domain, cookie.domain) || domainMatches(cookie.domain, old.domain)) &&
      pathMatch(cookie.path, old.path),
  );
  return hidden
    ? [
        'hides-secure',
        storageModel,
        'It would hide a Secure cookie of the same name and came over plain http',
      ]
    : null;
}

function ruleAgainstSite(cookie: KeptCookie, { attributes }: SetCookie, request: CookieRequest): Against {
  const { sameSite, secure } = cookie;
  const shown = request.initiator === null || request.initiator.topLevel;
  if (sameSite !== 'none' && !shown && !isSameSite(request)) {
    const how =
      sameSite === 'default' ? 'It has no SameSite=None' : `It is SameSite=${attributes.get('samesite')}`;
    return ['cross-site', storageModel, `${how} and came in a request from another site`];
  }
  if (sameSite === 'none' && !secure)
    return ['samesite-none-insecure', storageModel, 'It is SameSite=None and not Secure'];
  if (attributes.has('partitioned') && !secure)
    return ['partitioned-insecure', partitions, 'It is Partitioned and not Secure'];
  return null;
}

const newPrefixes = 'draft-ietf-httpbis-layered-cookies section 5.4.3';

/** Prefixes are compared without regard to case (section 5.4). */
function ruleAgainstName(cookie: KeptCookie, { attributes }: SetCookie): Against {
  const name = cookie.name.toLowerCase();
  const { secure, httpOnly } = cookie;
  const host = secure && cookie.hostOnly && attributes.has('path') && cookie.path === '/';
  if (name.startsWith('__secure-') && !secure)
    return [
      'prefix-secure',
      'RFC 6265bis section 4.1.3.1',
      'Its name begins with __Secure- and it is not Secure',
    ];
  if (name.startsWith('__host-') && !host)
    return [
      'prefix-host',
      'RFC 6265bis section 4.1.3.2',
      'Its name begins with __Host-, which needs Secure, no Domain, and Path=/',
    ];
  if (name.startsWith('__http-') && !(secure && httpOnly))
    return ['prefix-http', newPrefixes, 'Its name begins with __Http-, which needs Secure and HttpOnly'];
  if (name.startsWith('__host-http-') && !(host && httpOnly))
    return [
      'prefix-host-http',
      newPrefixes,
      'Its name begins with __Host-Http-, which needs Secure, HttpOnly, no Domain, and Path=/',
    ];
  if (name === '' && /^__(?:secure|host|http|host-http)-/i.test(cookie.value))
    return ['prefix-in-value', storageModel, 'It has no name, and its value begins as a prefixed name does'];
  return null;
}

function cookieOf(parsed: SetCookie, request: CookieRequest, now: number): KeptCookie {
  const { url } = request;
  const { name, value, attributes } = parsed;
  const host = hostOf(url);
  const domain = domainOf(parsed);
  // A host that is itself a public suffix may set cookies, for itself only.
  const hostOnly = domain === '' || isPublicSuffix(domain);
  const path = attributes.get('path') ?? '';
  return {
    name,
    value,
    domain: hostOnly ? host : domain,
    hostOnly,
    path: path.startsWith('/') ? path : defaultPath(url.pathname),
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    sameSite: sameSiteOf(parsed),
    expires: endOf(parsed, now),
    created: now,
    partition: attributes.has('partitioned') ? topLevelSite(request) : null,
  };
}

/** Milliseconds: 400 days (section 5.5). */
export const longestLife: number = 400 * 86_400_000;

/** Max-Age wins over Expires. */
function endOf(parsed: SetCookie, now: number): number | null {
  const age = maxAgeOf(parsed);
  if (age !== null) return age <= 0 ? 0 : now + Math.min(age * 1000, longestLife);
  const expires = expiresOf(parsed);
  return expires === null ? null : Math.min(expires, now + longestLife);
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  return /^[\x00-\x7f]*$/.test(text);
}
