/** A JSON or JSONL report cut into pieces as its bytes come, so that no more than one is in memory. */

export interface Piece {
  readonly text: string;
  /** Of its first character, 1-based. */
  readonly line: number;
  /** Of a document: the member that it is, or is an element of; null: a line. */
  readonly member: string | null;
  /** false: the file ended in it. */
  readonly whole: boolean;
}
export interface Splitter {
  push(bytes: Uint8Array): Piece[];
  /** What is left when the file has ended. */
  end(): Piece[];
}
/** A piece is longer than anything that why401 writes. */
export class TooLong extends Error {
  readonly line: number;

  constructor(line: number) {
    super('too long');
    this.line = line;
  }
}

/** JSONL: a piece a line, empty ones left out. */
export function createLines(limit: number): Splitter {
  const held = createHeld(limit);
  let line = 1;
  const cut = (whole: boolean): Piece[] => {
    const text = held.take();
    return text.trim() === '' ? [] : [{ text, line, member: null, whole }];
  };
  return {
    push(bytes) {
      const pieces: Piece[] = [];
      let from = 0;
      for (let at = bytes.indexOf(byte.newline); at >= 0; at = bytes.indexOf(byte.newline, from)) {
        held.add(bytes.subarray(from, at), line);
        pieces.push(...cut(true));
        line += 1;
        from = at + 1;
      }
      held.add(bytes.subarray(from), line);
      return pieces;
    },
    end: () => cut(false),
  };
}

const byte = {
  newline: 0x0a,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  brackets: [0x5b, 0x5d],
  braces: [0x7b, 0x7d],
} as const;

/** The member whose elements are pieces of their own. */
const streamed = 'scenarios';

/**
 * One object: a piece a member (`"name": value`), of `scenarios` a piece an element. What is left at the end is not
 * whole: the object does not end, or something stands behind it.
 */
export function createMembers(limit: number): Splitter {
  const held = createHeld(limit);
  const borders = createBorders();
  let line = 1;
  let start = 1;
  const cut = (whole: boolean): Piece[] => {
    const text = held.take();
    const blank = /^\s*/.exec(text)?.[0] ?? '';
    const from = start + blank.split('\n').length - 1;
    start = line;
    return text === blank ? [] : [{ text, line: from, member: borders.member(), whole }];
  };
  return {
    push(bytes) {
      const pieces: Piece[] = [];
      let from = 0;
      for (let at = 0; at < bytes.length; at += 1) {
        const each = bytes[at] ?? 0;
        if (each === byte.newline) line += 1;
        const border = borders.at(each);
        if (border === null) continue;
        held.add(bytes.subarray(from, at), line);
        from = border === 'name' ? at : at + 1;
        if (border === 'name') borders.named(nameOf(held.peek()));
        else if (border === 'begin') cut(true);
        else pieces.push(...cut(true));
        if (border === 'end') borders.named('');
      }
      held.add(bytes.subarray(from), line);
      return pieces;
    },
    end: () => cut(false),
  };
}

/** Where a piece begins and ends, by the nesting. `next`: another element follows. `name`: that of a member ends. */
type Border = 'begin' | 'next' | 'end' | 'name' | null;

function createBorders() {
  let [depth, quoted, escaped, over] = [0, false, false, false];
  let member = '';
  const outside = (each: number): Border => {
    const inner = member === streamed ? 2 : 1;
    switch (each) {
      case byte.quote:
        quoted = true;
        return null;
      case byte.braces[0]:
      case byte.brackets[0]:
        depth += 1;
        return depth === 1 || (depth === inner && each === byte.brackets[0]) ? 'begin' : null;
      case byte.braces[1]:
      case byte.brackets[1]:
        depth -= 1;
        over = depth <= 0;
        return depth < inner ? 'end' : null;
      case byte.comma:
        if (depth > inner) return null;
        return depth === 2 ? 'next' : 'end';
      case byte.colon:
        return depth === 1 ? 'name' : null;
      default:
        return null;
    }
  };
  return {
    member: () => member,
    named(name: string) {
      member = name;
    },
    at(each: number): Border {
      if (over) return null;
      if (!quoted) return outside(each);
      if (escaped) escaped = false;
      else if (each === byte.backslash) escaped = true;
      else if (each === byte.quote) quoted = false;
      return null;
    },
  };
}

/** Nothing for what is no name: the member is then no JSON either. */
function nameOf(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}

function createHeld(limit: number) {
  let parts: Uint8Array[] = [];
  let length = 0;
  return {
    add(bytes: Uint8Array, line: number): void {
      length += bytes.length;
      if (length > limit) throw new TooLong(line);
      if (bytes.length > 0) parts.push(bytes);
    },
    peek: () => Buffer.concat(parts).toString('utf8'),
    take(): string {
      const text = Buffer.concat(parts).toString('utf8');
      parts = [];
      length = 0;
      return text;
    },
  };
}
