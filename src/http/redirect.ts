/** The request that follows a redirect: RFC 9110 section 15.4 and the Fetch standard, "HTTP-redirect fetch". Pure. */
import type { Dropped, RedirectStop } from '../model.ts';
import { sameOrigin } from './origin.ts';

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

/** 300, 304, 305 and 306 are not followed by anyone. */
export function isRedirect(status: number): boolean {
  return redirects.has(status);
}

/** Fields that carry credentials whoever sends them. `name` in lower case. */
export function isCredentialField(name: string): boolean {
  return credentialFields.has(name);
}

/** What to send next, or why following ends here. `input.status` must be a redirect. */
export function nextRequest(input: RedirectInput): RedirectNext | { readonly stop: RedirectStop } {
  const location = [...new Set(input.locations.map((value) => value.trim()))];
  const [reference] = location;
  if (reference === undefined || reference === '') return stop('no-location', null);
  if (location.length > 1) return stop('invalid-location', location.join(', '));
  const url = resolve(reference, input.url);
  if (url === null) return stop('invalid-location', reference);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return stop('scheme', reference);
  if (url.username !== '' || url.password !== '') return stop('userinfo', withoutUserinfo(url));
  const method = nextMethod(input.method, input.status);
  const keepBody = input.hasBody && method === input.method;
  if (keepBody && !input.bodyReplayable) return stop('body-not-replayable', reference);
  return { url, method, keepBody, drop: dropped(input, url, method !== input.method) };
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

/** A fragment is inherited when the reference has none (Fetch, "location URL"). */
function resolve(reference: string, base: URL): URL | null {
  const text = utf8(reference);
  if (!URL.canParse(text, base.href)) return null;
  const url = new URL(text, base.href);
  if (base.hash !== '' && !text.includes('#')) url.hash = base.hash;
  return url;
}

/** Field values are received as latin1; a Location with raw UTF-8 in it means those characters. */
function utf8(value: string): string {
  if (/[^\0-\xff]/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

function withoutUserinfo(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

function stop(
  reason: RedirectStop['reason'],
  location: string | null,
): {
  readonly stop: RedirectStop;
} {
  return { stop: { reason, location } };
}
