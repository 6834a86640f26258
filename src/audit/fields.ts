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
  const first = firstByte(content);
  return first === 0x7b || first === 0x5b;
}

/** The first byte of a body that is no white space, or null. */
export function firstByte(content: Uint8Array | undefined): number | null {
  for (let at = 0; at < Math.min(content?.length ?? 0, 256); at += 1) {
    const byte = content?.[at];
    if (byte !== undefined && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
  }
  return null;
}
