/** What a server said, short enough for a sentence. */

import { parseJson } from '../../http/json.ts';
import { isUrl } from '../../http/url.ts';
import type { Json } from '../../model.ts';
import { isMap } from '../../source.ts';
import { saidBy } from '../likeness.ts';
import { headerValue, type Subject } from '../subject.ts';

const longest = 140;

/** Members of a JSON body in which servers say why, the most telling first. */
const members = [
  'error_description',
  'message',
  'detail',
  'error_message',
  'reason',
  'msg',
  'title',
  'error',
  'errors',
  'code',
];

/** Error and description, else the text of a short body or the title of a page; null for a silent answer. */
export function words(subject: Subject): string | null {
  const told = [subject.error, subject.description].filter((text) => text !== null && text.trim() !== '');
  if (told.length > 0) return short([...new Set(told)].join(': '));
  const text = subject.text.trim();
  if (text === '') return null;
  const parsed = /^[[{"]/.test(text) ? parseJson(text) : null;
  if (parsed && 'value' in parsed) return short(inJson(parsed.value, 0) ?? '');
  const page = subject.response ? headerValue(subject.response, 'content-type') : null;
  const said = subject.stage === 'authorization' ? saidBy(subject.failing) : null;
  if (said !== null) return short(said);
  if (/html/i.test(page ?? '') || text.startsWith('<'))
    return short(/<(title|h1)[^>]*>([^<]{1,200})</i.exec(text)?.[2] ?? '');
  return text.length <= 200 ? short(text) : null;
}

function inJson(value: Json, depth: number): string | null {
  if (typeof value === 'string') return value;
  if (depth > 3) return null;
  if (Array.isArray(value)) return value.length > 0 ? inJson(value[0] as Json, depth + 1) : null;
  if (!isMap(value)) return null;
  for (const member of members) {
    const found = value[member] === undefined ? null : inJson(value[member], depth + 1);
    if (found !== null && found !== '') return found;
  }
  return null;
}

/** One line without anything that looks like a token; cut between words, so that no part of a secret is left. */
export function short(text: string): string | null {
  const line = text
    .replace(/\beyJ[\w-]{6,}(?:\.[\w-]*)*/g, '[token]')
    .replace(/[\w+/=-]{40,}/g, '[…]')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.:;,]+$/, '');
  if (line === '') return null;
  if (line.length <= longest) return line;
  const end = line.lastIndexOf(' ', longest);
  return end < 20 ? null : `${line.slice(0, end)} …`;
}

/** How two texts that are compared character by character differ, where it is a trifle; null: they are just different. */
export function smallDifference(one: string, other: string): string | null {
  if (one === other) return null;
  const bare = (text: string): string => text.replace(/\/+$/, '');
  if (bare(one) === bare(other)) return 'they differ in the slash at the end';
  if (one.toLowerCase() === other.toLowerCase()) return 'they differ in upper and lower case';
  if (one.trim() === other.trim()) return 'they differ in white space at an end';
  if (!isUrl(one) || !isUrl(other)) return null;
  const [a, b] = [new URL(one), new URL(other)];
  if (a.href === b.href) return 'they differ in spelling only, a default port or an escape';
  const parts = (['protocol', 'hostname', 'port', 'pathname', 'search'] as const).filter(
    (part) => a[part] !== b[part],
  );
  const names = { protocol: 'scheme', hostname: null, port: 'port', pathname: 'path', search: 'query' };
  const [only] = parts;
  const name = only ? names[only] : null;
  return parts.length === 1 && name !== null ? `they differ in the ${name} only` : null;
}

/** An instant as ISO 8601; a number that is none as it is. */
export function isoTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

/** The first of a list, and how many there are more. */
export function several(list: readonly string[], separator = ' ', most = 12): string {
  const more = list.length - most;
  const shown = list.slice(0, more > 0 ? most : undefined).map((text) => cut(text, 120));
  return `${shown.join(separator)}${more > 0 ? ` and ${more} more` : ''}`;
}

function cut(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > width ? `${line.slice(0, width)}…` : line;
}

/** Parameters of redirects that are credentials, or as good as such. */
const delicate =
  /^(?:code|state|nonce|ticket|assertion|otp|sig|signature|password|request|login_challenge|(?:[\w-]*[_-])?(?:token|secret|key|session|session_state)|saml\w*|code_\w+)$/i;

/** A URL whose query shows short, harmless values only: what a server puts into a Location may be a credential. */
export function shownUrl(url: string): string {
  return url.replace(/([?&#;])([^=&#;]+)=([^&#;]*)/g, (whole, sign: string, name: string, value: string) =>
    value.length > 32 || delicate.test(name) ? `${sign}${name}=…` : whole,
  );
}
