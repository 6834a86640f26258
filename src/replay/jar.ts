/** The cookie jar of a job: as a browser keeps it, with a reason for every cookie that is not kept or not sent. */
import { createHash } from 'node:crypto';
import type { CookieJarHandle, SavedCookie } from '../credential/presentation.ts';
import { type CookieRequest, type Initiator, isOver, type KeptCookie, sameCookie } from '../http/cookie.ts';
import { parseSetCookie, serializeCookie } from '../http/cookie-parse.ts';
import { inOrder, withheldBy } from '../http/cookie-send.ts';
import { domainMatches, hostOf, registrableDomain } from '../http/cookie-site.ts';
import { judgeSetCookie } from '../http/cookie-store.ts';
import type { CookieNote } from '../model.ts';
import { type Redactor, Secret } from '../secret.ts';

export interface Jar {
  /** Cookies for a request to `url`. */
  cookiesFor(url: URL, asked?: JarRequest): Promise<JarCookies>;
  /** Takes the values of the Set-Cookie fields of an answer from `url`. */
  store(url: URL, setCookieLines: readonly string[], initiator?: Initiator | null): Promise<JarStored>;
  /** The same cookies in a jar of its own: what happens to one does not happen to the other. */
  copy(): Promise<Jar>;
  /** Takes over all cookies of a jar that this module made; those of the same name, domain and path are replaced. */
  adopt(jar: CookieJarHandle): Promise<void>;
  /** Puts a cookie in as it is. */
  keep(cookie: SavedCookie): Promise<void>;
  /** The value of a cookie that the origin of `url` has set, whether or not it was taken. A Secure one that came by https is not given for plain http. */
  valueOf(url: URL, name: string): Promise<Secret | null>;
}
export interface JarRequest {
  /** Default: GET. */
  readonly method?: string;
  readonly initiator?: Initiator | null;
  /** Names that the request carries already. */
  readonly except?: ReadonlySet<string>;
}
export interface JarCookies {
  /** Value of the Cookie field; null when there is no cookie to send. */
  readonly header: Secret | null;
  readonly names: readonly string[];
  /** Cookies of the same registrable domain that stay behind. */
  readonly withheld: readonly CookieNote[];
  /** Equal for equal cookies; the values do not follow from it. */
  readonly fingerprint: string;
}
export interface JarStored {
  readonly set: readonly string[];
  readonly remarks: readonly CookieNote[];
  readonly refused: readonly CookieNote[];
}

/** As many as browsers keep of one host and its siblings, and in all. */
const mostOfSite = 180;
const mostOfAll = 3000;

/** `now`: milliseconds since the epoch. Every value is learnt by the redactor as `cookie NAME`. */
export function createJar(now: () => number, redactor: Redactor | null = null): Jar {
  return jarOf({ now, redactor, kept: [], turnedAway: new Map() });
}

interface Store {
  readonly now: () => number;
  readonly redactor: Redactor | null;
  /** In the order in which they were first set; those that have expired stay to be named. */
  kept: KeptCookie[];
  /** Values of refused cookies, by origin and name. */
  readonly turnedAway: Map<string, string>;
}

/** The stores behind the jars, for those that only hold a handle. */
const stores = new WeakMap<object, Store>();

function jarOf(store: Store): Jar {
  const jar: Jar = {
    async cookiesFor(url, asked = {}) {
      return cookiesFor(store, url, asked);
    },
    async store(url, lines, initiator = null) {
      return take(store, { method: 'GET', url, initiator }, lines);
    },
    async copy() {
      return jarOf({ ...store, kept: [...store.kept], turnedAway: new Map(store.turnedAway) });
    },
    async adopt(other) {
      const from = stores.get(other);
      if (!from) throw new Error('the jar is not of this module');
      for (const cookie of from.kept) put(store, cookie);
    },
    async keep(saved) {
      store.redactor?.learn(`cookie ${saved.name}`, saved.value);
      put(store, { ...saved, sameSite: 'none', created: store.now(), partition: null });
    },
    async valueOf(url, name) {
      const host = hostOf(url);
      const found = store.kept.find(
        (cookie) =>
          cookie.name === name &&
          (!cookie.secure || url.protocol === 'https:') &&
          (cookie.hostOnly ? cookie.domain === host : domainMatches(host, cookie.domain)),
      );
      const value = found?.value ?? store.turnedAway.get(`${url.origin} ${name}`);
      return value === undefined ? null : new Secret(value, `[secret:cookie ${name}]`);
    },
  };
  stores.set(jar, store);
  return jar;
}

function cookiesFor(store: Store, url: URL, asked: JarRequest): JarCookies {
  const { method = 'GET', initiator = null, except } = asked;
  const request: CookieRequest = { method, url, initiator };
  const now = store.now();
  const host = hostOf(url);
  const site = registrableDomain(host);
  const withheld: CookieNote[] = [];
  const sent: KeptCookie[] = [];
  for (const cookie of store.kept) {
    const against = withheldBy(cookie, request, now);
    if (against === null) sent.push(cookie);
    else if (cookie.domain === host || (site !== null && domainMatches(cookie.domain, site)))
      withheld.push(against);
  }
  const cookies = inOrder(sent).filter(({ name }) => !except?.has(name));
  const text = cookies.map(serializeCookie).join('; ');
  const shown = cookies.map(({ name }) => serializeCookie({ name, value: `[secret:cookie ${name}]` }));
  return {
    header: cookies.length === 0 ? null : new Secret(text, shown.join('; ')),
    names: cookies.map(({ name }) => name),
    withheld,
    fingerprint: createHash('sha256').update(text).digest('base64url'),
  };
}

function take(store: Store, request: CookieRequest, lines: readonly string[]): JarStored {
  const set: string[] = [];
  const remarks: CookieNote[] = [];
  const refused: CookieNote[] = [];
  const now = store.now();
  for (const line of lines) {
    const { name, value } = parseSetCookie(line);
    if (value !== '') store.redactor?.learn(`cookie ${name}`, value);
    const judged = judgeSetCookie(line, request, now, store.kept);
    remarks.push(...judged.remarks);
    if (judged.cookie) {
      put(store, judged.cookie);
      set.push(name);
    }
    if (judged.refused) {
      refused.push(judged.refused);
      store.turnedAway.set(`${request.url.origin} ${name}`, value);
    }
  }
  return { set, remarks, refused };
}

/** In the place of the one that it replaces, whose age it takes over (RFC 6265bis section 5.7). */
function put(store: Store, cookie: KeptCookie): void {
  const now = store.now();
  const at = store.kept.findIndex((old) => sameCookie(old, cookie));
  const old = store.kept[at];
  if (old && !isOver(old, now) && !isOver(cookie, now)) {
    store.kept = store.kept.with(at, { ...cookie, created: old.created });
    return;
  }
  // One that is over was no more than a name.
  if (old) store.kept = store.kept.toSpliced(at, 1);
  if (!isOver(cookie, now)) store.kept = bounded([...store.kept, cookie], cookie, now);
}

/** What goes first is over, or else not Secure, or else the oldest (RFC 6265bis section 5.7). */
function bounded(kept: KeptCookie[], { domain }: KeptCookie, now: number): KeptCookie[] {
  const siblings = kept.filter((each) => each.domain === domain);
  const crowded = siblings.length > mostOfSite;
  if (!crowded && kept.length <= mostOfAll) return kept;
  const some = crowded ? siblings : kept;
  const least = crowded ? some.find(({ secure }) => !secure) : undefined;
  const surplus = some.find((each) => isOver(each, now)) ?? least ?? some[0];
  return kept.filter((each) => each !== surplus);
}
