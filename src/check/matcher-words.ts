/** The vocabulary of matchers (LANGUAGE.md section 4). */
import type { RenderedMap } from './rendered.ts';

export const matcherWords: ReadonlySet<string> = new Set([
  'equals',
  'not',
  'matches',
  'contains',
  'starts_with',
  'ends_with',
  'one_of',
  'type',
  'gt',
  'gte',
  'lt',
  'lte',
  'length',
  'exists',
  'each',
  'any',
  'none',
]);

export const typeWords: ReadonlySet<string> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'null',
  'array',
  'object',
]);

/** A map is a matcher when all its keys, and at least one, are matcher words. */
export function isMatcher(map: RenderedMap): boolean {
  const keys = Object.keys(map);
  return keys.length > 0 && keys.every((key) => matcherWords.has(key));
}
