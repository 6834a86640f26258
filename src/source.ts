/**
 * Where the parts of a loaded value stand in the user's files. Loaded values are plain objects and arrays; their
 * places are kept beside them, so that they survive merging and never show up as data.
 */
import type { Json, Source } from './model.ts';

/** Compact: each map and list of each scenario has one. */
interface Places {
  readonly self: Source;
  /** One entry after the other: name, file, line and column of the key, of the value, and what is written. */
  entries: (string | number | null)[];
  /** Where each name begins in `entries`, where there are many. */
  index: Map<string | number, number> | null;
}
const width = 7;
/** Entries that are looked through one by one. */
const few = 16;

const places = new WeakMap<object, Places>();

/** Remembers where `container` begins. */
export function place(container: object, self: Source): void {
  places.set(container, { self, entries: [], index: null });
}

/** Remembers where one entry of `container` stands; `written` is a scalar's text as it is in the file. */
export function placeEntry(
  container: object,
  name: string | number,
  key: Source,
  value: Source,
  written: string | null,
): void {
  const known = places.get(container);
  if (known) set(known, [name, value.file, key.line, key.column, value.line, value.column, written]);
}

function set(known: Places, entry: Places['entries']): void {
  const [name] = entry as [string | number];
  const { entries } = known;
  const at = find(known, name);
  if (at >= 0) {
    entries.splice(at, width, ...entry);
    return;
  }
  known.index?.set(name, entries.length);
  // An array that grows takes more than it needs.
  if (entries.length < few * width) known.entries = [...entries, ...entry];
  else entries.push(...entry);
}

/** -1: there is none. */
function find(known: Places, name: string | number): number {
  const { entries } = known;
  if (entries.length > few * width) {
    known.index ??= new Map(names(entries));
    return known.index.get(name) ?? -1;
  }
  for (let at = 0; at < entries.length; at += width) if (entries[at] === name) return at;
  return -1;
}

function* names(entries: Places['entries']): Iterable<[string | number, number]> {
  for (let at = 0; at < entries.length; at += width) yield [entries[at] as string | number, at];
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
  const at = find(found, name);
  if (at < 0) return null;
  const [file, ...numbers] = found.entries.slice(at + 1, at + width - 1) as [string, ...number[]];
  const [line = 1, column = 1] = what === 'key' ? numbers : numbers.slice(2);
  return { file, line, column };
}

/** A number as it was written (`007`, `1.10`), for places where text is meant. */
export function writtenOf(container: object, name: string | number): string | null {
  const found = places.get(container);
  const at = found ? find(found, name) : -1;
  return at < 0 ? null : ((found?.entries[at + width - 1] as string | null | undefined) ?? null);
}

/** Maps of data have no prototype of their own, and none that anything could be found in. */
const Empty = function Empty() {} as unknown as new () => Record<string, Json>;
Empty.prototype = Object.freeze(Object.create(null));

/** A map without keys; one that is made by `Object.create(null)` takes several times as much memory. */
export function emptyMap(): Record<string, Json> {
  return new Empty();
}

/** Deep merge of maps: `over` wins, lists replace, null takes a key away. Places follow the values. */
export function merge<T extends Json>(base: T, over: Json): T {
  if (!isMap(base) || !isMap(over)) return over as T;
  const merged = emptyMap();
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
  const [known, into] = [places.get(from), places.get(merged)];
  const at = known ? find(known, name) : -1;
  if (known && into && at >= 0) set(into, known.entries.slice(at, at + width));
}
