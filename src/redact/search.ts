/** Secrets in a text and in all that its escapes and its base64 and hex digits stand for. */
import { replaceUnprintable, withoutCommands } from '../printable.ts';
import { type Borders, decoded } from './binary.ts';
import { type Layer, unescaped } from './escapes.ts';
import { createForms, type Forms, type Found } from './forms.ts';
import { noWord, shortest } from './parts.ts';

export interface Search {
  add(name: string, value: string): void;
  /** `[secret:name]` in the place of each. */
  replace(text: string, cut: 'start' | 'end' | 'both' | 'none'): string;
  stream(): { write(piece: string | Uint8Array): string; end(): string };
}

/** Texts that are remembered, and how long they are at most. */
const mostSaid = 4096;
const longestSaid = 1024;
/** Text within text: so many times escapes are undone, and digits read. */
const mostEscaped = 5;
const mostEncoded = 3;
const whole: Borders = { start: false, end: false };

export function createSearch(): Search {
  const forms = createForms();
  const marks = new Map<string, string>();
  const mark = (name: string): string => {
    const known = marks.get(name) ?? `[secret:${cleaned(name, forms)}]`;
    marks.set(name, known);
    return known;
  };
  /** Reports say the same again and again: names of fields, addresses, words of findings. */
  const said = new Map<string, string>();
  const replace = (text: string): string => {
    const known = said.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text, 'utf8');
    const found = isSuspect(text, forms) ? allIn(bytes, whole, forms) : [];
    const result = found.length === 0 ? text : rewritten(bytes, found, mark);
    if (said.size >= mostSaid) said.clear();
    said.set(text, result);
    return result;
  };
  return {
    add(name, value) {
      for (const bytes of variants(value)) forms.add(name, bytes);
      marks.clear();
      said.clear();
    },
    replace(text, cut) {
      if (forms.longest === 0 || text.length < shortest) return text;
      if (cut === 'none' && text.length <= longestSaid) return replace(text);
      if (cut === 'none' && !isSuspect(text, forms)) return text;
      const borders = { start: cut === 'start' || cut === 'both', end: cut === 'end' || cut === 'both' };
      const bytes = Buffer.from(text, 'utf8');
      if (bytes.length > piece) return inPieces(bytes, borders, forms, mark);
      const found = allIn(bytes, borders, forms);
      return found.length === 0 ? text : rewritten(bytes, found, mark);
    },
    stream: () => createStream(forms, mark),
  };
}

/** The value, also without its padding or a full stop, what it says itself where it holds escapes, and both as they look where UTF-8 is taken for Latin-1. */
function variants(value: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  const [bare = ''] = /^.*[^=.:;,](?=[=.:;,]+$)/s.exec(value) ?? [];
  if (bare.length >= noWord) found.push(Buffer.from(bare, 'utf8'));
  let layer: Layer | null = { bytes: Buffer.from(value, 'utf8'), from: null, to: null };
  for (let times = 0; layer && times <= mostEscaped; times += 1) {
    found.push(layer.bytes);
    layer = unescaped(layer);
  }
  if (found.length === 1 && found[0]?.length === value.length) return found;
  const wide = found.filter((bytes) => bytes.some((byte) => byte >= 0x80));
  if (wide.length > 0)
    found.push(Buffer.from(value.toLowerCase(), 'utf8'), Buffer.from(value.toUpperCase(), 'utf8'));
  return [...found, ...wide.map((bytes) => Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf8'))];
}

/** Characters of a name; who says it is a server that names its cookies. */
const longestName = 100;

/**
 * A server that names a cookie by a secret names the cookie's value by it too. A mark comes into text that is finished:
 * nothing in it may drive a terminal or a CI system.
 */
function cleaned(name: string, forms: Forms): string {
  const bytes = Buffer.from(name, 'utf8');
  const long = allIn(bytes, whole, forms).filter(({ size }) => size >= noWord);
  const safe = long.length === 0 ? name : rewritten(bytes, long, () => '…');
  const short = safe.length > longestName ? `${safe.slice(0, longestName)}…` : safe;
  return withoutCommands(
    replaceUnprintable(short, () => '?'),
    () => '?',
  );
}

const ordinary = 0;
const digit = 1;
const strange = 2;
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[\w+/-]/.test(character)) return digit;
  return /[%\\&<]/.test(character) || /[^\t\n\r -~]/.test(character) ? strange : ordinary;
});
/** Digits of base64 in a row that can hold a secret. */
const fewestDigits = 11;

/** Whether a text must be looked at closely; most are short and plain. */
function isSuspect(text: string, forms: Forms): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? kinds[code] : strange;
    if (kind === strange) return true;
    digits = kind === digit ? digits + 1 : 0;
    if (digits >= fewestDigits) return true;
  }
  if (text.includes('...') || text.includes('***')) return true;
  const bytes = Buffer.from(text, 'latin1');
  return forms.mayBegin(
    bytes.map((byte) => (byte === 0x2b ? 0x20 : byte)),
    bytes.length,
  );
}

/** In no order; one may overlap another. */
function allIn(bytes: Uint8Array, cut: Borders, forms: Forms): Found[] {
  const found: Found[] = [];
  const look = (layer: Layer, least: number, borders: Borders, escaped: number, encoded: number): void => {
    for (const each of forms.search(layer, least, borders)) found.push(each);
    if (encoded < mostEncoded) {
      for (const { layer: view, isWritten } of decoded(layer, escaped > 0, borders, forms))
        look(view, noWord, whole, isWritten ? 0 : mostEscaped, isWritten ? encoded + 1 : mostEncoded);
    }
    const plain = escaped < mostEscaped ? unescaped(layer) : null;
    if (plain) look(plain, least, borders, escaped + 1, encoded);
  };
  look({ bytes, from: null, to: null }, shortest, cut, 0, 0);
  return found;
}

/** The text with a mark in the place of what was found; what overlaps gets the mark of what begins first, the longest of these. */
function rewritten(bytes: Buffer, found: readonly Found[], mark: (name: string) => string): string {
  let result = '';
  let done = 0;
  for (const { start, end, name } of merged(found)) {
    result += bytes.toString('utf8', done, start) + mark(name);
    done = end;
  }
  return result + bytes.toString('utf8', done);
}

function merged(found: readonly Found[]): Found[] {
  const sorted = found.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const apart: Found[] = [];
  for (const each of sorted) {
    const last = apart.at(-1);
    if (!last || each.start >= last.end) apart.push(each);
    else if (each.end > last.end) apart[apart.length - 1] = { ...last, end: each.end };
  }
  return apart;
}

/** Bytes of a long text that are looked at as one. */
const piece = 1 << 18;
/** Bytes that a byte of a secret takes, escaped over and over. */
const widest = 12;
/** Bytes that are held back, at most. */
const mostHeld = 1 << 20;

function held(forms: Forms): number {
  return Math.min(mostHeld, widest * forms.longest + 64);
}

type Mark = (name: string) => string;

/** What can be shown of the beginning of `bytes`, and where the rest begins. */
function shownFirst(bytes: Buffer, start: boolean, forms: Forms, mark: Mark): { text: string; rest: number } {
  const found = merged(allIn(bytes, { start, end: false }, forms));
  let rest = Math.max(0, bytes.length - held(forms));
  // Not within a character.
  while (rest > 0 && ((bytes[rest] as number) & 0xc0) === 0x80) rest -= 1;
  const across = found.find((each) => each.start < rest && each.end > rest);
  if (across) rest = across.start > 0 ? across.start : across.end;
  const before = found.filter(({ end }) => end <= rest);
  return { text: rewritten(bytes.subarray(0, rest), before, mark), rest };
}

function inPieces(bytes: Buffer, { start, end }: Borders, forms: Forms, mark: Mark): string {
  const size = Math.max(piece, 4 * held(forms));
  let text = '';
  let at = 0;
  for (; bytes.length - at > size; ) {
    const shown = shownFirst(bytes.subarray(at, at + size), start && at === 0, forms, mark);
    text += shown.text;
    at += shown.rest;
  }
  const last = bytes.subarray(at);
  return text + rewritten(last, allIn(last, { start: start && at === 0, end }, forms), mark);
}

function createStream(
  forms: Forms,
  mark: Mark,
): { write(piece: string | Uint8Array): string; end(): string } {
  let kept = Buffer.alloc(0);
  /** Half of a character outside of the basic plane. */
  let half = '';
  return {
    write(given) {
      let added = given;
      if (typeof added === 'string') {
        added = half + added;
        half = /[\ud800-\udbff]$/.exec(added)?.[0] ?? '';
        added = added.slice(0, added.length - half.length);
      }
      kept = Buffer.concat([kept, Buffer.from(added as string)]);
      if (forms.longest === 0) return '';
      if (kept.length < 2 * held(forms)) return '';
      const { text, rest } = shownFirst(kept, false, forms, mark);
      kept = kept.subarray(rest);
      return text;
    },
    end() {
      const last = Buffer.concat([kept, Buffer.from(half)]);
      kept = Buffer.alloc(0);
      half = '';
      return rewritten(last, allIn(last, whole, forms), mark);
    },
  };
}
