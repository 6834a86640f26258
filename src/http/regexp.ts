/** Regular expressions in linear time (RE2 syntax), so that no pattern and no body can hang a run. */
import { createRequire } from 'node:module';

type Re2 = typeof import('re2js');

export interface Pattern {
  /** Whether the pattern occurs anywhere in `text`. */
  test(text: string): boolean;
  /** The first match and its groups; null for a group that took no part. Null where nothing matches. */
  exec(text: string): (string | null)[] | null;
}

const require = createRequire(import.meta.url);
let re2: Re2 | null = null;
const compiled = new Map<string, Pattern | { readonly error: string }>();
/** Patterns may come out of templates, so their number is bounded. */
const mostCompiled = 1000;
/** Characters: the engine's time is that of the text times the length of the pattern. */
const longest = 10_000;

/** Compiles and remembers `text`. The engine is loaded at the first call. */
export function compilePattern(text: string): Pattern | { readonly error: string } {
  const known = compiled.get(text);
  if (known) return known;
  if (compiled.size >= mostCompiled) compiled.clear();
  const pattern = compile(text);
  compiled.set(text, pattern);
  return pattern;
}

function compile(text: string): Pattern | { readonly error: string } {
  if (text.length > longest) return { error: `it is longer than ${longest} characters` };
  re2 ??= require('re2js') as Re2;
  const { RE2JS, RE2JSException } = re2;
  try {
    const engine = RE2JS.compile(RE2JS.translateRegExp(text));
    return {
      test: (input) => engine.test(input),
      exec(input) {
        const groups = engine.exec(input) as (string | null | undefined)[] | null;
        return groups === null ? null : Array.from(groups, (group) => group ?? null);
      },
    };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { error: describeFault(text, error.message) };
  }
}

function describeFault(text: string, message: string): string {
  const plain = message.replace(/^error parsing regexp: /, '').replaceAll('`', '"');
  if (/\(\?(?:<?[=!])/.test(text)) {
    return `${plain}; look-ahead and look-behind do not exist in a linear-time engine`;
  }
  if (/\\[1-9]/.test(text)) return `${plain}; back-references do not exist in a linear-time engine`;
  return plain;
}
