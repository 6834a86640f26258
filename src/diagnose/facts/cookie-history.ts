/** What became of the cookies of a job, from the Set-Cookie lines that it got (RFC 6265bis). */
import type { KeptCookie } from '../../http/cookie.ts';
import { parseSetCookie } from '../../http/cookie-parse.ts';
import { withheldBy } from '../../http/cookie-send.ts';
import { judgeSetCookie } from '../../http/cookie-store.ts';
import type { CookieNote, Hop } from '../../model.ts';
import { headerValues, type Past, type Subject } from '../subject.ts';
import { sentField, urlOf } from './wire.ts';

export interface CookieEvent {
  readonly name: string;
  /** Why it was not stored, or null where it was. */
  readonly refused: CookieNote | null;
  /** As a browser keeps it; null where it keeps nothing. */
  readonly kept: KeptCookie | null;
  readonly from: URL;
  readonly step: string;
  readonly at: number;
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

/** The last event of each name. */
export function latest(events: readonly CookieEvent[]): CookieEvent[] {
  return [...new Map(events.map((event) => [event.name, event])).values()];
}

/** Of one hop. */
export function eventsOf(hop: Hop, step: string): CookieEvent[] {
  const from = urlOf(hop.request.url);
  if (!from || !hop.response) return [];
  const { set, refused } = hop.cookies;
  const at = hop.clock.received;
  return headerValues(hop.response, 'set-cookie').flatMap((line) => {
    const { name } = parseSetCookie(line);
    const note = refused.findLast((each) => each.name === name) ?? null;
    if (!set.includes(name) && note === null) return [];
    const { cookie } = judgeSetCookie(line, { method: hop.request.method, url: from, initiator: null }, at);
    return [{ name, refused: set.includes(name) ? null : note, kept: cookie, from, step, at }];
  });
}

/** Why a cookie that was kept does not go with this hop: as the jar said, or as it would have. Null: nothing is against it. */
export function withheldFrom(event: CookieEvent, hop: Hop): CookieNote | null {
  const told = hop.cookies.withheld?.findLast(({ name }) => name === event.name);
  if (told) return told;
  const url = urlOf(hop.request.url);
  if (!event.kept || !url) return null;
  return withheldBy(event.kept, { method: hop.request.method, url, initiator: null }, hop.clock.sent);
}

/** A rule in the midst of a sentence: its first letter small, without a full stop and its section. */
export function told({ reason, section }: CookieNote): string {
  const text = reason.replace(/\.$/, '').replace(` (${section})`, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
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
