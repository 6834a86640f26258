/** What the language has and this version does not: said as such, so that nobody looks for a typing mistake. */

const keys: ReadonlySet<string> = new Set([
  'after',
  'before',
  // of a step; a scenario has it
  'data',
  'known_failure',
  'serial',
  'until',
  // of a scenario; a step has it
  'use',
]);

const values: Readonly<Record<string, readonly string[]>> = { type: ['oauth1'] };

/** Whether `key` is one of a later version. */
export function isLaterKey(key: string): boolean {
  return keys.has(key);
}

export function isLaterValue(key: string, value: string): boolean {
  return Object.hasOwn(values, key) && (values[key]?.includes(value) ?? false);
}
