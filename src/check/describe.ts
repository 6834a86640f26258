/** Values in few words, on one line, without secrets: what a Check says of expected and actual. */
import { stringifyJson } from '../http/json.ts';
import type { Json } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import type { Secret } from '../secret.ts';
import { concealText } from './known-secrets.ts';
import { isMatcher } from './matcher-words.ts';
import { isRenderedList, isRenderedMap, type Reveal } from './rendered.ts';

/** Characters of a description. */
const longest = 200;
/** Characters that are searched for secrets before the rest is cut off. */
const searched = 65_536;

/** Takes secrets out of text; `reveal` also finds those that only the expectation knows. */
export interface Concealment {
  readonly reveal: Reveal;
  readonly redact: (text: string) => string;
  readonly secrets: readonly Secret[];
}

/** `"text"`, `42`, `{"a":1}`; `absent` for undefined. */
export function describeActual(value: Json | undefined, concealment: Concealment): string {
  if (value === undefined) return 'absent';
  if (typeof value !== 'string') return shorten(jsonText(value), concealment);
  return cut(JSON.stringify(conceal(value.slice(0, searched), concealment)));
}

export function shorten(text: string, concealment: Concealment): string {
  return cut(conceal(text, concealment));
}

/** Before text is quoted, whose escapes would hide a secret, and before it is cut: half a secret would not be found. */
function conceal(text: string, concealment: Concealment): string {
  let shown = text;
  for (const secret of concealment.secrets) {
    const value = concealment.reveal(secret);
    if (value === '') continue;
    const name = (): string => secret.shown;
    shown = shown.replaceAll(value, name).replaceAll(JSON.stringify(value).slice(1, -1), name);
  }
  return concealment.redact(concealText(shown));
}

/** One line of at most 200 characters; control, bidirectional and line-breaking characters are escaped. */
export function cut(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, escapeCharacter);
  const characters = Array.from(line.slice(0, 2 * longest + 2));
  return characters.length <= longest
    ? characters.join('')
    : `${characters.slice(0, longest - 3).join('')}...`;
}

function escapeCharacter(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

function jsonText(value: RenderedJson): string {
  try {
    return stringifyJson(value);
  } catch (error) {
    if (error instanceof RangeError)
      return Array.isArray(value) ? 'a deeply nested list' : 'a deeply nested map';
    throw error;
  }
}

const comparisons: Readonly<Record<string, string>> = {
  equals: '',
  matches: 'matches ',
  contains: 'contains ',
  starts_with: 'starts with ',
  ends_with: 'ends with ',
  gt: '> ',
  gte: '>= ',
  lt: '< ',
  lte: '<= ',
  length: 'length ',
  not: 'not ',
  each: 'each ',
  any: 'any ',
  none: 'none ',
};

/** `200`, `"x"`, `matches "^application/json"`, `>= 1 and < 5`. Secrets are shown by name. */
export function describeExpected(expected: RenderedJson): string {
  return cut(expectedText(expected));
}

function expectedText(expected: RenderedJson): string {
  if (!isRenderedMap(expected) || !isMatcher(expected)) return jsonText(expected);
  return Object.entries(expected)
    .map(([word, operand]) => describeWord(word, operand))
    .join(' and ');
}

function describeWord(word: string, operand: RenderedJson): string {
  if (word === 'exists') return operand === false ? 'absent' : 'present';
  if (word === 'type') return `type ${isRenderedList(operand) ? operand.join(' or ') : String(operand)}`;
  if (word === 'one_of' && isRenderedList(operand)) return `one of ${operand.map(jsonText).join(', ')}`;
  if (word === 'equals') return jsonText(operand);
  const bare = /^[gl]te?$/.test(word) && typeof operand === 'string' && /^\d/.test(operand);
  return `${comparisons[word] ?? `${word} `}${bare ? operand : expectedText(operand)}`;
}
