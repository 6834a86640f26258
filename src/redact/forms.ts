/** The texts that are searched for, in a layer of a text. */
import type { Borders } from './binary.ts';
import type { Layer } from './escapes.ts';
import { cutParts, type Form, type Index, keyAt, shortest, slot, slotBits } from './parts.ts';
import { createPrefixes, type Prefixes } from './prefixes.ts';

export interface Found {
  /** Bytes of the source. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** Bytes of the whole text of which this is one or a part. */
  readonly size: number;
}

export interface Forms {
  /** Bytes of the longest; 0 where there is none. */
  readonly longest: number;
  add(name: string, bytes: Uint8Array): void;
  /** Those of at least `least` bytes. */
  search(layer: Layer, least: number, cut: Borders): Found[];
  /** Whether one may begin within the first `length` bytes. */
  mayBegin(bytes: Uint8Array, length: number): boolean;
}

export function createForms(): Forms {
  const index: Index = {
    forms: [],
    prefixes: createPrefixes(),
    heads: new Map(),
    tails: new Map(),
    marked: new Uint8Array(1 << slotBits),
  };
  let longest = 0;
  return {
    get longest() {
      return longest;
    },
    add(name, given) {
      if (given.length < shortest) return;
      const bytes = Buffer.from(folded(given));
      longest = Math.max(longest, bytes.length);
      add(index, { name, bytes });
    },
    search: (layer, least, cut) => search(index, layer, least, cut),
    mayBegin(bytes, length) {
      for (let at = 0; at + shortest <= length; at += 1)
        if (index.marked[slot(keyAt(bytes, at))] === 1 && index.heads.has(keyAt(bytes, at))) return true;
      return false;
    },
  };
}

function add({ forms, prefixes, heads, tails, marked }: Index, form: Form): void {
  const { bytes } = form;
  const text = prefixes.hash(bytes);
  const known = forms[prefixes.at(text, 0, bytes.length)];
  if (known?.bytes.length === bytes.length) return;
  const id = forms.push(form) - 1;
  prefixes.add(text, id);
  const head = keyAt(bytes, 0);
  marked[slot(head)] = 1;
  const alike = heads.get(head);
  if (alike) {
    alike.ids.push(id);
    alike.longest = Math.max(alike.longest, bytes.length);
    alike.isSorted = false;
  } else heads.set(head, { longest: bytes.length, ids: [id], isSorted: true });
  const tail = keyAt(bytes, bytes.length - shortest);
  const ended = tails.get(tail);
  if (ended) ended.push(id);
  else tails.set(tail, [id]);
}

/** A form says + where others say a space: both are one. */
function folded(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(0x2b)) return bytes;
  return bytes.map((byte) => (byte === 0x2b ? 0x20 : byte));
}

function search(index: Index, layer: Layer, least: number, cut: Borders): Found[] {
  const bytes = folded(layer.bytes);
  const found: Found[] = [];
  let [start, end, id] = [0, 0, -1];
  const close = (): void => {
    if (id >= 0) found.push(placed(layer, start, end, index.forms[id] as Form));
  };
  let text: ReturnType<Prefixes['hash']> | null = null;
  for (let at = 0; at + shortest <= bytes.length; at += 1) {
    const key = keyAt(bytes, at);
    if (index.marked[slot(key)] === 0) continue;
    const alike = index.heads.get(key);
    if (alike === undefined) continue;
    text ??= index.prefixes.hash(bytes);
    const next = index.prefixes.at(text, at, alike.longest);
    const size = index.forms[next]?.bytes.length ?? 0;
    if (size < least) continue;
    // What overlaps is taken out as one.
    if (at >= end) {
      close();
      start = at;
      id = next;
    }
    end = Math.max(end, at + size);
  }
  close();
  for (const part of cutParts(index, bytes, least, cut))
    found.push(placed(layer, part.start, part.end, part.form));
  return found;
}

function placed({ from, to }: Layer, start: number, end: number, { name, bytes }: Form): Found {
  const size = bytes.length;
  return from && to
    ? { start: from[start] as number, end: to[end - 1] as number, name, size }
    : { start, end, name, size };
}
