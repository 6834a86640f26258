/** Whether a received value is as expected (LANGUAGE.md section 4). */
import { compilePattern } from '../http/regexp.ts';
import type { Json } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { parseDuration, parseSize } from '../plan/units.ts';
import { Secret } from '../secret.ts';
import { writtenOf } from '../source.ts';
import { isMatcher } from './matcher-words.ts';
import {
  compareNumbers,
  equalsValue,
  isNumber,
  isRenderedList,
  isRenderedMap,
  type RenderedMap,
  type Reveal,
} from './rendered.ts';

export interface MatchContext {
  readonly reveal: Reveal;
  /** The subject came as text (a header): a number in the expectation is taken as it was written. */
  readonly text?: boolean;
  /** Equality of text without regard to case (a scheme of RFC 9110 section 11.1). */
  readonly ignoreCase?: boolean;
  /** The unit of a number that is the subject: operands such as `3s` or `2MB` are converted. */
  readonly unit?: 'ms' | 'bytes';
  /** What `length` is compared with, where it is not that of the value itself: the bytes of a body. */
  readonly bytes?: number;
}

/**
 * `actual` undefined: there is no such thing. Then only `exists: false`, and `not` of what needs a value, hold.
 * `at` is where `expected` stands, for numbers as written.
 */
export function matches(
  expected: RenderedJson,
  actual: Json | undefined,
  context: MatchContext,
  at: readonly [container: object, key: string | number] | null = null,
): boolean {
  if (!isRenderedMap(expected) || !isMatcher(expected)) {
    return actual !== undefined && equals(expected, actual, context, at);
  }
  return Object.keys(expected).every((word) => holds(word, expected, actual, context));
}

function equals(
  expected: RenderedJson,
  actual: Json,
  context: MatchContext,
  at: readonly [object, string | number] | null,
): boolean {
  let wanted = expected;
  if (context.text && (isNumber(wanted) || typeof wanted === 'boolean')) {
    wanted = (at && writtenOf(...at)) ?? String(wanted);
  }
  if (context.unit && typeof wanted === 'string') wanted = quantity(wanted, context) ?? wanted;
  if (context.ignoreCase && typeof wanted === 'string' && typeof actual === 'string') {
    return wanted.toLowerCase() === actual.toLowerCase();
  }
  if (context.text && isRenderedList(wanted) && isRenderedList(actual)) {
    const list = wanted;
    const items = actual as readonly Json[];
    return (
      list.length === items.length &&
      list.every((item, i) => equals(item, items[i] as Json, context, [list, i]))
    );
  }
  return equalsValue(wanted, actual, context.reveal);
}

function holds(word: string, matcher: RenderedMap, actual: Json | undefined, context: MatchContext): boolean {
  const operand = matcher[word] as RenderedJson;
  if (word === 'exists') return (actual !== undefined) === (operand !== false);
  if (word === 'not') return !matches(operand, actual, context, [matcher, word]);
  if (actual === undefined) return false;
  switch (word) {
    case 'equals':
      return equals(operand, actual, context, [matcher, word]);
    case 'one_of':
      return (
        isRenderedList(operand) && operand.some((item, i) => matches(item, actual, context, [operand, i]))
      );
    case 'type':
      return (isRenderedList(operand) ? operand : [operand]).some((type) => hasType(actual, type));
    case 'length':
      return matchesLength(operand, actual, context);
    case 'contains':
      return contains(operand, actual, context, [matcher, word]);
    case 'each':
    case 'any':
    case 'none':
      return matchesItems(word, operand, actual, context, [matcher, word]);
    case 'matches':
    case 'starts_with':
    case 'ends_with':
      return matchesText(word, asText(operand, [matcher, word], context), actual);
    default:
      return holdsOrder(word, compare(actual, operand, context));
  }
}

function matchesItems(
  word: string,
  operand: RenderedJson,
  actual: Json,
  context: MatchContext,
  at: readonly [object, string],
): boolean {
  if (!Array.isArray(actual)) return false;
  const matching = (item: Json): boolean => matches(operand, item, context, at);
  if (word === 'each') return actual.every(matching);
  return actual.some(matching) === (word === 'any');
}

function asText(operand: RenderedJson, at: readonly [object, string], context: MatchContext): string | null {
  if (operand instanceof Secret) return context.reveal(operand);
  if (typeof operand === 'string') return operand;
  return isNumber(operand) ? (writtenOf(...at) ?? String(operand)) : null;
}

function matchesText(word: string, operand: string | null, actual: Json): boolean {
  if (operand === null || typeof actual !== 'string') return false;
  if (word === 'starts_with') return actual.startsWith(operand);
  if (word === 'ends_with') return actual.endsWith(operand);
  const pattern = compilePattern(operand);
  return 'test' in pattern && pattern.test(actual);
}

/** A part of a text, an item of a list, a member of a map by name, or some members of a map with their values. */
function contains(
  operand: RenderedJson,
  actual: Json,
  context: MatchContext,
  at: readonly [object, string],
): boolean {
  if (typeof actual === 'string') {
    const text = asText(operand, at, context);
    return text !== null && actual.includes(text);
  }
  if (Array.isArray(actual)) return actual.some((item: Json) => matches(operand, item, context, at));
  if (!isRenderedMap(actual)) return false;
  const map = actual as Readonly<Record<string, Json>>;
  if (typeof operand === 'string') return Object.hasOwn(map, operand);
  if (!isRenderedMap(operand)) return false;
  return Object.entries(operand).every(([name, value]) =>
    matches(value, Object.hasOwn(map, name) ? map[name] : undefined, context, [operand, name]),
  );
}

function hasType(actual: Json, type: RenderedJson): boolean {
  switch (type) {
    case 'null':
      return actual === null;
    case 'array':
      return Array.isArray(actual);
    case 'object':
      return isRenderedMap(actual);
    case 'number':
      return isNumber(actual);
    case 'integer':
      return typeof actual === 'bigint' || Number.isInteger(actual);
    default:
      return typeof actual === type;
  }
}

/** Characters (code points) of a text, items of a list, members of a map, bytes of a body. */
function matchesLength(operand: RenderedJson, actual: Json, context: MatchContext): boolean {
  const length = context.bytes ?? lengthOf(actual);
  return length !== null && matches(operand, length, { reveal: context.reveal, unit: 'bytes' });
}

function lengthOf(value: Json): number | null {
  if (typeof value === 'string') return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  return isRenderedMap(value) ? Object.keys(value).length : null;
}

function holdsOrder(word: string, order: number | null): boolean {
  if (order === null) return false;
  if (word === 'gt') return order > 0;
  if (word === 'gte') return order >= 0;
  return word === 'lt' ? order < 0 : order <= 0;
}

/** Numbers as numbers, timestamps (RFC 3339) as instants, other texts by their UTF-16 units; null: not comparable. */
function compare(actual: Json, operand: RenderedJson, context: MatchContext): number | null {
  const wanted = operand instanceof Secret ? context.reveal(operand) : operand;
  if (isNumber(actual)) {
    const limit = typeof wanted === 'string' ? quantity(wanted, context) : wanted;
    return isNumber(limit) ? compareNumbers(actual, limit) : null;
  }
  if (typeof actual !== 'string') return null;
  if (isNumber(wanted)) {
    const number = context.text ? numberIn(actual) : null;
    return number === null ? null : compareNumbers(number, wanted);
  }
  if (typeof wanted !== 'string') return null;
  const instants = [instantIn(actual), instantIn(wanted)];
  const [a, b] = instants;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (actual === wanted) return 0;
  return actual < wanted ? -1 : 1;
}

function quantity(text: string, context: MatchContext): number | null {
  if (context.unit === 'ms') return parseDuration(text);
  return context.unit === 'bytes' ? parseSize(text) : null;
}

function numberIn(text: string): number | bigint | null {
  if (/^-?\d+$/.test(text)) return text.length < 16 ? Number(text) : BigInt(text.slice(0, 4096));
  return /^-?\d+\.\d+$/.test(text) ? Number(text) : null;
}

function instantIn(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text)) return null;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? null : instant;
}
