/** What became of the cookies of a job, from the Set-Cookie lines that it got (RFC 6265bis). */
import type { Hop } from '../../model.ts';
import { headerValues, type Past, type Subject } from '../subject.ts';
import { sentField, urlOf } from './wire.ts';

export interface CookieEvent {
  readonly name: string;
  /** Why it was not stored, or null where it was. */
  readonly refused: string | null;
  readonly from: URL;
  readonly step: string;
  readonly at: number;
  readonly domain: string | null;
  readonly path: string | null;
  readonly secure: boolean;
  /** Milliseconds since the epoch; null for a session cookie. */
  readonly expires: number | null;
}

/** Where a credential stands: `cookie:NAME`, or `cookie` for those of a session. */
export function isCookie(field: string): boolean {
  return field === 'cookie' || field.startsWith('cookie:');
}

/** What went before with the cookies of the same job. */
export function ofJar({ past }: Subject): Past[] {
  return past.filter(({ sameJob, ownJar }) => sameJob && !ownJar);
}

/** Of the job of the failing step, up to its failing hop, oldest first. */
export function cookieEvents(subject: Subject): CookieEvent[] {
  const past = ofJar(subject).flatMap(({ exchange, step }) => exchange.hops.map((hop) => ({ hop, step })));
  const own = subject.failing.hops.slice(0, -1).map((hop) => ({ hop, step: subject.step.name }));
  return [...past, ...own].flatMap(({ hop, step }) => eventsOf(hop, step));
}

/** Of one hop. */
export function eventsOf(hop: Hop, step: string): CookieEvent[] {
  const from = urlOf(hop.request.url);
  if (!from || !hop.response) return [];
  const refused = new Map(hop.cookies.refused.map(({ name, reason }) => [name, reason]));
  const known = new Set([...hop.cookies.set, ...refused.keys()]);
  return headerValues(hop.response, 'set-cookie').flatMap((line) => {
    const [pair = '', ...attributes] = line.split(';');
    const name = (pair.split('=')[0] ?? '').trim();
    if (!known.has(name)) return [];
    const parts = new Map(attributes.map((part) => attribute(part)));
    const age = Number(parts.get('max-age'));
    const until = Date.parse(parts.get('expires') ?? '');
    return [
      {
        name,
        refused: hop.cookies.set.includes(name) ? null : (refused.get(name) ?? null),
        from,
        step,
        at: hop.clock.received,
        domain: parts.get('domain')?.replace(/^\./, '').toLowerCase() || null,
        path: parts.get('path')?.startsWith('/') ? (parts.get('path') ?? null) : null,
        secure: parts.has('secure'),
        expires:
          parts.has('max-age') && Number.isFinite(age) ? hop.clock.received + age * 1000 : finite(until),
      },
    ];
  });
}

function attribute(part: string): readonly [string, string] {
  const at = part.indexOf('=');
  return at < 0
    ? [part.trim().toLowerCase(), '']
    : [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Why a stored cookie does not go to `url` (RFC 6265bis section 5.8.3); null where nothing is against it. */
export function withheldBy(cookie: CookieEvent, url: URL, now: number): string | null {
  const host = url.hostname;
  if (cookie.domain === null && host !== cookie.from.hostname)
    return `it has no Domain: it goes to ${cookie.from.hostname} only`;
  if (cookie.domain !== null && host !== cookie.domain && !host.endsWith(`.${cookie.domain}`))
    return `its Domain is ${cookie.domain}`;
  const path = cookie.path ?? defaultPath(cookie.from.pathname);
  if (!pathMatches(url.pathname, path)) return `its Path is ${path}`;
  if (cookie.secure && url.protocol !== 'https:') return 'it is Secure, and the request goes over plain http';
  if (cookie.expires !== null && cookie.expires <= now)
    return `it expired at ${new Date(Math.max(-8.64e15, Math.min(8.64e15, cookie.expires))).toISOString()}`;
  return null;
}

function defaultPath(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/');
}

/** Names of the cookies of a request, from the jar or by hand. */
export function sentCookies(hop: Hop): string[] {
  const byHand = (sentField(hop, 'cookie') ?? '')
    .split(/[;,]\s*/)
    .map((pair) => (pair.split('=')[0] ?? '').trim())
    .filter((name) => name !== '');
  return [...new Set([...hop.cookies.sent, ...byHand])];
}

/** Names that frameworks give to sessions; what else a site sets is seldom missed. */
export function looksLikeSession(name: string): boolean {
  return /sess|sid\b|^sid|\.sid|auth|token|login|identity|remember|jwt|csrf|xsrf|connect/i.test(name);
}
