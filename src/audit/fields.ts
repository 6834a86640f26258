/** Raw fields and bodies made easy to ask. */
import type { RawField } from '../model.ts';

/** Values by lower-case name, in order. */
export function byName(fields: readonly RawField[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    const values = map.get(key);
    if (values) values.push(value);
    else map.set(key, [value]);
  }
  return map;
}

/** The body begins as a JSON object or list does. */
export function startsJson(content: Uint8Array): boolean {
  for (const byte of content.subarray(0, 64)) {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
    return byte === 0x7b || byte === 0x5b;
  }
  return false;
}
