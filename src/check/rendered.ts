/** Rendered values: telling maps from secrets, and comparing them with what was received. */
import type { Json } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { Secret } from '../secret.ts';

/** Reads a secret for a comparison; handed in, because only `credential/` and `replay/` may read one. */
export type Reveal = (secret: Secret) => string;

export type RenderedMap = { readonly [key: string]: RenderedJson };

export function isRenderedMap(value: RenderedJson | undefined): value is RenderedMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

export function isRenderedList(value: RenderedJson | undefined): value is readonly RenderedJson[] {
  return Array.isArray(value);
}

/** All secrets inside of a value. */
export function secretsIn(value: RenderedJson | undefined): Secret[] {
  if (value instanceof Secret) return [value];
  if (isRenderedList(value)) return value.flatMap(secretsIn);
  return isRenderedMap(value) ? Object.values(value).flatMap(secretsIn) : [];
}

/** Equality of JSON values: order of members does not count, 5 and 5n are one number, a secret is its text. */
export function equalsValue(expected: RenderedJson, actual: Json, reveal: Reveal): boolean {
  if (expected instanceof Secret) return equalsSecret(expected, actual, reveal);
  if (isNumber(expected) && isNumber(actual)) return compareNumbers(expected, actual) === 0;
  if (isRenderedList(expected)) {
    if (!isRenderedList(actual) || actual.length !== expected.length) return false;
    return expected.every((item, index) =>
      equalsValue(item, (actual as readonly Json[])[index] as Json, reveal),
    );
  }
  if (!isRenderedMap(expected)) return expected === actual;
  if (!isRenderedMap(actual)) return false;
  const names = Object.keys(expected);
  if (names.length !== Object.keys(actual).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(actual, name) &&
      equalsValue(expected[name] as RenderedJson, (actual as Record<string, Json>)[name] as Json, reveal),
  );
}

export function equalsSecret(expected: Secret, actual: Json, reveal: Reveal): boolean {
  return typeof actual === 'string' && reveal(expected) === actual;
}

export function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Below, at or above 0 as `a` is less than, equal to or more than `b`; exact between number and bigint. */
export function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
