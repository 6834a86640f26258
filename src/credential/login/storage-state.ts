/** The cookies of a Playwright `storageState` file. */
import { parseJson } from '../../http/json.ts';
import type { Environment, Json, JsonMap } from '../../model.ts';
import { isMap } from '../../source.ts';
import type { SavedCookie } from '../presentation.ts';

export interface StorageState {
  readonly cookies: readonly SavedCookie[];
  /** Names and ends (ISO 8601) of those that are over. */
  readonly expired: readonly string[];
}

/** `now`: milliseconds since the epoch. Localstorage (`origins`) is of no use to a request. */
export function readStorageState(
  text: string,
  environment: Environment,
  now: number,
): StorageState | { readonly problem: string } {
  const parsed = parseJson(text);
  // The parser's message quotes what it met, which may be a cookie.
  if ('error' in parsed) return { problem: text.trim() === '' ? 'is empty' : 'is not JSON' };
  const list = isMap(parsed.value) ? parsed.value['cookies'] : undefined;
  if (!Array.isArray(list))
    return { problem: 'has no list "cookies", as storageState of Playwright writes it' };
  const cookies: SavedCookie[] = [];
  const expired: string[] = [];
  for (const [index, each] of list.entries()) {
    const cookie = isMap(each as Json) ? readCookie(each as JsonMap) : 'is no object';
    if (typeof cookie === 'string')
      return { problem: `has a cookie (${index + 1} of ${list.length}) that ${cookie}` };
    if (!fits(cookie, environment)) continue;
    if (cookie.expires !== null && cookie.expires <= now) {
      expired.push(`${cookie.name} (${new Date(cookie.expires).toISOString()})`);
    } else cookies.push(cookie);
  }
  if (cookies.length > 0) return { cookies, expired };
  if (expired.length > 0) return { problem: `holds only cookies that are over: ${expired.join(', ')}` };
  const domains = [...new Set(list.map((each) => String((each as JsonMap)['domain'])))].join(', ');
  return {
    problem: `holds no cookie for an origin of environment "${environment.name}"${domains ? `, only for ${domains}` : ''}`,
  };
}

/** What is wrong with it, as a predicate, or the cookie. */
function readCookie(map: JsonMap): SavedCookie | string {
  const { name, value, domain, path = '/', expires = -1, httpOnly = false, secure = false } = map;
  for (const [key, text] of Object.entries({ name, value, domain, path })) {
    if (typeof text !== 'string') return `has no text as "${key}"`;
  }
  if (name === '' || domain === '') return 'has an empty name or domain';
  if (typeof expires !== 'number') return 'has no number as "expires" (seconds since 1970, -1 for none)';
  return {
    name: String(name),
    value: String(value),
    domain: String(domain).replace(/^\./, '').toLowerCase(),
    hostOnly: !String(domain).startsWith('.'),
    path: String(path),
    expires: expires < 0 ? null : expires * 1000,
    httpOnly: httpOnly === true,
    secure: secure === true,
  };
}

function fits({ domain, hostOnly }: SavedCookie, { origins }: Environment): boolean {
  const hosts = [...origins.values()].map((origin) => new URL(origin).hostname);
  return hosts.some((host) => host === domain || (!hostOnly && host.endsWith(`.${domain}`)));
}
