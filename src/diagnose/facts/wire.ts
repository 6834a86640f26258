/** What facts read off requests and answers. */

import { parseJson } from '../../http/json.ts';
import { isUrl } from '../../http/url.ts';
import type { Exchange, Hop, JsonMap, Response } from '../../model.ts';
import { isMap } from '../../source.ts';
import { headerValue } from '../subject.ts';

/** Bytes of a body that facts look at. */
const looked = 16_384;

export function sentField(hop: Hop, name: string): string | null {
  const values = hop.request.headers.filter(([other]) => other.toLowerCase() === name);
  return values.length === 0 ? null : values.map(([, value]) => value).join(', ');
}

/** `text/html`, in lower case, without parameters; empty where there is none. */
export function mediaType(value: string | null): string {
  return (value ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export function typeOf(response: Response): string {
  return mediaType(headerValue(response, 'content-type'));
}

export function isJsonType(type: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json$|^text\/json$/.test(type);
}

export function textOf(response: Response): string {
  return Buffer.from(response.body.content.subarray(0, looked)).toString('utf8');
}

export function isHtml(text: string): boolean {
  return /^\s*(?:<!--[\s\S]{0,400}?-->\s*)?(?:<\?xml[^>]{0,100}\?>\s*)?<(?:!doctype\s+html|html|head|body)\b/i.test(
    text,
  );
}

/** The body as a JSON object, or null. */
export function jsonOf(response: Response): JsonMap | null {
  const text = textOf(response);
  if (!text.trimStart().startsWith('{')) return null;
  const parsed = parseJson(text);
  return 'value' in parsed && isMap(parsed.value) ? parsed.value : null;
}

/** Null where the text is no absolute URL. */
export function urlOf(text: string): URL | null {
  return isUrl(text) ? new URL(text) : null;
}

/** The origin, or the text itself where it has none. */
export function originText(url: string): string {
  return urlOf(url)?.origin ?? url;
}

/** Each failure is held against every earlier exchange of the run. */
const routes = new WeakMap<Hop, string>();

/** Method and address without query: the route, as far as it can be told from outside. */
export function routeOf(hop: Hop): string {
  const known = routes.get(hop);
  if (known !== undefined) return known;
  const url = urlOf(hop.request.url);
  const route = `${hop.request.method} ${url ? url.origin + url.pathname : hop.request.url}`;
  routes.set(hop, route);
  return route;
}

export function lastHop(exchange: Exchange): Hop | null {
  return exchange.hops.at(-1) ?? null;
}

/** Parameters of a form that was sent; null where the body is something else. Values may be redacted. */
export function formOf(hop: Hop): URLSearchParams | null {
  const excerpt = hop.request.body?.excerpt ?? '';
  if (excerpt === '' || /^\s*[[{<]/.test(excerpt) || !/^[^\s=&]+=/.test(excerpt)) return null;
  return new URLSearchParams(excerpt);
}

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** RFC 9110 section 9.2.1. */
export function isSafeMethod(method: string): boolean {
  return safe.has(method);
}

/** A short text for a line of evidence. */
export function clip(text: string, length = 160): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain.length > length ? `${plain.slice(0, length)}…` : plain;
}
