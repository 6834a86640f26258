/** Answers made comparable: what differs in every answer (dates, ids, nonces, counters) taken out. */

import { parseJson } from '../http/json.ts';
import { percentEncoded } from '../http/url.ts';
import type { Exchange, Json, Response } from '../model.ts';
import { isMap } from '../source.ts';
import { headerValue } from './subject.ts';

/** Bytes of a body that are compared. */
const compared = 65_536;

/** The last answer of an exchange in normal form; null where there is none. `erase`: values that the request chose. */
export function normalAnswer(exchange: Exchange, erase: readonly string[] = []): string | null {
  const response = exchange.hops.at(-1)?.response;
  return response ? normal(response, erase) : null;
}

function normal(response: Response, erase: readonly string[]): string {
  const type = (headerValue(response, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const challenge = headerValue(response, 'www-authenticate') ?? '';
  const location = headerValue(response, 'location') ?? '';
  const text = Buffer.from(response.body.content.subarray(0, compared)).toString('utf8');
  const body = normalJson(text, erase) ?? strip(text, erase);
  return [String(response.status), type, strip(challenge, erase), strip(location, erase), body].join('\n');
}

/** Names of members that differ from answer to answer. */
const noise =
  /(^|[_-]|[a-z](?=[A-Z]))(id|ids|uuid|guid|trace|span|request|correlation|time|timestamp|date|nonce|instance|path)$/i;
/** Names of members whose digits mean something. */
const meaning = /code|error|status|type|title/i;
/** Deeper members are compared as text. */
const deepest = 3;

function normalJson(text: string, erase: readonly string[]): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const parsed = parseJson(text);
  return 'value' in parsed ? JSON.stringify(members(parsed.value, '', erase, 0)) : null;
}

function members(value: Json, name: string, erase: readonly string[], depth: number): unknown {
  if (Array.isArray(value) && depth < deepest)
    return value.map((item: Json) => members(item, name, erase, depth + 1));
  if (isMap(value) && depth < deepest) {
    const kept = Object.entries(value).filter(([key]) => !noise.test(key));
    return kept.map(([key, item]) => [key, members(item, key, erase, depth + 1)]).sort();
  }
  const text = typeof value === 'string' ? value : String(typeof value === 'object' ? '' : value);
  return meaning.test(name) && text.length < 60 && !/\s/.test(text) ? text : strip(text, erase);
}

/** Every word that holds a digit is taken for an id, a time or a count. */
function strip(text: string, erase: readonly string[]): string {
  let result = text;
  for (const value of erase) {
    if (value === '') continue;
    for (const form of [value, percentEncoded(value), escapeHtml(value)])
      result = result.replaceAll(form, '~');
  }
  return (
    result
      .replace(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]{8} GMT/g, '~')
      // Not as one pattern: on a long word without a digit that takes minutes.
      .replace(/[\w+/=.:-]+/g, (word) => (/\d/.test(word) ? '~' : word))
      .replace(/[\w-]{32,}/g, '~')
  );
}

function escapeHtml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
