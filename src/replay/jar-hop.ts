/** What the jar adds to a hop, and what it takes from its answer. */
import type { Initiator } from '../http/cookie.ts';
import type { CookieNote, CookieTrace, Field, Response } from '../model.ts';
import { Secret } from '../secret.ts';
import type { Jar } from './jar.ts';

export interface Cookies {
  /** Those of the request, with Cookie. */
  readonly headers: readonly Field[];
  readonly sent: readonly string[];
  readonly withheld: readonly CookieNote[];
  readonly fingerprint: string;
}
interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly Field[];
}

/** The jar's cookies join a Cookie field that was set by hand, whose own names win. */
export async function addCookies(
  { method, url, headers }: Request,
  jar: Jar | null,
  initiator: Initiator | null,
): Promise<Cookies> {
  if (jar === null) return { headers, sent: [], withheld: [], fingerprint: '' };
  const place = headers.findIndex(([name]) => name.toLowerCase() === 'cookie');
  const own = headers[place];
  const asked = { method, initiator, ...(own ? { except: cookieNames(own) } : {}) };
  const { header, names, withheld, fingerprint } = await jar.cookiesFor(url, asked);
  if (header === null) return { headers, sent: [], withheld, fingerprint };
  const added = { sent: names, withheld, fingerprint };
  if (!own) return { headers: [...headers, ['Cookie', header, ['jar']]], ...added };
  const joined: Field = [own[0], Secret.join([own[1], '; ', header]), [...(own[2] ?? []), 'jar']];
  return { headers: headers.with(place, joined), ...added };
}

/** The shown form names secrets but keeps the names of the cookies. */
function cookieNames(field: Field): Set<string> {
  const pairs = String(field[1]).split(';');
  return new Set(pairs.map((pair) => (pair.split('=')[0] ?? '').trim()));
}

export async function takeCookies(
  { jar, initiator = null }: { readonly jar: Jar | null; readonly initiator?: Initiator | null },
  url: URL,
  { sent, withheld }: Cookies,
  response: Response | null,
): Promise<CookieTrace> {
  const lines = (response?.headers ?? [])
    .filter(([name]) => name.toLowerCase() === 'set-cookie')
    .map(([, value]) => value);
  const taken = jar ? await jar.store(url, lines, initiator) : { set: [], remarks: [], refused: [] };
  return { sent, ...taken, withheld };
}
