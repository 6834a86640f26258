/** The traps of YAML, by the parser's error and the line: what is read differently than meant, and how to write it. */
import type { YAMLError } from 'yaml';

interface Place {
  /** The source line. */
  readonly line: string;
  /** From the error to the end of the line. */
  readonly rest: string;
  /** The line before the error. */
  readonly before: string;
  readonly message: string;
  /** The text up to the error. */
  readonly read: string;
}
/** A trap in words. */
export interface Said {
  readonly message: string;
  readonly fix: string;
  /** Where it begins, in characters of the line; default: where the parser stopped. */
  readonly column?: number;
  /** Where it begins, in characters of the file; wins over `column`. */
  readonly offset?: number;
  /** Characters from `column` that, taken as one word, let the parser go on. */
  readonly length?: number;
}
interface Trap {
  readonly codes: readonly string[];
  readonly say: (place: Place) => Said | null;
}

/** Errors after which the parser has lost the thread. */
export const structure: readonly string[] = [
  'UNEXPECTED_TOKEN',
  'MISSING_CHAR',
  'BAD_INDENT',
  'BLOCK_IN_FLOW',
  'BLOCK_AS_IMPLICIT_KEY',
  'MULTILINE_IMPLICIT_KEY',
];

/** The first that speaks wins. */
const traps: readonly Trap[] = [
  {
    codes: structure,
    say: ({ line }) => {
      const at = flowTemplate(line);
      if (at === null) return null;
      return {
        message: 'YAML reads the braces of "${" as a map here, inside of [ ] or { }.',
        fix: `Quote it: "${wordAt(line, at)}"`,
        column: at,
        length: wordAt(line, at).length,
      };
    },
  },
  {
    codes: structure,
    say: ({ line }) => {
      const found = /(?<=[{,[:]\s*|^\s*)\$[.[][^\s"',{}]*\[[^\s,{}]*/.exec(line);
      if (!found || insideQuotes(line, found.index) || !insideFlow(line, found.index)) return null;
      return {
        message: 'YAML reads the brackets of the path as a list here, inside of [ ] or { }.',
        fix: `Quote it: "${found[0].replace(/:$/, '')}"`,
        column: found.index,
        length: found[0].replace(/:$/, '').length,
      };
    },
  },
  {
    codes: ['BAD_DQ_ESCAPE'],
    say: ({ rest }) => ({
      message: `"${rest.slice(0, 2)}" is no escape that YAML knows in double quotes.`,
      fix: "Use single quotes, in which a backslash is a backslash: '\\d'",
    }),
  },
  {
    codes: ['BAD_SCALAR_START'],
    say: ({ rest }) => ({
      message: `A text cannot start with "${rest.slice(0, 1)}" in YAML.`,
      fix: `Quote it: "${rest.replace(/\s+#.*$|\s+$/, '')}"`,
    }),
  },
  {
    codes: ['BAD_ALIAS'],
    say: ({ rest }) => ({
      message: `"${rest.slice(0, 1)}" has a meaning of its own in YAML (an ${rest.startsWith('&') ? 'anchor' : 'alias'}).`,
      fix: `Quote it if text is meant: "${rest.trim()}"`,
    }),
  },
  {
    codes: ['TAB_AS_INDENT'],
    say: () => ({ message: 'A tab cannot indent in YAML.', fix: 'Indent with spaces.' }),
  },
  {
    codes: ['BLOCK_AS_IMPLICIT_KEY'],
    say: ({ line, rest, before }) => {
      const key = /^\s*(?:- )*([^\s:]+):\s$/.exec(before)?.[1];
      if (!/:\s/.test(rest) || key === undefined) return null;
      return {
        message: `The value of "${key}" holds ": ", which starts a map in YAML.`,
        fix: `Quote it: '${rest.trim().replaceAll("'", "''")}'`,
        column: line.length - rest.length,
      };
    },
  },
  {
    codes: ['BAD_DIRECTIVE', 'MISSING_CHAR'],
    say: ({ line }) =>
      line.startsWith('%')
        ? {
            message: 'A line that starts with "%" is a directive in YAML.',
            fix: 'Quote the key, or remove the line.',
            column: 0,
          }
        : null,
  },
  {
    codes: ['TAG_RESOLVE_FAILED'],
    say: ({ rest }) => ({
      message: `"${/^\S+/.exec(rest)?.[0] ?? '!'}" is a tag in YAML, and tags are not supported.`,
      fix: 'Remove it, or quote the value if text is meant.',
    }),
  },
  {
    codes: ['NON_STRING_KEY'],
    say: () => ({ message: 'A map or a list cannot be a key.', fix: 'Quote it if text is meant.' }),
  },
  {
    codes: ['MISSING_CHAR'],
    say: ({ message, read }) => {
      const quote = /closing (["'])/.exec(message)?.[1];
      if (quote === undefined) return null;
      const opening = [...read.matchAll(/(?<=(?:^|[\s{[,]))["']/g)]
        .filter((found) => found[0] === quote)
        .at(-1);
      return {
        message: `A quoted text does not end: its closing ${quote} is missing.`,
        fix: `Close it with ${quote}.`,
        ...(opening && { offset: opening.index }),
      };
    },
  },
  {
    codes: ['UNEXPECTED_TOKEN'],
    say: ({ before, rest }) =>
      /["']$/.test(before.trimEnd()) && /^[^\s,}\]]/.test(rest)
        ? {
            message: 'Text follows a closing quote.',
            fix: 'Quote the whole value; inside of single quotes write a quote twice.',
          }
        : null,
  },
  {
    codes: ['BAD_INDENT', 'MISSING_CHAR'],
    say: ({ message }) => {
      const end = /end with a ([\]}])/.exec(message)?.[1];
      return end
        ? {
            message: `A "${end}" is missing before this.`,
            fix: 'Close what was opened, or quote the text that holds a bracket.',
          }
        : null;
    },
  },
];

/** Where the unquoted word with `${` begins that stands inside of brackets; null where there is none. */
function flowTemplate(line: string): number | null {
  for (let at = line.indexOf('${'); at >= 0; at = line.indexOf('${', at + 1)) {
    if (insideQuotes(line, at) || !insideFlow(line.replaceAll('${', '$ '), at)) continue;
    return line.slice(0, at).search(/[^\s,{}[\]"']*$/);
  }
  return null;
}

function wordAt(line: string, at: number): string {
  return /^(?:\$\{[^}]*\}|[^\s,{}[\]])*/.exec(line.slice(at))?.[0] ?? '';
}

function insideQuotes(line: string, at: number): boolean {
  let quote = '';
  for (const character of line.slice(0, at)) {
    if (quote === character) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
  }
  return quote !== '';
}

function insideFlow(line: string, at: number): boolean {
  let open = 0;
  for (const character of line.slice(0, at)) {
    if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open -= 1;
  }
  return open > 0;
}

export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** What the trap is into which the text ran; null for an error that is none of them. */
export function explainTrap(error: YAMLError, text: string): Said | null {
  const [offset] = error.pos;
  const start = lineStart(text, offset);
  const next = text.indexOf('\n', offset);
  const line = text.slice(start, next < 0 ? undefined : next).replace(/\r$/, '');
  const place = {
    line,
    rest: line.slice(offset - start),
    before: line.slice(0, offset - start),
    message: error.message,
    read: text.slice(0, offset),
  };
  for (const trap of traps) {
    const said = trap.codes.includes(error.code) ? trap.say(place) : null;
    if (said) return said;
  }
  return null;
}
