import type { Check, Exchange } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { judge } from './judge.ts';
import { isMatcher } from './matcher-words.ts';
import { fieldValues, type Outcome } from './outcome.ts';
import { isRenderedMap, type RenderedMap } from './rendered.ts';

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Lower-case names; the empty string where there is no value. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** RFC 6265 section 5.2; null for what a client ignores. */
export function parseSetCookie(line: string): SetCookie | null {
  const [pair = '', ...rest] = line.split(';');
  const equals = pair.indexOf('=');
  if (equals < 1) return null;
  const attributes = new Map<string, string>();
  for (const attribute of rest) {
    const [name = '', ...value] = attribute.split('=');
    attributes.set(name.trim().toLowerCase(), value.join('=').trim());
  }
  return { name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim(), attributes };
}

/** The cookie of that name that was set last on any hop; null where none was, or where it was taken back. */
export function cookieSet(exchange: Exchange, name: string, now: number): SetCookie | null {
  const lines = exchange.hops.flatMap((hop) => (hop.response ? fieldValues(hop.response, 'set-cookie') : []));
  const cookies = lines.map(parseSetCookie).filter((cookie) => cookie?.name === name);
  const last = cookies.at(-1) ?? null;
  return last && isOver(last, now) ? null : last;
}

/** Max-Age wins over Expires (RFC 6265 section 5.3). */
function isOver({ attributes }: SetCookie, now: number): boolean {
  const age = attributes.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  return Date.parse(attributes.get('expires') ?? '') <= now;
}

const flags: ReadonlySet<string> = new Set(['secure', 'httponly', 'partitioned']);

/**
 * A cookie that the exchange set: a matcher or a text for its value, or a map of attributes (`value`, `secure`,
 * `httponly`, `samesite`, `path`, `domain`, `max-age`, `expires`). Its value is never shown.
 */
export function checkCookie(map: RenderedMap, name: string, outcome: Outcome): Check | Check[] {
  const cookie = cookieSet(outcome.exchange, name, outcome.now);
  const expected = map[name] as RenderedJson;
  if (isRenderedMap(expected) && !isMatcher(expected) && Object.keys(expected).length > 0) {
    return Object.keys(expected).map((key) => checkAttribute(expected, key, cookie, name, outcome));
  }
  const actual = cookie?.value;
  const shown = describeCookie(cookie);
  return judge(
    { kind: 'cookies', subject: name, container: map, key: name, actual, shown, context: { text: true } },
    outcome,
  );
}

function checkAttribute(
  container: RenderedMap,
  key: string,
  cookie: SetCookie | null,
  name: string,
  outcome: Outcome,
): Check {
  const subject = `${name} ${key}`;
  const base = { kind: 'cookies', subject, container, key };
  if (!cookie || key === 'value') {
    const shown = describeCookie(cookie);
    return judge({ ...base, actual: cookie?.value, shown, context: { text: true } }, outcome);
  }
  const attribute = key.toLowerCase();
  const value = cookie.attributes.get(attribute);
  if (flags.has(attribute)) return judge({ ...base, actual: value !== undefined }, outcome);
  return judge({ ...base, actual: value, context: { text: true, ignoreCase: true } }, outcome);
}

function describeCookie(cookie: SetCookie | null): string {
  return cookie ? `set (${Array.from(cookie.value).length} characters)` : 'absent';
}
