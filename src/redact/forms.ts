/** The texts that are searched for, in a layer of a text. */
import type { Borders } from './binary.ts';
import type { Layer } from './escapes.ts';
import { cutParts, type Form, type Index, keyAt, noWord, shortest, slot, slotBits } from './parts.ts';
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

/** Texts that are searched for in one way of reading bytes. */
interface Shelf extends Index {
  readonly fold: Uint8Array;
  longest: number;
}

const plus = 0x2b;
const space = 0x20;
/** A form says + where others say a space: both are one. */
const asWritten = Uint8Array.from({ length: 256 }, (_, byte) => (byte === plus ? space : byte));
const inSmallLetters = asWritten.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));

export function createForms(): Forms {
  const words = newShelf(asWritten);
  const others = newShelf(inSmallLetters);
  const shelves = [words, others];
  const used = (): Shelf[] => shelves.filter(({ forms }) => forms.length > 0);
  return {
    get longest() {
      return Math.max(words.longest, others.longest);
    },
    add(name, given) {
      if (given.length >= shortest) add(isWord(given) ? words : others, name, given);
    },
    search: (layer, least, cut) => used().flatMap((shelf) => search(shelf, layer, least, cut)),
    mayBegin: (bytes, length) => used().some((shelf) => mayBegin(shelf, bytes, length)),
  };
}

function newShelf(fold: Uint8Array): Shelf {
  return {
    fold,
    longest: 0,
    forms: [],
    prefixes: createPrefixes(),
    heads: new Map(),
    tails: new Map(),
    marked: new Uint8Array(1 << slotBits),
  };
}

/** Letters of a long number are lowered in names of hosts, cookies and fields; a word in capitals is another word. */
function isWord(bytes: Uint8Array): boolean {
  if (bytes.length < noWord) return true;
  return bytes.length < 2 * noWord && !bytes.some((byte) => byte >= 0x30 && byte <= 0x39);
}

function mayBegin({ fold, marked, heads }: Shelf, bytes: Uint8Array, length: number): boolean {
  let key = 0;
  for (let at = 0; at < length; at += 1) {
    key = (key << 8) | (fold[bytes[at] as number] as number);
    if (at + 1 >= shortest && marked[slot(key)] === 1 && heads.has(key)) return true;
  }
  return false;
}

function add(shelf: Shelf, name: string, given: Uint8Array): void {
  const { forms, prefixes, heads, tails, marked } = shelf;
  const bytes = Buffer.from(folded(given, shelf.fold));
  const form: Form = { name, bytes };
  shelf.longest = Math.max(shelf.longest, bytes.length);
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

function folded(bytes: Uint8Array, fold: Uint8Array): Uint8Array {
  return bytes.map((byte) => fold[byte] as number);
}

function search(index: Shelf, layer: Layer, least: number, cut: Borders): Found[] {
  const bytes = folded(layer.bytes, index.fold);
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
