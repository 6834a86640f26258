/** The cookie jar of a job: RFC 6265bis by tough-cookie, with a reason for every cookie that is not kept. */
import { createHash } from 'node:crypto';
import {
  Cookie,
  CookieJar,
  defaultPath,
  domainMatch,
  getPublicSuffix,
  MemoryCookieStore,
  pathMatch,
} from 'tough-cookie';
import type { CookieJarHandle, SavedCookie } from '../credential/presentation.ts';
import { type Redactor, Secret } from '../secret.ts';

export interface Jar {
  /** Cookies for a request to `url`; `except` are names that the request carries already. */
  cookiesFor(url: URL, except?: ReadonlySet<string>): Promise<JarCookies>;
  /** Takes the values of the Set-Cookie fields of an answer from `url`. */
  store(url: URL, setCookieLines: readonly string[]): Promise<JarStored>;
  /** The same cookies in a jar of its own: what happens to one does not happen to the other. */
  copy(): Promise<Jar>;
  /** Takes over all cookies of a jar that this module made; those of the same name, domain and path are replaced. */
  adopt(jar: CookieJarHandle): Promise<void>;
  /** Puts a cookie in as it is. */
  keep(cookie: SavedCookie): Promise<void>;
  /** The value of a cookie that the origin of `url` has set, whether or not it was taken. A Secure one that came by https is not given for plain http. */
  valueOf(url: URL, name: string): Promise<Secret | null>;
}
export interface JarCookies {
  /** Value of the Cookie field; null when there is no cookie to send. */
  readonly header: Secret | null;
  readonly names: readonly string[];
  /** Equal for equal cookies; the values do not follow from it. */
  readonly fingerprint: string;
}
export interface JarStored {
  readonly set: readonly string[];
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

const none: ReadonlySet<string> = new Set();
/** RFC 6265bis section 5.6: octets of name and value together. */
const sizeLimit = 4096;

/**
 * Secure is honoured for loopback names too: what works on a developer's machine only would pass here and fail
 * elsewhere. Every value is learnt by the redactor as `cookie NAME`.
 */
export function createJar(redactor: Redactor | null = null): Jar {
  return jarOf(redactor, new MemoryCookieStore(), new Map());
}

/** `turnedAway`: values of refused cookies, by origin and name. */
function jarOf(redactor: Redactor | null, store: MemoryCookieStore, turnedAway: Map<string, string>): Jar {
  const jar = new CookieJar(store, { prefixSecurity: 'strict', allowSecureOnLocal: false });
  const made: Jar = {
    async copy() {
      const copied = new MemoryCookieStore();
      await copyCookies(store, copied);
      return jarOf(redactor, copied, new Map(turnedAway));
    },
    async adopt(other) {
      const from = stores.get(other);
      if (!from) throw new Error('the jar is not of this module');
      await copyCookies(from, store);
    },
    async keep({ name, value, domain, hostOnly, path, expires, httpOnly, secure }) {
      redactor?.learn(`cookie ${name}`, value);
      await store.putCookie(
        new Cookie({
          key: name,
          value,
          domain,
          hostOnly,
          path,
          pathIsDefault: false,
          expires: expires === null ? 'Infinity' : new Date(expires),
          httpOnly,
          secure,
        }),
      );
    },
    async valueOf(url, name) {
      const { hostname, protocol } = url;
      const kept = (await store.getAllCookies()).find(
        ({ key, domain, hostOnly, secure }) =>
          key === name &&
          (!secure || protocol === 'https:') &&
          domain !== null &&
          (hostOnly ? domain === hostname : domainMatch(hostname, domain)),
      );
      const value = kept?.value ?? turnedAway.get(`${url.origin} ${name}`);
      return value === undefined ? null : new Secret(value, `[secret:cookie ${name}]`);
    },
    async cookiesFor(url, except = none) {
      const cookies = (await jar.getCookies(url.href)).filter(({ key }) => !except.has(key));
      const parts = cookies.map(({ key, value }) => ({ key, value, shown: `${key}=[secret:cookie ${key}]` }));
      const text = parts.map(({ key, value }) => `${key}=${value}`).join('; ');
      return {
        header: parts.length === 0 ? null : new Secret(text, parts.map(({ shown }) => shown).join('; ')),
        names: cookies.map(({ key }) => key),
        fingerprint: createHash('sha256').update(text).digest('base64url'),
      };
    },
    async store(url, setCookieLines) {
      const set: string[] = [];
      const refused: { name: string; reason: string }[] = [];
      for (const line of setCookieLines) {
        const cookie = Cookie.parse(line);
        const name = cookie?.key ?? (line.split(/[=;]/)[0] ?? '').trim();
        if (cookie) redactor?.learn(`cookie ${name}`, cookie.value);
        const reason = cookie
          ? await refusal(jar, cookie, url)
          : 'It has no name or no value (RFC 6265 section 5.2).';
        if (reason === null) set.push(name);
        else refused.push({ name, reason });
        if (cookie && reason !== null) turnedAway.set(`${url.origin} ${name}`, cookie.value);
      }
      return { set, refused };
    },
  };
  stores.set(made, store);
  return made;
}

/** The stores behind the jars, for those that only hold a handle. */
const stores = new WeakMap<object, MemoryCookieStore>();

async function copyCookies(from: MemoryCookieStore, to: MemoryCookieStore): Promise<void> {
  for (const cookie of await from.getAllCookies())
    await to.putCookie(Cookie.fromJSON(cookie.toJSON()) ?? cookie);
}

/** Stores `cookie`, or gives the rule against it in one sentence. */
async function refusal(jar: CookieJar, cookie: Cookie, url: URL): Promise<string | null> {
  const reason = ruleAgainst(cookie, url) ?? (await overlayRule(jar, cookie, url));
  if (reason !== null) return reason;
  try {
    const stored = await jar.setCookie(cookie, url.href);
    return stored ? null : 'The cookie jar did not take it.';
  } catch (error) {
    return `The cookie jar did not take it: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** The steps of RFC 6265bis section 5.7 that refuse a cookie, in their order. */
function ruleAgainst(cookie: Cookie, url: URL): string | null {
  if (Buffer.byteLength(cookie.key) + Buffer.byteLength(cookie.value) > sizeLimit) {
    return `Its name and value are longer than ${sizeLimit} bytes (RFC 6265bis section 5.6).`;
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const domain = cookie.cdomain();
  if (domain && domain !== host && isPublicSuffix(domain)) {
    return `Its Domain "${domain}" is a public suffix (RFC 6265bis section 5.7).`;
  }
  if (domain && !domainMatch(host, domain, false)) {
    return `Its Domain "${domain}" does not match the host "${host}" (RFC 6265bis section 5.7).`;
  }
  if (cookie.secure && url.protocol !== 'https:') {
    return 'It is Secure and came over plain http (RFC 6265bis section 5.7).';
  }
  return prefixRule(cookie);
}

/** A plain answer must not hide a Secure cookie behind one of its own. */
async function overlayRule(jar: CookieJar, cookie: Cookie, url: URL): Promise<string | null> {
  if (url.protocol === 'https:') return null;
  const path = cookie.path?.startsWith('/') ? cookie.path : defaultPath(url.pathname);
  const secure = new URL(url);
  secure.protocol = 'https:';
  const kept = await jar.getCookies(secure.href, { allPaths: true });
  const hidden = kept.some((old) => old.secure && old.key === cookie.key && pathMatch(path, old.path ?? '/'));
  return hidden
    ? 'It would hide a Secure cookie of the same name and came over plain http (RFC 6265bis section 5.7).'
    : null;
}

/** RFC 6265bis section 4.1.3; prefixes are compared without regard to case there. */
function prefixRule(cookie: Cookie): string | null {
  const name = cookie.key.toLowerCase();
  if (name.startsWith('__secure-') && !cookie.secure) {
    return 'Its name begins with __Secure- and it is not Secure (RFC 6265bis section 4.1.3.1).';
  }
  if (name.startsWith('__host-') && !(cookie.secure && cookie.domain === null && cookie.path === '/')) {
    return 'Its name begins with __Host-, which needs Secure, no Domain, and Path=/ (RFC 6265bis section 4.1.3.2).';
  }
  return null;
}

function isPublicSuffix(domain: string): boolean {
  try {
    return getPublicSuffix(domain, { allowSpecialUseDomain: true }) === undefined;
  } catch {
    return true;
  }
}
