/** What runs of base64, base64url and hex digits hold, at every alignment. */
import { hexDigit, type Layer } from './escapes.ts';

/** What a run is written in, and where a whole number of bytes may begin in it. */
interface Alphabet {
  readonly values: Int8Array;
  /** Bits of a digit. */
  readonly bits: 4 | 6;
  readonly phases: number;
  /** Digits of a run that can hold the 8 bytes for which it is searched. */
  readonly fewest: number;
}

const none = -1;

function base64Digit(byte: number): number {
  const character = String.fromCharCode(byte);
  const at = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(character);
  return at >= 0 ? at : character === '-' ? 62 : character === '_' ? 63 : none;
}

function table(digit: (byte: number) => number): Int8Array {
  return Int8Array.from({ length: 256 }, (_, byte) => digit(byte));
}

const base64: Alphabet = { values: table(base64Digit), bits: 6, phases: 4, fewest: 11 };
const hex: Alphabet = { values: table(hexDigit), bits: 4, phases: 2, fewest: 16 };

/** Where runs begin and end, in turn. */
type Runs = readonly number[];

/** What is needed of the texts that are searched for. */
interface Wanted {
  mayBegin(bytes: Uint8Array, length: number): boolean;
}
/** What runs hold. `isWritten`: it looks like more than chance, and may hold what is encoded once more. */
interface Decoded {
  readonly layer: Layer;
  readonly isWritten: boolean;
}

/**
 * Each with all runs of one alphabet read at one alignment, where something may be in it. `isNew`: of the runs only those
 * that hold escapes; the others were read before.
 */
export function* decoded(layer: Layer, isNew: boolean, cut: Borders, wanted: Wanted): Generator<Decoded> {
  for (const alphabet of [base64, hex]) {
    const runs = runsOf(layer, alphabet, isNew);
    if (runs.length === 0) continue;
    for (let phase = 0; phase < alphabet.phases; phase += 1) {
      const length = glance(layer.bytes, runs, alphabet, phase);
      const isWritten = looksWritten(glanced, length);
      if (isWritten || wanted.mayBegin(glanced, length))
        yield { layer: read(layer, runs, alphabet, phase, cut), isWritten };
    }
  }
}

/** What the runs hold, without its places. */
let glanced = new Uint8Array(4096);

function glance(bytes: Uint8Array, runs: Runs, { values, bits }: Alphabet, phase: number): number {
  if (glanced.length < bytes.length) glanced = new Uint8Array(2 * bytes.length);
  let length = 0;
  for (let run = 0; run < runs.length; run += 2) {
    const end = runs[run + 1] as number;
    let [left, value] = [0, 0];
    for (let at = (runs[run] as number) + phase; at < end; at += 1) {
      const digit = values[bytes[at] as number] as number;
      if (digit === none) continue;
      value = ((value << bits) | digit) & 0xffff;
      left += bits;
      if (left < 8) continue;
      left -= 8;
      const byte = (value >> left) & 0xff;
      glanced[length] = byte === plus ? space : byte;
      length += 1;
    }
    glanced[length] = apartByte;
    length += 1;
  }
  return length;
}
const plus = 0x2b;
const space = 0x20;

/** Columns after which encoders break lines, at the least. */
const column = 60;

function runsOf({ bytes, from, to }: Layer, { values, fewest }: Alphabet, isNew: boolean): Runs {
  const runs: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    if (values[bytes[at] as number] === none) continue;
    const start = at;
    let line = at;
    for (; at < bytes.length; at += 1) {
      if (values[bytes[at] as number] !== none) continue;
      const broken = lineBreak(bytes, at);
      if (broken === 0 || at - line < column) break;
      at += broken - 1;
      line = at + 1;
    }
    if (at - start < fewest) continue;
    const spans = from && to ? (to[at - 1] as number) - (from[start] as number) : at - start;
    if (!isNew || spans !== at - start) runs.push(start, at);
  }
  return runs;
}

/** Of a field or a sentence it has become a blank, and the next line may be indented. */
function lineBreak(bytes: Uint8Array, at: number): number {
  let next = at;
  while (next - at < mostBlanks && isBlank(bytes[next])) next += 1;
  return next - at;
}
const mostBlanks = 12;

function isBlank(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d || byte === space || byte === 0x09;
}

const dot = 0x2e;
/** In no text. */
const apartByte = 0xff;

/** Runs stand apart; where dots told that one is cut, dots stand beside what it holds as well. */
function read(layer: Layer, runs: Runs, { values, bits }: Alphabet, phase: number, cut: Borders): Layer {
  const { bytes, from, to } = layer;
  let size = 0;
  for (let run = 0; run < runs.length; run += 2)
    size += (runs[run + 1] as number) - (runs[run] as number) + 6;
  const out = new Uint8Array(size);
  const starts = new Int32Array(size);
  const ends = new Int32Array(size);
  let length = 0;
  const put = (byte: number, start: number, end: number): void => {
    out[length] = byte;
    starts[length] = from ? (from[start] as number) : start;
    ends[length] = to ? (to[end - 1] as number) : end;
    length += 1;
  };
  const apart = (isCut: boolean, at: number): void => {
    for (let count = isCut ? 3 : 1; count > 0; count -= 1) put(isCut ? dot : apartByte, at, at + 1);
  };
  for (let run = 0; run < runs.length; run += 2) {
    const end = runs[run + 1] as number;
    const start = runs[run] as number;
    apart(start === 0 ? cut.start : isDots(bytes, start - 3) || isEllipsis(bytes, start - 3), start);
    let [left, value, before] = [0, 0, start];
    for (let at = start + phase; at < end; at += 1) {
      const digit = values[bytes[at] as number] as number;
      if (digit === none) continue;
      if (left === 0) before = at;
      value = ((value << bits) | digit) & 0xffff;
      left += bits;
      if (left < 8) continue;
      left -= 8;
      put((value >> left) & 0xff, before, at + 1);
      before = at;
    }
    apart(end === bytes.length ? cut.end : isDots(bytes, end) || isEllipsis(bytes, end), end - 1);
  }
  return { bytes: out.subarray(0, length), from: starts.subarray(0, length), to: ends.subarray(0, length) };
}

function isDots(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === dot && bytes[at + 1] === dot && bytes[at + 2] === dot;
}

function isEllipsis(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && bytes[at + 2] === 0xa6;
}

/** Which borders of a text went through something longer. */
export interface Borders {
  readonly start: boolean;
  readonly end: boolean;
}

function looksWritten(bytes: Uint8Array, length: number): boolean {
  let printable = 0;
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at] as number;
    printable = byte >= 0x20 && byte < 0x7f ? printable + 1 : 0;
    if (printable >= written) return true;
  }
  return false;
}
/** Printable characters in a row that chance does not make. */
const written = 12;
