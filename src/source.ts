/**
 * Where the parts of a loaded value stand in the user's files. Loaded values are plain objects and arrays; their
 * places are kept beside them, so that they survive merging and never show up as data.
 */
import type { Json, Source } from './model.ts';

interface Places {
  readonly self: Source;
  readonly keys: Map<
    string | number,
    { readonly key: Source; readonly value: Source; readonly written: string | null }
  >;
}

const places = new WeakMap<object, Places>();

/** Remembers where `container` begins. */
export function place(container: object, self: Source): void {
  places.set(container, { self, keys: new Map() });
}

/** Remembers where one entry of `container` stands; `written` is a scalar's text as it is in the file. */
export function placeEntry(
  container: object,
  name: string | number,
  key: Source,
  value: Source,
  written: string | null,
): void {
  places.get(container)?.keys.set(name, { key, value, written });
}

/** The place of `container`, or of the value (or the key) of one of its entries; null for what came from no file. */
export function sourceOf(
  container: object,
  name?: string | number,
  what: 'key' | 'value' = 'value',
): Source | null {
  const found = places.get(container);
  if (!found) return null;
  if (name === undefined) return found.self;
  return found.keys.get(name)?.[what] ?? null;
}

/** A number as it was written (`007`, `1.10`), for places where text is meant. */
export function writtenOf(container: object, name: string | number): string | null {
  return places.get(container)?.keys.get(name)?.written ?? null;
}

/** Deep merge of maps: `over` wins, lists replace, null takes a key away. Places follow the values. */
export function merge<T extends Json>(base: T, over: Json): T {
  if (!isMap(base) || !isMap(over)) return over as T;
  const merged: Record<string, Json> = Object.create(null) as Record<string, Json>;
  place(merged, sourceOf(over) ?? sourceOf(base) ?? { file: '', line: 1, column: 1 });
  for (const [name, value] of Object.entries(base)) carry(merged, name, value, base);
  for (const [name, value] of Object.entries(over)) {
    if (value === null) {
      delete merged[name];
      continue;
    }
    const below = merged[name];
    carry(
      merged,
      name,
      below !== undefined && isMap(below) && isMap(value) ? merge(below, value) : value,
      over,
    );
  }
  return merged as T;
}

export function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function carry(merged: Record<string, Json>, name: string, value: Json, from: object): void {
  merged[name] = value;
  const entry = places.get(from)?.keys.get(name);
  if (entry) places.get(merged)?.keys.set(name, entry);
}
