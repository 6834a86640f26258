/** Answers made comparable: what differs in every answer (dates, ids, nonces) taken out. */
import type { Exchange, Response } from '../model.ts';
import { headerValue } from './subject.ts';

/** The last answer of an exchange in normal form; null where there is none. `erase`: values that the request chose. */
export function normalAnswer(exchange: Exchange, erase: readonly string[] = []): string | null {
  const response = exchange.hops.at(-1)?.response;
  return response ? normal(response, erase) : null;
}

function normal(response: Response, erase: readonly string[]): string {
  const type = (headerValue(response, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const challenge = headerValue(response, 'www-authenticate') ?? '';
  const location = headerValue(response, 'location') ?? '';
  const body = Buffer.from(response.body.content.subarray(0, 65_536)).toString('utf8');
  return [
    String(response.status),
    type,
    ...[challenge, location, body].map((text) => strip(text, erase)),
  ].join('\n');
}

function strip(text: string, erase: readonly string[]): string {
  let result = text;
  for (const value of erase) {
    if (value === '') continue;
    for (const form of [value, encodeURIComponent(value), escapeHtml(value)])
      result = result.replaceAll(form, '~');
  }
  return result
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?/g, '~')
    .replace(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]{8} GMT/g, '~')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '~')
    .replace(/\b[\w-]*\d[\w-]{15,}\b/g, '~')
    .replace(/\b\d{5,}\b/g, '~');
}

function escapeHtml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
