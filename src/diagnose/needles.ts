/** What must occur in a text before a regular expression can match it, so that most need not be run. */

/** Literals of which every match holds at least one; null where the pattern demands none. */
export function needles(pattern: string): readonly string[] | null {
  const reader = new Reader(pattern);
  return reader.alternatives();
}

type Needed = readonly string[] | null;

class Reader {
  private at = 0;
  private readonly pattern: string;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  alternatives(): Needed {
    const branches = [this.sequence()];
    while (this.pattern[this.at] === '|') {
      this.at += 1;
      branches.push(this.sequence());
    }
    return branches.some((branch) => branch === null)
      ? null
      : [...new Set(branches.flatMap((each) => each ?? []))];
  }

  private sequence(): Needed {
    let best: Needed = null;
    let run = '';
    const settle = (): void => {
      best = better(best, run.length > 1 ? [run] : null);
      run = '';
    };
    while (this.at < this.pattern.length && this.pattern[this.at] !== '|' && this.pattern[this.at] !== ')') {
      const item = this.item();
      const once = this.quantifier();
      if (item.literal !== null && once === 'once') {
        run += item.literal;
        continue;
      }
      if (item.literal !== null && once === 'many') run += item.literal;
      if (item.literal !== '') settle();
      if (item.needed !== null && once !== 'optional') best = better(best, item.needed);
    }
    settle();
    return best;
  }

  private item(): { readonly literal: string | null; readonly needed: Needed } {
    const char = this.pattern[this.at] ?? '';
    this.at += 1;
    if (char === '(') {
      const head = /^\?(?:P?<\w+>|[a-z]*:)/.exec(this.pattern.slice(this.at))?.[0] ?? '';
      this.at += head.length;
      const needed = this.alternatives();
      this.at += 1;
      return { literal: null, needed };
    }
    if (char === '[') {
      this.at = closingBracket(this.pattern, this.at) + 1;
      return { literal: null, needed: null };
    }
    if (char === '\\') return { literal: this.escape(), needed: null };
    if (char === '.') return { literal: null, needed: null };
    return { literal: '^$'.includes(char) ? '' : char, needed: null };
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

function closingBracket(pattern: string, from: number): number {
  let at = from;
  if (pattern[at] === '^') at += 1;
  if (pattern[at] === ']') at += 1;
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
  return at;
}

/** Longer literals are rarer; of equal ones fewer are quicker. */
function better(a: Needed, b: Needed): Needed {
  if (a === null || b === null) return a ?? b;
  const [shortA, shortB] = [shortest(a), shortest(b)];
  if (Math.min(shortA, 6) !== Math.min(shortB, 6)) return shortA > shortB ? a : b;
  return a.length <= b.length ? a : b;
}

function shortest(literals: readonly string[]): number {
  return Math.min(...literals.map(({ length }) => length));
}
