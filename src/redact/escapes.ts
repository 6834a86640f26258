/**
 * What escapes of URLs, JSON, programming languages and HTML stand for. All kinds are undone at once, and what comes out
 * may hold escapes again: text that is written within text.
 */
import { entities } from './entities.ts';
import { invisibleAt, invisibles } from './invisible.ts';

/** Text as UTF-8, and where each byte of it stands in the text that is searched. */
export interface Layer {
  readonly bytes: Uint8Array;
  /** Where the source of a byte begins and ends; null: the layer is the source. */
  readonly from: Int32Array | null;
  readonly to: Int32Array | null;
}

const percent = 0x25;
const backslash = 0x5c;
const ampersand = 0x26;

/** An escape as one number: how many bytes it has, and what it stands for; 0 is none. */
type Escape = number;
const codes = 0x20_0000;
/** Beyond the code points: a byte, of which several make a character. */
const rawByte = 0x11_0000;
/** What stands for nothing. */
const nothing = rawByte + 256;

/** The layer without its escapes; null where it has none. */
export function unescaped({ bytes, from, to }: Layer): Layer | null {
  let next = nextEscape(bytes, 0);
  if (next.escape === 0) return null;
  // No escape is shorter than what it stands for.
  const out = new Uint8Array(bytes.length);
  const starts = new Int32Array(bytes.length);
  const ends = new Int32Array(bytes.length);
  let length = 0;
  let at = 0;
  const place = (count: number, begin: number, end: number): void => {
    starts.fill(from ? (from[begin] as number) : begin, length, length + count);
    ends.fill(to ? (to[end - 1] as number) : end, length, length + count);
    length += count;
  };
  for (; at < bytes.length; ) {
    for (; at < next.at; at += 1) {
      out[length] = bytes[at] as number;
      starts[length] = from ? (from[at] as number) : at;
      ends[length] = to ? (to[at] as number) : at + 1;
      length += 1;
    }
    if (next.escape === 0) break;
    const width = Math.floor(next.escape / codes);
    place(write(out, length, next.escape % codes), at, at + width);
    at += width;
    next = nextEscape(bytes, at);
  }
  return {
    bytes: out.subarray(0, length),
    from: starts.subarray(0, length),
    to: ends.subarray(0, length),
  };
}

/** The first escape from `at` on; `at` is the end where there is none. */
function nextEscape(bytes: Uint8Array, at: number): { at: number; escape: Escape } {
  for (let index = at; index < bytes.length; index += 1) {
    const read = readers[bytes[index] as number];
    const found = read === undefined ? 0 : read(bytes, index);
    if (found !== 0) return { at: index, escape: found };
  }
  return { at: bytes.length, escape: 0 };
}

/** Writes a code point as UTF-8, or a byte as it is; how many bytes. */
function write(out: Uint8Array, at: number, code: number): number {
  if (code === nothing) return 0;
  if (code >= rawByte || code < 0x80) {
    out[at] = code & 0xff;
    return 1;
  }
  const tail = code < 0x800 ? 1 : code < 0x1_0000 ? 2 : 3;
  out[at] = ([0xc0, 0xe0, 0xf0][tail - 1] as number) | (code >> (6 * tail));
  for (let index = 1; index <= tail; index += 1)
    out[at + index] = 0x80 | ((code >> (6 * (tail - index))) & 0x3f);
  return tail + 1;
}

/** RFC 3986 section 2.1, and the `%uXXXX` of `escape()`. */
function percentAt(bytes: Uint8Array, at: number): Escape {
  const byte = hexAt(bytes, at + 1, 2);
  if (byte >= 0) return 3 * codes + rawByte + byte;
  if (((bytes[at + 1] ?? 0) | 0x20) !== 0x75) return 0;
  return unitAt(bytes, at, 2);
}

const controls: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, 0: 0 };

/** RFC 8259 section 7, `\xXX` and `\u{X}` of languages, the quoted-pair of RFC 9110 section 5.6.4. */
function slashAt(bytes: Uint8Array, at: number): Escape {
  const next = bytes[at + 1];
  if (next === undefined || next >= 0x80) return 0;
  const letter = String.fromCharCode(next);
  if (letter === 'u') return unitAt(bytes, at, 2) || bracedAt(bytes, at);
  if (letter === 'x') {
    const byte = hexAt(bytes, at + 2, 2);
    return byte < 0 ? 0 : 4 * codes + rawByte + byte;
  }
  const octal = octalAt(bytes, at + 1);
  if (octal >= 0) return 4 * codes + rawByte + octal;
  const control = controls[letter];
  if (control !== undefined) return 2 * codes + control;
  return isWord(next) ? 0 : 2 * codes + next;
}

/** Four hex digits after `skip` bytes, and the other half of a pair where this is one. */
function unitAt(bytes: Uint8Array, at: number, skip: number): Escape {
  const unit = hexAt(bytes, at + skip, 4);
  if (unit < 0) return 0;
  const width = skip + 4;
  const high = unit >= 0xd800 && unit < 0xdc00;
  const isSame = high && bytes[at + width] === bytes[at] && bytes[at + width + 1] === bytes[at + 1];
  const low = isSame ? hexAt(bytes, at + width + skip, 4) : -1;
  if (low >= 0xdc00 && low < 0xe000)
    return 2 * width * codes + ((unit - 0xd800) << 10) + (low - 0xdc00) + 0x1_0000;
  return width * codes + unit;
}

function bracedAt(bytes: Uint8Array, at: number): Escape {
  if (bytes[at + 2] !== 0x7b) return 0;
  for (let digits = 1; digits <= 6; digits += 1) {
    if (bytes[at + 3 + digits] !== 0x7d) continue;
    const code = hexAt(bytes, at + 3, digits);
    return code < 0 || code >= rawByte ? 0 : (digits + 4) * codes + code;
  }
  return 0;
}

const longestEntity = 10;

function entityAt(bytes: Uint8Array, at: number): Escape {
  if (bytes[at + 1] === 0x23) return numberAt(bytes, at);
  const end = bytes.subarray(at, at + longestEntity + 2).indexOf(0x3b);
  if (end < 3) return 0;
  const name = String.fromCharCode(...bytes.subarray(at + 1, at + end));
  const known = entities.get(name);
  return known === undefined ? 0 : (end + 1) * codes + known.charCodeAt(0);
}

/** Of a number the semicolon may be missing (HTML, "numeric character reference end state"). */
function numberAt(bytes: Uint8Array, at: number): Escape {
  const isHex = ((bytes[at + 2] ?? 0) | 0x20) === 0x78;
  const start = isHex ? at + 3 : at + 2;
  let [next, code] = [start, 0];
  for (; next - start < longestNumber; next += 1) {
    const digit = hexDigit(bytes[next] ?? 0);
    if (digit < 0 || (!isHex && digit > 9)) break;
    code = code * (isHex ? 16 : 10) + digit;
  }
  if (next === start || code >= rawByte) return 0;
  return (next - at + (bytes[next] === 0x3b ? 1 : 0)) * codes + code;
}
const longestNumber = 8;

/** Three octal digits of a byte; -1 where there are none. */
function octalAt(bytes: Uint8Array, at: number): number {
  const [high = 0, middle = 0, low = 0] = [0, 1, 2].map((index) => (bytes[at + index] ?? 0) - 0x30);
  const isOctal = high >= 0 && high < 4 && middle >= 0 && middle < 8 && low >= 0 && low < 8;
  return isOctal ? (high << 6) | (middle << 3) | low : -1;
}

/** The number that `digits` hex digits are; -1 where they are none. */
function hexAt(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let index = at; index < at + digits; index += 1) {
    const digit = hexDigit(bytes[index] ?? 0);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** The value of a hex digit, -1 for another byte. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isWord(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);
}

type Read = (bytes: Uint8Array, at: number) => Escape;

/** By the byte with which it begins. */
const readers: readonly (Read | undefined)[] = readersOf();

function readersOf(): (Read | undefined)[] {
  const all = new Array<Read | undefined>(256).fill(undefined);
  for (const byte of invisibles) {
    all[byte] = (bytes, at) => {
      const width = invisibleAt(bytes, at);
      return width === 0 ? 0 : width * codes + nothing;
    };
  }
  all[percent] = percentAt;
  all[backslash] = slashAt;
  all[ampersand] = entityAt;
  return all;
}
