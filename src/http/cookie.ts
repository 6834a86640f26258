/** What cookies are to a client, and the words in which a rule speaks of one. */
import type { SameSite } from './cookie-parse.ts';
import { siteOf } from './cookie-site.ts';

/** As it lies in a jar (RFC 6265bis section 5.7). */
export interface KeptCookie {
  readonly name: string;
  readonly value: string;
  /** Lower case, without a leading dot. */
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: SameSite;
  /** Milliseconds since the epoch; null: the end of the session. */
  readonly expires: number | null;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** The site of the page at the top for which it is kept; null: for all. */
  readonly partition: string | null;
}

/** Who asks for it. */
export interface CookieRequest {
  readonly method: string;
  readonly url: URL;
  /**
   * Null: nobody, as where a user types in the address; every hop of such a request is same-site, wherever its
   * redirects lead (RFC 6265bis section 5.2; browsers do so too).
   */
  readonly initiator: Initiator | null;
}
export interface Initiator {
  /** Its page; null: a page of another site, whichever that is. */
  readonly page: URL | null;
  /** The answer is shown in the place of the page: a link, a form; false: a script, an image, a frame. */
  readonly topLevel: boolean;
}

/** A rule that keeps a cookie out of a jar or out of a request, or that changes it. */
export interface CookieRule<Id extends string> {
  /** The cookie. */
  readonly name: string;
  readonly rule: Id;
  /** `RFC 6265bis section 5.7`. */
  readonly section: string;
  /** One sentence, with its section; no value is in it. */
  readonly reason: string;
}

export function ruleOf<Id extends string>(
  name: string,
  rule: Id,
  section: string,
  sentence: string,
): CookieRule<Id> {
  return { name, rule, section, reason: `${sentence} (${section}).` };
}

export const storageModel = 'RFC 6265bis section 5.7';
export const retrieval = 'RFC 6265bis section 5.8.3';
export const partitions = 'draft-cutler-httpbis-partitioned-cookies (CHIPS)';

/** RFC 6265bis section 5.2. */
export function isSameSite({ url, initiator }: CookieRequest): boolean {
  if (initiator === null) return true;
  return initiator.page !== null && siteOf(initiator.page) === siteOf(url);
}

/** The site at the top of the window that shows the answer. */
export function topLevelSite({ url, initiator }: CookieRequest): string {
  if (initiator === null || initiator.topLevel) return siteOf(url);
  return initiator.page ? siteOf(initiator.page) : 'another site';
}

/** Its time has come. `now`: milliseconds since the epoch. */
export function isOver({ expires }: Pick<KeptCookie, 'expires'>, now: number): boolean {
  return expires !== null && expires <= now;
}

/** Two cookies of one jar differ in one of these (RFC 6265bis section 5.7 step 23). */
export function keyOf({ name, domain, hostOnly, path, partition }: KeptCookie): string {
  return JSON.stringify([name, domain, hostOnly, path, partition]);
}

export function sameCookie(a: KeptCookie, b: KeptCookie): boolean {
  return (
    a.name === b.name &&
    a.domain === b.domain &&
    a.hostOnly === b.hostOnly &&
    a.path === b.path &&
    a.partition === b.partition
  );
}
