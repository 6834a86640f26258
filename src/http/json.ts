/** JSON (RFC 8259) without loss: integers beyond 2^53 become bigint. */
import { createRequire } from 'node:module';
import type { Json } from '../model.ts';

type LosslessJson = typeof import('lossless-json');

/** Digits of an integer that is kept exactly; a longer one becomes a double. */
const longestInteger = 4096;

const require = createRequire(import.meta.url);
let lossless: LosslessJson | null = null;

/** Lists and maps within each other: deeper ones fit no stack of those who read the value afterwards. */
const deepest = 1000;

/**
 * Parses a whole JSON text. Of duplicate names the last one counts (RFC 8259 section 4); `__proto__` is a name like
 * any other. Never throws: bad syntax, and nesting of more than 1,000 levels, come back as `error`.
 */
export function parseJson(text: string): { readonly value: Json } | { readonly error: string } {
  if (nestsTooDeeply(text)) return { error: 'it is nested too deeply' };
  try {
    const value = mayHoldLargeInteger(text) ? parseExactly(text) : (JSON.parse(text) as Json);
    if (mayNameItself.test(text)) makePrintable(value);
    return { value };
  } catch (error) {
    if (error instanceof RangeError) return { error: 'it is nested too deeply' };
    if (error instanceof SyntaxError) return { error: error.message };
    throw error;
  }
}

/** `toString`, also by escapes. */
const mayNameItself = /toString|\\u/;

/**
 * `String({"toString": 1})` throws. A map with such a member gets a way to be printed that no JSON text can name; its
 * members are what they were.
 */
function makePrintable(value: Json): void {
  const left: Json[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, 'toString'))
      Object.defineProperty(next, Symbol.toPrimitive, { value: () => '[object Object]' });
    for (const member of Object.values(next)) left.push(member);
  }
}

/** Brackets outside of strings are counted; what is no JSON is left to the parser. */
function nestsTooDeeply(text: string): boolean {
  if (text.length <= deepest) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
    } else if (code === openList || code === openMap) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (code === closeList || code === closeMap) depth -= 1;
  }
  return false;
}

const [quote, backslash, openList, closeList, openMap, closeMap] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Of its closing quote; the end of the text where it has none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote) return at;
  }
  return text.length;
}

/** JSON.parse is an order of magnitude faster, and exact where no number has 16 digits. */
function mayHoldLargeInteger(text: string): boolean {
  return /\d{16}/.test(text);
}

function parseExactly(text: string): Json {
  lossless ??= require('lossless-json') as LosslessJson;
  return lossless.parse(text, null, {
    parseNumber: parseNumber,
    onDuplicateKey: ({ newValue }) => newValue,
  }) as Json;
}

/** Where a text that is no JSON stops being some, in UTF-16 units; its length where only an end is missing. */
export function jsonFaultAt(text: string): number {
  try {
    parseExactly(text);
  } catch (error) {
    const at = /position (\d+)$/.exec((error as Error).message)?.[1];
    if (at !== undefined) return Number(at);
  }
  return text.length;
}

function parseNumber(text: string): number | bigint {
  const value = Number(text);
  const integer = /^-?\d+$/.test(text);
  return integer && !Number.isSafeInteger(value) && text.length <= longestInteger ? BigInt(text) : value;
}

/**
 * JSON text of a value, bigint as digits; `stringifyJson` is to `parseJson` what JSON.stringify is to JSON.parse.
 * Objects with a `toJSON` of their own (a Secret) are written as that says. Throws RangeError when nested too deeply.
 */
export function stringifyJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(stringifyJson).join(',')}]`;
  if (typeof value !== 'object' || value === null || 'toJSON' in value)
    return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${stringifyJson(member)}`,
  );
  return `{${members.join(',')}}`;
}
