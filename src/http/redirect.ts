/** The request that follows a redirect: RFC 9110 section 15.4 and the Fetch standard, "HTTP-redirect fetch". Pure. */

import type { Dropped, RedirectStop } from '../model.ts';
import { sameOrigin } from './origin.ts';
import { isUrl } from './url.ts';

export interface RedirectInput {
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  /** Values of all Location fields, as received. */
  readonly locations: readonly string[];
  readonly hasBody: boolean;
  readonly bodyReplayable: boolean;
  /** What the request carried. `sensitive`: declared so, or the value is a secret. */
  readonly fields: readonly { readonly name: string; readonly sensitive: boolean }[];
}

export interface RedirectNext {
  readonly url: URL;
  readonly method: string;
  readonly keepBody: boolean;
  /** Fields of the request that the next one must not carry. */
  readonly drop: readonly Dropped[];
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const credentialFields: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'www-authenticate',
]);

/**
 * The redirects of the Fetch standard. 300, 305 and 306 are none (RFC 9110 section 15.4: a choice, deprecated, unused),
 * nor is a 3xx that nobody has defined; some clients follow them all the same.
 */
export function isRedirect(status: number): boolean {
  return redirects.has(status);
}

/** Why an answer that is no redirect to us may be one to another client; null where it is one to nobody. */
export function unfollowed(status: number, locations: readonly string[]): RedirectStop | null {
  if (status < 300 || status > 399 || status === 304 || isRedirect(status)) return null;
  const location = distinct(locations).find((value) => value !== '');
  return location === undefined ? null : { reason: 'status', location };
}

/** Fields that carry credentials whoever sends them. `name` in lower case. */
export function isCredentialField(name: string): boolean {
  return credentialFields.has(name);
}

/** What to send next, or why following ends here. `input.status` must be a redirect. */
export function nextRequest(input: RedirectInput): RedirectNext | { readonly stop: RedirectStop } {
  const { url, reference, reason } = readLocation(input.locations, input.url);
  if (url === null) return { stop: { reason, location: reference } };
  const refusal = refusedTarget(url, reference);
  if (refusal) return { stop: refusal };
  const method = nextMethod(input.method, input.status);
  const keepBody = input.hasBody && method === input.method;
  if (keepBody && !input.bodyReplayable)
    return { stop: { reason: 'body-not-replayable', location: reference } };
  return { url, method, keepBody, drop: dropped(input, url, method !== input.method) };
}

/** What no redirect leads to: another scheme, and a URL with a user name (the one shown is without it). */
export function refusedTarget(url: URL, reference: string): RedirectStop | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { reason: 'scheme', location: reference };
  if (url.username === '' && url.password === '') return null;
  return { reason: 'userinfo', location: withoutUserinfo(url) };
}

type Located =
  | { readonly url: URL; readonly reference: string; readonly reason: null }
  | {
      readonly url: null;
      readonly reference: string | null;
      readonly reason: 'no-location' | 'invalid-location';
    };

/**
 * The Fetch standard's "location URL". An empty reference is the same document in RFC 3986 section 4.4, but no client
 * asks for it again: curl, Go and requests take it for none, and in browsers it is an error. It is none here too, with
 * `reference` empty instead of null. Equal fields are one; of different ones each client takes another.
 */
function readLocation(locations: readonly string[], base: URL): Located {
  const values = distinct(locations);
  const [reference = null] = values;
  if (reference === null) return { url: null, reference, reason: 'no-location' };
  if (values.length > 1) return { url: null, reference: values.join(', '), reason: 'invalid-location' };
  if (reference === '') return { url: null, reference, reason: 'no-location' };
  const url = resolve(reference, base);
  return url === null ? { url, reference, reason: 'invalid-location' } : { url, reference, reason: null };
}

function distinct(locations: readonly string[]): string[] {
  return [...new Set(locations.map(trimmed))];
}

/** Optional whitespace only (RFC 9110 section 5.6.3): 0xA0 is the last byte of an "à". */
function trimmed(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && ' \t'.includes(value.charAt(start))) start += 1;
  while (end > start && ' \t'.includes(value.charAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

/** 301 and 302 turn POST into GET, 303 everything but GET and HEAD; 307 and 308 nothing. */
function nextMethod(method: string, status: number): string {
  if (status === 303) return method === 'GET' || method === 'HEAD' ? method : 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
}

function dropped(input: RedirectInput, url: URL, methodChanged: boolean): Dropped[] {
  const originChanged = !sameOrigin(input.url, url);
  const hostChanged = input.url.host !== url.host;
  const rules = new Map<string, Dropped['rule']>();
  for (const field of input.fields) {
    const name = field.name.toLowerCase();
    if (originChanged && (field.sensitive || credentialFields.has(name))) rules.set(name, 'origin-changed');
    else if (rules.has(name)) continue;
    else if (methodChanged && name.startsWith('content-')) rules.set(name, 'method-changed');
    else if (hostChanged && name === 'host') rules.set(name, 'host-changed');
  }
  return [...rules].map(([header, rule]) => ({ header, rule }));
}

/** A fragment is inherited when the reference has none. */
function resolve(reference: string, base: URL): URL | null {
  const url = addressOf(reference, base);
  if (url !== null && base.hash !== '' && !reference.includes('#')) url.hash = base.hash;
  return url;
}

/** A Location, as it was received, against the address that answered; null: it is no address. */
export function addressOf(reference: string, base: URL): URL | null {
  const text = escaped(reference);
  return isUrl(text, base.href) ? new URL(text, base.href) : null;
}

/**
 * Field values are received as latin1. The server gets back the bytes that it wrote, UTF-8 or not, as browsers send
 * them; in a host they must be UTF-8.
 */
function escaped(value: string): string {
  return value.replace(/[^\0-\x7f]+/g, (text) => {
    const bytes = Buffer.from(text, /[^\0-\xff]/.test(text) ? 'utf8' : 'latin1');
    return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}

function withoutUserinfo(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}
