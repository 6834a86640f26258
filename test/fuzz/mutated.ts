/** Texts that were right once: what a parser meets from a server that is nearly right, or from one that means harm. */
import fc from 'fast-check';

/** Runs of each property; WHY401_FUZZ=N for more. */
export const numRuns = (few: number): number => Number(process.env['WHY401_FUZZ'] ?? few);
export const seed = 401;

/** What means something to one parser or another, or breaks one. */
const fragments = [
  ...[
    '"',
    "'",
    '\\',
    '\\"',
    ',',
    ';',
    '=',
    '==',
    ':',
    '::',
    '/',
    '//',
    '\\\\',
    '?',
    '#',
    '&',
    '@',
    '%',
    '%00',
    '%zz',
  ],
  ...[
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\r\n ',
    '\0',
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\u202e',
    '\ufeff',
  ],
  ...['é', '😀', '\ud800', '\udc00', '\ufffd', 'İ', 'ß', 'ﬀ', 'xn--', '\u00ad', '。'],
  ...[
    '{"toString":1}',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '<!--',
    '-->',
    '</form>',
    '&#0;',
    '&#x110000;',
    '&quot;',
  ],
  ...[
    '${',
    '$${',
    '${a}',
    '${a:-',
    '{{',
    '<<',
    '*a',
    '&a',
    '!!',
    '? ',
    '- ',
    '|',
    '>',
    '---',
    '...',
    '%YAML 1.1',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'null',
    'true',
    'undefined',
    'NaN',
    'Infinity',
  ],
  ...['-0', '0', '1e999', '-1e-999', '0x10', '9007199254740993', '99999999999999999999999999', '.5', '1_000'],
  ...[
    '.',
    '..',
    '../',
    '*',
    '**',
    '[*]',
    '$',
    '@',
    'http:',
    'https://',
    'javascript:',
    '//evil.example',
    '[::1]',
    '169.254.169.254',
  ],
  ...[
    'Bearer',
    'Digest',
    'Basic',
    'eyJhbGciOiJub25lIn0',
    'a'.repeat(300),
    '(a+)+$',
    '-----BEGIN',
    '-----END X-----',
  ],
];

type Edit = readonly [kind: number, at: number, length: number, what: string];

const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.nat(4),
  fc.nat(10_000),
  fc.nat(40),
  fc.oneof(
    { arbitrary: fc.constantFrom(...fragments), weight: 4 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 8 }), weight: 1 },
  ),
);

function applied(text: string, [kind, where, length, what]: Edit): string {
  const at = text.length === 0 ? 0 : where % (text.length + 1);
  const part = text.slice(at, at + length);
  if (kind === 0) return text.slice(0, at) + text.slice(at + length);
  if (kind === 1) return text.slice(0, at) + what + text.slice(at);
  if (kind === 2) return text.slice(0, at) + what + text.slice(at + length);
  if (kind === 3) return text.slice(0, at) + part + part + text.slice(at);
  return text.slice(0, at);
}

/** One of the texts with up to six edits, or anything at all. */
export function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const near = fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 6 }))
    .map(([text, edits]) => edits.reduce(applied, text));
  return fc.oneof(
    { arbitrary: near, weight: 8 },
    {
      arbitrary: fc.array(fc.constantFrom(...fragments), { maxLength: 30 }).map((all) => all.join('')),
      weight: 1,
    },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 60 }), weight: 1 },
  );
}

/** A long text of one kind of thing: what is quadratic takes a minute over it. */
export function long(start: string, unit: string, length: number): string {
  return start + unit.repeat(Math.ceil(length / unit.length));
}

export const units: readonly string[] = [...new Set(fragments)].filter((each) => each.length < 20);
