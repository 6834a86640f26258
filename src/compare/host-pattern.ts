/** Regular expressions that find a host or a URL in a text only where it begins and ends: no part of a longer name. */

/** A URL, a whole host, the last labels of one, a word. */
export type Form = 'url' | 'host' | 'domain' | 'word';

/** What a host name is made of, in any script. */
const hostCharacter = '[\\p{L}\\p{N}_-]';
/** Percent-encoded once, twice or three times, as in a query within a query. */
const percent = '%(?:25){0,2}';
/** Encoded characters that may stand before a name: all that a host is not made of. */
const encodedBorder = `(?<=${percent}(?:0[9ADad]|2[0-46-9A-Ca-cFf]|3[A-Fa-f]|40|5[BDbd]|60|7[B-Db-d]))`;
/** Encoded letters, digits, `-`, `.` and `_`: the name goes on. */
const encodedHostCharacter = `${percent}(?:2[DEde]|3\\d|[46][1-9A-Fa-f]|5[\\dAFaf]|7[\\dAa])`;

/** What may stand before it. */
const before: Readonly<Record<Form, string>> = {
  url: `(?:${encodedBorder}|(?<![\\p{L}\\p{N}_+.-]))`,
  host: `(?:${encodedBorder}|(?<!${hostCharacter})(?<!${hostCharacter}\\.))`,
  domain: `(?:${encodedBorder}|(?<!${hostCharacter}))`,
  word: `(?:${encodedBorder}|(?<![\\p{L}\\p{N}_-]))`,
};

/** What follows is no more of the name, and it is no user name or password before another host. */
const after = `(?!${hostCharacter})(?!\\.${hostCharacter})(?!${encodedHostCharacter})(?!(?::[^\\s/?#@]{0,64})?(?:@|%40))`;

/**
 * Source of a pattern for any of `literals`, to be used with the flag u; group N is literal N. Scheme and host match in
 * any case, a path as it is. `:`, `/` and what else a query encodes match raw and percent-encoded. The borders stand
 * once: they are what costs time when the pattern is compiled.
 */
export function bordered(literals: readonly string[], form: Form): string {
  const groups = literals.map((literal) => `(${written(literal, form)})`);
  return `${before[form]}(?:${groups.join('|')})${after}`;
}

function written(literal: string, form: Form): string {
  const authority = /^(?:[a-z][a-z\d+.-]*:\/\/)?[^/?#]*/i.exec(literal)?.[0].length ?? 0;
  const characters = [...literal].map((character, index) =>
    index < authority && form !== 'word' ? anyCase(character) : plain(character),
  );
  return characters.join('');
}

function anyCase(character: string): string {
  return /[a-z]/i.test(character)
    ? `[${character.toLowerCase()}${character.toUpperCase()}]`
    : plain(character);
}

function plain(character: string): string {
  if (/[\p{L}\p{N}_~-]/u.test(character)) return character;
  if (character === '.') return '\\.';
  const code = character.codePointAt(0) ?? 0;
  const raw = `\\u{${code.toString(16)}}`;
  if (code > 127 || character === '%') return raw;
  const [high = '', low = ''] = code.toString(16).padStart(2, '0');
  return `(?:${raw}|${percent}${high}[${low.toLowerCase()}${low.toUpperCase()}])`;
}
