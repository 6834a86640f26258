/**
 * Texts, and the longest of them that stands at a place of another text: in steps whose number grows with the logarithm
 * of the longest, whatever the texts have in common. Kept are hashes of few beginnings of each, not the texts.
 *
 * Of a text of 13 bytes the beginnings of 8, 12 and 13 are marked: a search asks for 8, then for 4, 2 and 1 more as long
 * as what it finds is marked. It may so come to the beginning of a longer text; the marked beginning then knows which
 * text is the longest within it (Waldvogel et al., "Scalable high speed IP routing lookups", 1997).
 */

/** Hashes of all beginnings of a text. */
export interface Hashes {
  readonly length: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
}

export interface Prefixes {
  /** `id` from 0 on. */
  add(text: Hashes, id: number): void;
  /** The id of the longest text that stands at `at`, of those that have at most `longest` bytes; -1 for none. */
  at(text: Hashes, at: number, longest: number): number;
  hash(bytes: Uint8Array): Hashes;
}

const baseA = 0x01_00_01_93;
const baseB = 0x2c_1b_3c_6d;

/** Marked beginnings, in rows; `slots` finds a row by its hashes. */
interface Marks {
  count: number;
  slots: Int32Array;
  a: Int32Array;
  b: Int32Array;
  size: Int32Array;
  /** The text that the beginning is, -1 where it is none. */
  whole: Int32Array;
  /** The longest text within, as was known at `since`. */
  within: Int32Array;
  since: Int32Array;
}

export function createPrefixes(): Prefixes {
  const marks = newMarks();
  const powers = createPowers();
  let texts = 0;
  /** The row of the longest marked beginning that is found on the way; -1 for none. */
  const descend = ({ length, a, b }: Hashes, at: number, longest: number): number => {
    const most = Math.min(longest, length - at, powers.longest);
    let [size, row] = [0, -1];
    if (most < 1) return row;
    for (let step = 1 << (31 - Math.clz32(most)); step > 0; step >>= 1) {
      const next = size + step;
      if (next > most) continue;
      const hashA = ((a[at + next] as number) - Math.imul(a[at] as number, powers.a[next] as number)) | 0;
      const hashB = ((b[at + next] as number) - Math.imul(b[at] as number, powers.b[next] as number)) | 0;
      const found = rowOf(marks, hashA, hashB, next);
      if (found < 0) continue;
      size = next;
      row = found;
    }
    return row;
  };
  const longestWithin = (text: Hashes, at: number, longest: number): number => {
    const asked: number[] = [];
    let found = -1;
    for (let most = longest; ; ) {
      const row = descend(text, at, most);
      if (row < 0) break;
      found = marks.whole[row] as number;
      if (found < 0 && marks.since[row] === texts) found = marks.within[row] as number;
      else if (found < 0) {
        asked.push(row);
        most = (marks.size[row] as number) - 1;
        continue;
      }
      break;
    }
    for (const row of asked) {
      marks.within[row] = found;
      marks.since[row] = texts;
    }
    return found;
  };
  const hash = createHash();
  return {
    hash,
    at: longestWithin,
    add({ a, b, length }, id) {
      powers.grow(length);
      texts += 1;
      for (let step = 1 << (31 - Math.clz32(length)), size = 0; step > 0; step >>= 1) {
        if (size + step > length) continue;
        size += step;
        const row = mark(marks, a[size] as number, b[size] as number, size);
        if (size === length) marks.whole[row] = id;
      }
    },
  };
}

/** Its hashes hold until the next text. */
function createHash(): (bytes: Uint8Array) => Hashes {
  let scratch = { a: new Int32Array(1), b: new Int32Array(1) };
  return (bytes) => {
    const { length } = bytes;
    if (scratch.a.length <= length) {
      const room = Math.max(1024, 2 * length);
      scratch = { a: new Int32Array(room), b: new Int32Array(room) };
    }
    const { a, b } = scratch;
    let [valueA, valueB] = [0, 0];
    for (let index = 0; index < length; index += 1) {
      const byte = (bytes[index] as number) + 1;
      valueA = (Math.imul(valueA, baseA) + byte) | 0;
      valueB = (Math.imul(valueB, baseB) + byte) | 0;
      a[index + 1] = valueA;
      b[index + 1] = valueB;
    }
    return { length, a, b };
  };
}

function newMarks(): Marks {
  const rows = (): Int32Array => new Int32Array(256);
  const marks = { a: rows(), b: rows(), size: rows(), whole: rows(), within: rows(), since: rows() };
  return { count: 0, slots: new Int32Array(512), ...marks };
}

function slotOf(marks: Marks, a: number, b: number, size: number): number {
  const mixed = Math.imul(a ^ (b >>> 15) ^ Math.imul(size, 0x9e_37_79_b1), 0x85_eb_ca_6b);
  let slot = (mixed ^ (mixed >>> 13)) & (marks.slots.length - 1);
  for (;;) {
    const row = (marks.slots[slot] as number) - 1;
    if (row < 0 || (marks.a[row] === a && marks.b[row] === b && marks.size[row] === size)) return slot;
    slot = (slot + 1) & (marks.slots.length - 1);
  }
}

function rowOf(marks: Marks, a: number, b: number, size: number): number {
  return (marks.slots[slotOf(marks, a, b, size)] as number) - 1;
}

function mark(marks: Marks, a: number, b: number, size: number): number {
  const known = rowOf(marks, a, b, size);
  if (known >= 0) return known;
  if (marks.count === marks.a.length) grow(marks);
  const row = marks.count;
  marks.count += 1;
  marks.a[row] = a;
  marks.b[row] = b;
  marks.size[row] = size;
  marks.whole[row] = -1;
  marks.slots[slotOf(marks, a, b, size)] = row + 1;
  return row;
}

function grow(marks: Marks): void {
  for (const column of ['a', 'b', 'size', 'whole', 'within', 'since'] as const) {
    const wider = new Int32Array(2 * marks.count);
    wider.set(marks[column]);
    marks[column] = wider;
  }
  marks.slots = new Int32Array(4 * marks.count);
  for (let row = 0; row < marks.count; row += 1)
    marks.slots[slotOf(marks, marks.a[row] as number, marks.b[row] as number, marks.size[row] as number)] =
      row + 1;
}

/** What a hash is multiplied with by so many bytes behind it. */
function createPowers() {
  const powers = {
    longest: 0,
    a: new Int32Array([1]),
    b: new Int32Array([1]),
    grow(length: number): void {
      if (length >= powers.a.length) {
        const [a, b] = [new Int32Array(2 * length), new Int32Array(2 * length)];
        a[0] = 1;
        b[0] = 1;
        for (let index = 1; index < a.length; index += 1) {
          a[index] = Math.imul(a[index - 1] as number, baseA);
          b[index] = Math.imul(b[index - 1] as number, baseB);
        }
        Object.assign(powers, { a, b });
      }
      powers.longest = Math.max(powers.longest, length);
    },
  };
  return powers;
}
