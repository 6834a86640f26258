/** The cookies of a hop: those of the jar beside those set by hand, and what makes two requests the same. */
import type { Field } from '../model.ts';
import { Secret } from '../secret.ts';
import { type HopPlan, lowerName } from './follow-plan.ts';
import type { Jar } from './jar.ts';

export interface HopCookies {
  /** Of the plan, with the cookies of the jar. */
  readonly headers: readonly Field[];
  /** Names of cookies from the jar. */
  readonly sent: readonly string[];
  /** Equal for equal cookies from the jar. */
  readonly fingerprint: string;
}

/** The jar's cookies join a Cookie field that was set by hand, whose own names win. */
export async function addCookies(plan: HopPlan, jar: Jar | null): Promise<HopCookies> {
  if (jar === null) return { headers: plan.headers, sent: [], fingerprint: '' };
  const place = plan.headers.findIndex((field) => lowerName(field) === 'cookie');
  const own = plan.headers[place];
  const { header, names, fingerprint } = await jar.cookiesFor(plan.url, own ? cookieNames(own) : undefined);
  if (header === null) return { headers: plan.headers, sent: [], fingerprint };
  if (!own) return { headers: [...plan.headers, ['Cookie', header, ['jar']]], sent: names, fingerprint };
  const joined: Field = [own[0], Secret.join([own[1], '; ', header]), [...(own[2] ?? []), 'jar']];
  return { headers: plan.headers.with(place, joined), sent: names, fingerprint };
}

/** The shown form names secrets but keeps the names of the cookies. */
function cookieNames(field: Field): Set<string> {
  const pairs = String(field[1]).split(';');
  return new Set(pairs.map((pair) => (pair.split('=')[0] ?? '').trim()));
}

/**
 * Two requests with the same method, URL, cookies, fields and body get the same answer: the chain would not end. The
 * values of fields other than Cookie do not change within a chain.
 */
export function fingerprintOf(plan: HopPlan, cookies: HopCookies): string {
  const { href, hash } = plan.url;
  const target = hash === '' ? href : href.slice(0, -hash.length);
  const body = plan.body === null ? 'no body' : 'body';
  return [plan.method, target, cookies.fingerprint, body, ...plan.headers.map(lowerName)].join('\n');
}
