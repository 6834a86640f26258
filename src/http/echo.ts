/** The answer of an endpoint that shows the header fields it received: JSON, CGI variables or lines of text. */
import type { Json, JsonMap, RawField } from '../model.ts';
import { isMap } from '../source.ts';
import { parseJson } from './json.ts';

/** Characters that are read. */
const looked = 65_536;
const mostFields = 300;
/** `{data: {request: {headers: ...}}}`. */
const deepest = 4;

/**
 * Fields in the order of the answer; names as they are written there, those of CGI (`HTTP_X_API_KEY`) as header fields.
 * Null where nothing in it reads as the head of a request.
 */
export function readEcho(text: string): readonly RawField[] | null {
  const body = text.slice(0, looked).trim();
  if (body.startsWith('{') || body.startsWith('[')) {
    const parsed = parseJson(body);
    return 'value' in parsed ? usable(fromJson(parsed.value, deepest) ?? []) : null;
  }
  return /^<(?:!doctype|html|\?xml)/i.test(body) ? null : usable(fromLines(body));
}

/** Each request has a Host: what has none of the usual fields is no echo. */
const usual: ReadonlySet<string> = new Set(['host', 'user-agent', 'accept', 'connection', 'x-forwarded-for']);

function usable(fields: readonly RawField[]): readonly RawField[] | null {
  const named = fields.slice(0, mostFields).flatMap(asField);
  return named.some(([name]) => usual.has(name.toLowerCase())) ? named : null;
}

/** RFC 3875 section 4.1.18. Nothing there is as good as an empty value: templates write the one for the other. */
function asField([name, value]: RawField): RawField[] {
  const plain = /^HTTP_\w+$/.test(name) ? name.slice(5).toLowerCase().replace(/_/g, '-') : name;
  const isName = /^[!#$%&'*+.^`|~\w-]{1,128}$/.test(plain);
  return isName && value.trim() !== '' ? [[plain, value.trim()]] : [];
}

const ofHeaders =
  /^(?:(?:request|req|http|raw|received)[ _-]?)?(?:headers?|header[ _-]?fields|headerslist|environ|env)$/i;

/** What is named headers, at the top or within; else the whole, if it is a map of texts. */
function fromJson(value: Json, depth: number): RawField[] | null {
  if (Array.isArray(value)) return pairs(value);
  if (!isMap(value) || depth === 0) return null;
  for (const name of Object.keys(value)) {
    const member = ofHeaders.test(name) ? value[name] : undefined;
    const found = member === undefined ? null : Array.isArray(member) ? pairs(member) : mapped(member);
    if (found && usable(found)) return found;
  }
  const whole = mapped(value);
  if (whole && usable(whole)) return whole;
  for (const member of Object.values(value)) {
    if (!isMap(member)) continue;
    const found = fromJson(member, depth - 1);
    if (found && usable(found)) return found;
  }
  return null;
}

function mapped(value: Json): RawField[] | null {
  if (!isMap(value)) return null;
  return Object.entries(value as JsonMap).flatMap(([name, member]) =>
    texts(member).map((text): RawField => [name, text]),
  );
}

function texts(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** `[{name, value}]`, `[[name, value]]`, or names and values in turn. */
function pairs(list: readonly Json[]): RawField[] {
  if (list.every((item) => typeof item === 'string')) {
    return list.flatMap((item, index): RawField[] => {
      const next = list[index + 1];
      return index % 2 === 0 && typeof next === 'string' ? [[item as string, next]] : [];
    });
  }
  return list.flatMap((item): RawField[] => {
    if (Array.isArray(item)) {
      const [name, value] = item;
      return typeof name === 'string' && typeof value === 'string' ? [[name, value]] : [];
    }
    if (!isMap(item)) return [];
    const [name, value] = [item['name'] ?? item['key'], item['value']];
    return typeof name === 'string' && typeof value === 'string' ? [[name, value]] : [];
  });
}

/** `Name: value` and `HTTP_NAME=value`; other lines are passed over. */
function fromLines(text: string): RawField[] {
  return text.split(/\r\n|\n|\r/).flatMap((line): RawField[] => {
    const colon = line.indexOf(': ');
    const equals = /^HTTP_\w+\s*=/.test(line) ? line.indexOf('=') : -1;
    const at = equals > 0 ? equals : colon;
    return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1)]] : [];
  });
}
