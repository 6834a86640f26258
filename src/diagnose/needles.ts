/** What must occur in a text before a regular expression can match it, so that most need not be run. */

/**
 * Alternatives of the pattern; of each the sets of literals of which every match holds at least one. Null where some
 * alternative demands nothing.
 */
export type Needles = readonly (readonly (readonly string[])[])[] | null;

export function needles(pattern: string): Needles {
  const branches = new Reader(pattern).alternatives();
  return branches.some((sets) => sets.length === 0) ? null : branches;
}

/** Whether `text` can match; true where nothing is known. */
export function mayMatch(text: string, wanted: Needles): boolean {
  if (wanted === null) return true;
  return wanted.some((sets) => sets.every((set) => set.some((literal) => text.includes(literal))));
}

interface Item {
  /** Null for what is no literal: a class, a group. Empty for an assertion. */
  readonly literal: string | null;
  /** Of a group: literals of which it holds one. */
  readonly set: readonly string[] | null;
}

class Reader {
  private at = 0;
  private readonly pattern: string;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  alternatives(): string[][][] {
    const branches = [this.sequence()];
    while (this.pattern[this.at] === '|') {
      this.at += 1;
      branches.push(this.sequence());
    }
    return branches;
  }

  private sequence(): string[][] {
    const sets: string[][] = [];
    let run = '';
    const settle = (): void => {
      if (run.length > 1) sets.push([run]);
      run = '';
    };
    while (this.at < this.pattern.length && this.pattern[this.at] !== '|' && this.pattern[this.at] !== ')') {
      const item = this.item();
      const times = this.quantifier();
      if (item.literal !== null && times !== 'optional') run += item.literal;
      if (item.literal === null || times !== 'once') settle();
      if (item.set !== null && times !== 'optional') sets.push([...item.set]);
    }
    settle();
    return sets;
  }

  private item(): Item {
    const char = this.pattern[this.at] ?? '';
    this.at += 1;
    if (char === '(') {
      const head = /^\?(?:P?<\w+>|[a-z]*:)/.exec(this.pattern.slice(this.at))?.[0] ?? '';
      this.at += head.length;
      const branches = this.alternatives();
      this.at += 1;
      return { literal: null, set: oneOf(branches) };
    }
    if (char === '[') {
      this.at = closingBracket(this.pattern, this.at) + 1;
      return { literal: null, set: null };
    }
    if (char === '\\') return { literal: this.escape(), set: null };
    if (char === '.') return { literal: null, set: null };
    return { literal: '^$'.includes(char) ? '' : char, set: null };
  }

  /** An assertion is an empty literal, a class none. */
  private escape(): string | null {
    const char = this.pattern[this.at] ?? '';
    this.at += 1;
    if ('bB'.includes(char)) return '';
    if ('pP'.includes(char)) this.at = this.pattern.indexOf('}', this.at) + 1;
    return /[a-zA-Z]/.test(char) ? null : char;
  }

  private quantifier(): 'once' | 'many' | 'optional' {
    const found = /^(?:[?*+]|\{(\d+)(?:,\d*)?\})\??/.exec(this.pattern.slice(this.at));
    if (!found) return 'once';
    this.at += found[0].length;
    return found[0].startsWith('+') || Number(found[1] ?? 0) > 0 ? 'many' : 'optional';
  }
}

/** The rarest set of each branch, put together; null where a branch demands nothing. */
function oneOf(branches: readonly string[][][]): readonly string[] | null {
  const best = branches.map((sets) => sets.toSorted((a, b) => shortest(b) - shortest(a))[0]);
  return best.some((set) => set === undefined) ? null : [...new Set(best.flatMap((set) => set ?? []))];
}

function shortest(literals: readonly string[]): number {
  return Math.min(...literals.map(({ length }) => length));
}

function closingBracket(pattern: string, from: number): number {
  let at = from;
  if (pattern[at] === '^') at += 1;
  if (pattern[at] === ']') at += 1;
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
  return at;
}
