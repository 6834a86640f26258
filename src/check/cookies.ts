/** Expectations on cookies that an exchange sets: their values, their attributes, and whether a browser keeps them. */
import { isOver, type KeptCookie, keyOf } from '../http/cookie.ts';
import { domainOf, expiresOf, maxAgeOf, parseSetCookie, type SetCookie } from '../http/cookie-parse.ts';
import { assessSetCookie, judgeSetCookie } from '../http/cookie-store.ts';
import { isUrl } from '../http/url.ts';
import type { Check, Exchange, Hop, Json } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { formatDuration } from '../plan/units.ts';
import { type Judgement, judge } from './judge.ts';
import { isMatcher } from './matcher-words.ts';
import { fieldValues, type Outcome } from './outcome.ts';
import { isRenderedMap, type RenderedMap } from './rendered.ts';

interface Found {
  readonly cookie: SetCookie;
  readonly line: string;
  readonly hop: Hop;
  /** What a browser would keep. */
  readonly kept: KeptCookie;
}

/** The cookie of that name that was set last on any hop; null where none was, or where it was taken back. */
export function cookieSet(exchange: Exchange, name: string): SetCookie | null {
  return find(exchange, name)?.cookie ?? null;
}

function find(exchange: Exchange, name: string): Found | null {
  if (name === '') return null;
  const set = new Map<string, Found>();
  for (const found of exchange.hops.flatMap((hop) => linesOf(hop, name))) {
    const { kept, hop } = found;
    const key = keyOf(kept);
    // One with another Domain or Path, or that is refused, ends nothing.
    if (!isOver(kept, hop.clock.received)) {
      set.delete(key);
      set.set(key, found);
    } else if (!isRefused(found)) set.delete(key);
  }
  return [...set.values()].at(-1) ?? null;
}

function linesOf(hop: Hop, name: string): Found[] {
  const { method, url } = hop.request;
  if (!hop.response || !isUrl(url)) return [];
  const request = { method, url: new URL(url), initiator: null };
  return fieldValues(hop.response, 'set-cookie').flatMap((line) => {
    if (parseSetCookie(line).name !== name) return [];
    const { parsed, cookie } = assessSetCookie(line, request, hop.clock.received);
    return [{ cookie: parsed, line, hop, kept: cookie }];
  });
}

function isRefused({ hop: { cookies }, cookie: { name } }: Found): boolean {
  return cookies.refused.some((each) => each.name === name) && !cookies.set.includes(name);
}

/** Milliseconds; Max-Age wins over Expires (RFC 6265bis section 5.7). Undefined: the end of the session. */
function lifetimeOf(cookie: SetCookie, now: number): number | undefined {
  const age = maxAgeOf(cookie);
  if (age !== null) return age * 1000;
  const expires = expiresOf(cookie);
  return expires === null ? undefined : expires - now;
}

const flags: ReadonlySet<string> = new Set(['secure', 'httponly', 'partitioned']);

/**
 * A cookie that the exchange set: a matcher or a text for its value, or a map of attributes. Beside those of the
 * field: `value`, `lifetime` (of Max-Age or Expires), `host-only`, `stored` (whether a browser keeps it). Its value is
 * never shown.
 */
export function checkCookie(map: RenderedMap, name: string, outcome: Outcome): Check | Check[] {
  const found = find(outcome.exchange, name);
  const expected = map[name] as RenderedJson;
  if (isRenderedMap(expected) && !isMatcher(expected) && Object.keys(expected).length > 0) {
    return Object.keys(expected).map((key) => {
      const base = { kind: 'cookies', subject: `${name} ${key}`, container: expected, key };
      return judge({ ...base, ...attributeOf(key.toLowerCase(), expected[key], found, outcome) }, outcome);
    });
  }
  return judge({ kind: 'cookies', subject: name, container: map, key: name, ...valueIn(found) }, outcome);
}

type Actual = Pick<Judgement, 'actual' | 'shown' | 'context'>;

function valueIn(found: Found | null): Actual {
  const shown = found ? `set (${Array.from(found.cookie.value).length} characters)` : 'absent';
  return { actual: found?.cookie.value, shown, context: { text: true } };
}

function attributeOf(
  key: string,
  expected: RenderedJson | undefined,
  found: Found | null,
  outcome: Outcome,
): Actual {
  if (!found || key === 'value') return valueIn(found);
  const { cookie } = found;
  if (flags.has(key)) return { actual: cookie.attributes.has(key) };
  if (key === 'stored') return stored(found);
  if (key === 'host-only') return { actual: domainOf(cookie) === '' };
  if (key === 'lifetime') return lifetime(cookie, outcome);
  const text: Json | undefined = cookie.attributes.get(key);
  const age = key === 'max-age' && typeof expected !== 'string' ? maxAgeOf(cookie) : null;
  return age === null ? { actual: text, context: { text: true, ignoreCase: true } } : { actual: age };
}

function lifetime(cookie: SetCookie, { now }: Outcome): Actual {
  const actual = lifetimeOf(cookie, now);
  const shown = actual === undefined ? 'that of the session' : formatDuration(actual);
  return { actual, shown, context: { unit: 'ms' } };
}

/** What became of it in the jar; without one, what would have. */
function stored({ cookie: { name }, line, hop }: Found): Actual {
  const { set, refused } = hop.cookies;
  const known = refused.findLast((each) => each.name === name)?.reason;
  const { method, url } = hop.request;
  const reason =
    set.includes(name) || known !== undefined || !isUrl(url)
      ? known
      : judgeSetCookie(line, { method, url: new URL(url), initiator: null }, hop.clock.received).refused
          ?.reason;
  return reason === undefined ? { actual: true } : { actual: false, shown: `not stored: ${reason}` };
}
