/** What is left of a secret that somebody cut or masked. */
import type { Borders } from './binary.ts';
import type { Prefixes } from './prefixes.ts';

/** Shorter values would turn every report into placeholders. */
export const shortest = 4;
/** Bytes of a secret that is no word, such as the name of a credential. */
export const noWord = 8;

export interface Form {
  readonly name: string;
  readonly bytes: Buffer;
}
/** Forms with one beginning. */
export interface Alike {
  longest: number;
  readonly ids: number[];
  isSorted: boolean;
}
export interface Index {
  readonly forms: Form[];
  readonly prefixes: Prefixes;
  /** By their first and by their last four bytes. */
  readonly heads: Map<number, Alike>;
  readonly tails: Map<number, number[]>;
  /** Which beginnings there are; a few that are not are marked as well. */
  readonly marked: Uint8Array;
}

/** Enough for some hundred thousand beginnings. */
export const slotBits = 20;

export function slot(key: number): number {
  return Math.imul(key, 0x9e_37_79_b1) >>> (32 - slotBits);
}

export function keyAt(bytes: Uint8Array, at: number): number {
  const front = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  return front | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly form: Form;
}

/** What people write for what they left out: dots, an ellipsis, asterisks, bullets. */
const omissions = /\.{3,}|\*{3,}|\xe2\x80\xa6|(?:\xe2\x80\xa2){3,}/g;

export function* cutParts(index: Index, bytes: Uint8Array, least: number, cut: Borders): Generator<Part> {
  const { length } = bytes;
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
  const marks = [...latin.matchAll(omissions)].map(
    ({ index: at, 0: mark }) => [at, at + mark.length] as const,
  );
  const borders = [
    ...(cut.start ? [[0, 0] as const] : []),
    ...marks,
    ...(cut.end ? [[length, length] as const] : []),
  ];
  for (const [position, [before, behind]] of borders.entries()) {
    const low = borders[position - 1]?.[1] ?? 0;
    const high = borders[position + 1]?.[0] ?? length;
    const heads = before === 0 ? [] : headsBefore(index, bytes, low, before);
    const tails = behind === length ? [] : tailsBehind(index, bytes, behind, high);
    const isEnough = (part: Part): boolean => {
      const shown = part.end - part.start;
      if (shown < least) return false;
      return before === behind || shown >= noWord || shown * 2 >= part.form.bytes.length;
    };
    const enough = [heads.find(isEnough), tails.find(isEnough)].filter((part) => part !== undefined);
    yield* enough;
    if (enough.length === 0 && least === shortest) yield* masked(heads, bytes, behind, high);
  }
}

/** Places that are looked at beside a mark, and forms that are alike there: a hostile text has any number of both. */
const mostPlaces = 16;
const mostAlike = 64;

/** Parts of the text that end at `end` and with which a form begins, the longest first. */
function headsBefore({ forms, heads, marked }: Index, bytes: Uint8Array, low: number, end: number): Part[] {
  const parts: Part[] = [];
  let places = 0;
  for (let at = low; at + shortest <= end && places < mostPlaces; at += 1) {
    const key = keyAt(bytes, at);
    const alike = marked[slot(key)] === 0 ? undefined : heads.get(key);
    if (!alike || end - at >= alike.longest) continue;
    places += 1;
    const shown = bytes.subarray(at, end);
    for (const form of begunBy(shown, alike, forms)) parts.push({ start: at, end, form });
  }
  return parts;
}

/** Forms that begin with `shown` and are longer, not more than `mostAlike`. */
function begunBy(shown: Uint8Array, alike: Alike, forms: readonly Form[]): Form[] {
  const { ids } = alike;
  const of = (place: number): Buffer => (forms[ids[place] as number] as Form).bytes;
  if (!alike.isSorted) ids.sort((a, b) => (forms[a] as Form).bytes.compare((forms[b] as Form).bytes));
  alike.isSorted = true;
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(middle).compare(shown) <= 0) low = middle + 1;
    else high = middle;
  }
  const found: Form[] = [];
  for (; low < ids.length && found.length < mostAlike; low += 1) {
    if (of(low).length < shown.length || of(low).compare(shown, 0, shown.length, 0, shown.length) !== 0)
      break;
    found.push(forms[ids[low] as number] as Form);
  }
  return found;
}

/** Parts of the text that begin at `start` and with which a form ends, the longest first. */
function tailsBehind({ forms, tails }: Index, bytes: Uint8Array, start: number, high: number): Part[] {
  const parts: Part[] = [];
  let places = 0;
  for (let end = high; end - shortest >= start && places < mostPlaces; end -= 1) {
    const ended = tails.get(keyAt(bytes, end - shortest));
    if (!ended) continue;
    places += 1;
    for (const id of ended.slice(0, mostAlike)) {
      const form = forms[id] as Form;
      if (form.bytes.length > end - start && endsWith(form.bytes, bytes, start, end))
        parts.push({ start, end, form });
    }
  }
  return parts;
}

function endsWith(form: Buffer, bytes: Uint8Array, start: number, end: number): boolean {
  return form.compare(bytes, start, end, form.length - (end - start)) === 0;
}

/** Bytes of an end that are shown behind asterisks, at most. */
const longestTail = 32;

/** Beginning and end of one form beside a mark, each too little by itself. */
function* masked(heads: readonly Part[], bytes: Uint8Array, start: number, high: number): Generator<Part> {
  for (const head of heads.slice(0, mostAlike)) {
    for (let end = Math.min(high, start + longestTail); end - shortest >= start; end -= 1) {
      const { bytes: form } = head.form;
      if (form.length <= end - start || !endsWith(form, bytes, start, end)) continue;
      yield head;
      yield { start, end, form: head.form };
      return;
    }
  }
}
