/** What stands within a word and is not seen there: characters without width, marks for a line break, the break of a line. */

const [lineFeed, carriageReturn, escapeByte, lessThan] = [0x0a, 0x0d, 0x1b, 0x3c] as const;

/** Bytes with which it begins. */
export const invisibles: readonly number[] = [
  ...Array(0x21).keys(),
  lessThan,
  0x7f,
  ...[0xc2, 0xcd, 0xe1, 0xe2, 0xef],
];

/** How many bytes of it stand at `at`; 0 where what is there is seen. */
export function invisibleAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number;
  if (byte >= 0x80) return characterAt(bytes, at);
  if (byte === lineFeed || byte === carriageReturn) return breakAt(bytes, at, shortLine);
  if (byte === 0x20 || byte === 0x09) return breakAt(bytes, at, longLine);
  if (byte === lessThan) return isAt(bytes, at, '<wbr>') || isAt(bytes, at, '<wbr/>');
  return byte === escapeByte ? colorAt(bytes, at) : 1;
}

/** Soft hyphen, grapheme joiner, Mongolian vowel separator, characters of no width and of direction, byte order mark. */
function characterAt(bytes: Uint8Array, at: number): number {
  const code = ((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0);
  const last = bytes[at + 2] ?? 0;
  if (code === 0xc2ad || code === 0xcd8f) return 2;
  if (code === 0xe1a0) return last === 0x8e ? 3 : 0;
  if (code === 0xe280) return (last >= 0x8b && last <= 0x8f) || (last >= 0xaa && last <= 0xae) ? 3 : 0;
  if (code === 0xe281) return last >= 0xa0 && last <= 0xaf ? 3 : 0;
  return code === 0xefbb && last === 0xbf ? 3 : 0;
}

/** Bytes before a break at which a long word has been wrapped; before one that has become a blank; behind it. */
const shortLine = 11;
const longLine = 60;
const behind = 4;
const deepest = 16;

/** The break of a line within a long word, with the blanks that indent the next (RFC 9112 section 5.2, RFC 2045). */
function breakAt(bytes: Uint8Array, at: number, before: number): number {
  if (!isWord(bytes, at - 1, at)) return 0;
  let next = at + 1;
  while (next - at < deepest && isBlank(bytes[next])) next += 1;
  return isWord(bytes, at - before, at) && isWord(bytes, next, next + behind) ? next - at : 0;
}

function isBlank(byte: number | undefined): boolean {
  return byte === lineFeed || byte === carriageReturn || byte === 0x20 || byte === 0x09;
}

const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x80 && /[\w+/=.~%-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

function isWord(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (wordBytes[bytes[at] ?? 0] !== 1) return false;
  return start >= 0;
}

/** A color of a terminal (ECMA-48 section 8.3.117); a lone escape character is one as well. */
function colorAt(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] !== 0x5b) return 1;
  for (let next = at + 2; next < at + deepest; next += 1) {
    const byte = bytes[next] ?? 0;
    if (byte === 0x6d) return next + 1 - at;
    if (byte !== 0x3b && (byte < 0x30 || byte > 0x39)) return 1;
  }
  return 1;
}

function isAt(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1)
    if ((bytes[at + index] ?? 0) !== text.charCodeAt(index)) return 0;
  return text.length;
}
