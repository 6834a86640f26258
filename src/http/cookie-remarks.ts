/** What a browser reads otherwise than the server wrote it, and keeps nevertheless. */
import {
  type CookieRequest,
  type CookieRule,
  isOver,
  type KeptCookie,
  ruleOf,
  sameCookie,
  storageModel,
} from './cookie.ts';
import { expiresOf, maxAgeOf, type SetCookie, sameSiteOf } from './cookie-parse.ts';
import { domainMatches } from './cookie-site.ts';

const longestDays = 400;
/** Clocks differ, and an hour less of them is no loss. */
const tolerance = 86_400_000;

export type RemarkRule =
  | 'removed'
  | 'removes-nothing'
  | 'lifetime-cut'
  | 'max-age-unreadable'
  | 'expires-unreadable'
  | 'expires-unused'
  | 'attribute-too-long'
  | 'samesite-unknown'
  | 'path-unusable'
  | 'domain-ignored'
  | 'nameless'
  | 'prefix-case';

type Remark = readonly [rule: RemarkRule, section: string, sentence: string];

/** `kept`: the cookies of its name in the jar that are not over. */
export function remarksOn(
  parsed: SetCookie,
  cookie: KeptCookie,
  request: CookieRequest,
  now: number,
  kept: readonly KeptCookie[],
): CookieRule<RemarkRule>[] {
  return [
    ...onName(parsed),
    ...onLifetime(parsed, now),
    ...(isOver(cookie, now) ? [onEnd(cookie, kept)] : []),
    ...onAttributes(parsed, cookie, request),
  ].map((remark) => ruleOf(parsed.name, ...remark));
}

function onName({ name }: SetCookie): Remark[] {
  if (name === '') return [['nameless', storageModel, 'It has no name: a browser sends its value alone']];
  const prefix = /^__(?:host-http|host|http|secure)-/i.exec(name)?.[0];
  return prefix !== undefined && !/^__(?:Host-Http|Host|Http|Secure)-$/.test(prefix)
    ? [
        [
          'prefix-case',
          'RFC 6265bis section 5.4',
          `Its prefix is written ${prefix}: browsers hold it to its rules, servers may not know it`,
        ],
      ]
    : [];
}

function onLifetime(parsed: SetCookie, now: number): Remark[] {
  const { attributes } = parsed;
  const age = maxAgeOf(parsed);
  const expires = expiresOf(parsed);
  const remarks: Remark[] = [];
  if (attributes.has('max-age') && age === null)
    remarks.push([
      'max-age-unreadable',
      'RFC 6265bis section 5.6.2',
      'Its Max-Age is no number of seconds: ignored',
    ]);
  if (attributes.has('expires') && expires === null)
    remarks.push([
      'expires-unreadable',
      'RFC 6265bis section 5.6.1',
      'Its Expires cannot be read as a date: ignored',
    ]);
  const asked = age === null ? expires : now + age * 1000;
  const wide = (asked ?? 0) - now > longestDays * 86_400_000 + tolerance;
  if (wide)
    remarks.push([
      'lifetime-cut',
      'RFC 6265bis section 5.5',
      `Its lifetime of ${daysOf((asked ?? 0) - now)} is cut to ${longestDays} days`,
    ]);
  if (age !== null && expires !== null && expires <= now !== age <= 0)
    remarks.push([
      'expires-unused',
      storageModel,
      `Its Expires says ${expires <= now ? 'that it is over' : 'that it lasts'}, and Max-Age, which wins, does not`,
    ]);
  return remarks;
}

/** Another Path or Domain than that of the cookie that it is to end is a frequent error. */
function onEnd(cookie: KeptCookie, kept: readonly KeptCookie[]): Remark {
  const others = kept.filter(({ domain }) => reaches(domain, cookie.domain));
  const [other] = others;
  if (other === undefined || others.some((old) => sameCookie(old, cookie)))
    return ['removed', storageModel, 'It is over at once: the server takes it back'];
  return [
    'removes-nothing',
    storageModel,
    `It is over at once, but it is for ${scopeOf(cookie)}, and the one that is kept is for ${scopeOf(other)}`,
  ];
}

function reaches(one: string, other: string): boolean {
  return domainMatches(one, other) || domainMatches(other, one);
}

function scopeOf({ hostOnly, domain, path, partition }: KeptCookie): string {
  return `${hostOnly ? `${domain} only` : `the Domain ${domain}`} and the Path ${path}${partition === null ? '' : ', Partitioned'}`;
}

function daysOf(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return days > 1_000_000 ? 'more than a million days' : `${days} days`;
}

function onAttributes(parsed: SetCookie, cookie: KeptCookie, { url }: CookieRequest): Remark[] {
  const { attributes, overlong } = parsed;
  const remarks = [...new Set(overlong)].map(
    (name): Remark => [
      'attribute-too-long',
      'RFC 6265bis section 5.6',
      `The value of its attribute ${name.replace(/^(.{40}).+/s, '$1…')} is longer than 1024 bytes: ignored`,
    ],
  );
  const sameSite = attributes.get('samesite');
  if (sameSite !== undefined && sameSiteOf(parsed) === 'default')
    remarks.push([
      'samesite-unknown',
      'RFC 6265bis section 5.6.7',
      `Its SameSite is ${sameSite === '' ? 'empty' : 'none of Strict, Lax and None'}: as if it were not given`,
    ]);
  const path = attributes.get('path');
  if (path !== undefined && !path.startsWith('/'))
    remarks.push([
      'path-unusable',
      'RFC 6265bis section 5.6.4',
      `Its Path does not begin with "/": ${cookie.path}, the path of ${url.pathname}, is taken`,
    ]);
  if (attributes.has('domain') && cookie.hostOnly)
    remarks.push([
      'domain-ignored',
      storageModel,
      `Its Domain ${domainShown(attributes)} is not used: it goes to ${cookie.domain} only`,
    ]);
  return remarks;
}

function domainShown(attributes: ReadonlyMap<string, string>): string {
  const domain = attributes.get('domain') ?? '';
  return domain === '' ? 'is empty and' : `"${domain}"`;
}
