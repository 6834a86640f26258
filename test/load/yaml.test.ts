import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { validate } from '../../src/load/validate.ts';
import { parseYaml } from '../../src/load/yaml.ts';
import type { Json, JsonMap } from '../../src/model.ts';
import { sourceOf, writtenOf } from '../../src/source.ts';

function problemsOf(text: string): string[] {
  return parseYaml(text, 'a.yml').problems.map(
    ({ code, message, source, fix }) => `${code} ${source?.line}:${source?.column} ${message} | ${fix}`,
  );
}

function mapOf(text: string): JsonMap {
  const { value, problems } = parseYaml(text, 'a.yml');
  expect(problems).to.deep.equal([]);
  return value as JsonMap;
}

const indentation = 'Check the indentation, and quote texts that hold : # { } [ ] , & * or !';
const braces = 'YAML reads the braces of "${" as a map here, inside of [ ] or { }.';
const brackets = 'YAML reads the brackets of the path as a list here, inside of [ ] or { }.';

const wrong: readonly (readonly [text: string, ...problems: string[]])[] = [
  ['{h: ${x}}\n', `YAML_SYNTAX 1:5 ${braces} | Quote it: "\${x}"`],
  ['a: [${x}/${y}, "${z}"]\n', `YAML_SYNTAX 1:5 ${braces} | Quote it: "\${x}/\${y}"`],
  ['a: {b: x-${y}, c: 1}\nd: 2\n', `YAML_SYNTAX 1:8 ${braces} | Quote it: "x-\${y}"`],
  ['{$.a[0]: 1}\n', `YAML_SYNTAX 1:2 ${brackets} | Quote it: "$.a[0]"`],
  ['a: {x: $.b[0].c}\n', `YAML_SYNTAX 1:8 ${brackets} | Quote it: "$.b[0].c"`],
  [
    'a: {h: ${x}, i: ${y}}\nb: @c\nd: "\\d"\n',
    `YAML_SYNTAX 1:8 ${braces} | Quote it: "\${x}"`,
    `YAML_SYNTAX 1:17 ${braces} | Quote it: "\${y}"`,
    'YAML_SYNTAX 2:4 A text cannot start with "@" in YAML. | Quote it: "@c"',
    'YAML_SYNTAX 3:5 "\\d" is no escape that YAML knows in double quotes. | Use single quotes, in which a backslash is a backslash: \'\\d\'',
  ],
  ['a: `x` # c\n', 'YAML_SYNTAX 1:4 A text cannot start with "`" in YAML. | Quote it: "`x`"'],
  ['a: %x\n', 'YAML_SYNTAX 1:4 A text cannot start with "%" in YAML. | Quote it: "%x"'],
  [
    '%x: 1\n',
    'YAML_SYNTAX 1:1 A line that starts with "%" is a directive in YAML. | Quote the key, or remove the line.',
  ],
  [
    'a: *\n',
    'YAML_SYNTAX 1:4 "*" has a meaning of its own in YAML (an alias). | Quote it if text is meant: "*"',
  ],
  [
    'a: *b\n',
    'YAML_ALIAS 1:4 "*b" is an alias in YAML, and there is no anchor "&b" before it. | Quote it if text is meant: "*b"',
  ],
  ['a: &b [*b]\n', 'YAML_ALIAS 1:8 "*b" stands inside of what it names. | Write the value out.'],
  [
    'a: b: c\n',
    'YAML_SYNTAX 1:4 The value of "a" holds ": ", which starts a map in YAML. | Quote it: \'b: c\'',
  ],
  [
    'a: {b:1}\n',
    'YAML_SYNTAX 1:5 "b:1" is one word in YAML: a colon separates with a space after it. | Write "b: 1", or quote it if text is meant.',
  ],
  ['a:\n\tb: 1\n', 'YAML_SYNTAX 2:1 A tab cannot indent in YAML. | Indent with spaces.'],
  [
    "a: 'it's'\n",
    'YAML_SYNTAX 1:8 Text follows a closing quote. | Quote the whole value; inside of single quotes write a quote twice.',
  ],
  [
    'a: "b\nc: 1\n',
    'YAML_SYNTAX 1:4 A quoted text does not end: its closing " is missing. | Close it with ".',
  ],
  [
    'a: [1, 2\n',
    'YAML_SYNTAX 2:1 A "]" is missing before this. | Close what was opened, or quote the text that holds a bracket.',
  ],
  ['a: ]\n', `YAML_SYNTAX 1:4 YAML does not expect "]" here. | ${indentation}`],
  ['  a: 1\n b: 2\n', `YAML_SYNTAX 2:2 YAML does not expect "b:" here. | ${indentation}`],
  [
    'a: 1\nb: 2\na: 3\nb: 4\n',
    'DUPLICATE_KEY 3:1 "a" stands twice in one map. | Keep one of them.',
    'DUPLICATE_KEY 4:1 "b" stands twice in one map. | Keep one of them.',
  ],
  [
    'a: {<<: {b: 1}}\n',
    'YAML_MERGE_KEY 1:5 Merge keys (<<) are not part of YAML 1.2. | Write the keys out; what is common belongs under credentials:, variables: or extends: of why401.yml.',
  ],
  ['? [a]\n: 1\n', 'YAML_SYNTAX 1:3 A map or a list cannot be a key. | Quote it if text is meant.'],
  [
    'a: !x y\n',
    'YAML_SYNTAX 1:4 "!x" is a tag in YAML, and tags are not supported. | Remove it, or quote the value if text is meant.',
  ],
  [
    'a: !!binary aGk=\n',
    'YAML_TAG 1:13 The tag "!!binary" is not supported. | Write the value without a tag.',
  ],
  [
    'a: 1\n---\nb: 2\n',
    'YAML_DOCUMENTS 2:1 The file holds several YAML documents. | Write one file for each.',
  ],
  ['%YAML 1.1\n---\na: yes\n', 'YAML_VERSION 1:1 Files are read as YAML 1.2. | Remove the %YAML line.'],
  ['a: .inf\n', 'YAML_NUMBER 1:4 ".inf" is no number that JSON knows. | Quote it if text is meant.'],
  ['a: 1\nb: "\0"\n', 'NOT_TEXT 2:5 The file holds a NUL character: it is no text. | Save it as UTF-8.'],
  [`a:\n  ${'['.repeat(5000)}`, 'YAML_TOO_DEEP 2:103 Values are nested deeper than 100 levels. | null'],
  [`a:\n  ${'- '.repeat(5000)}`, 'YAML_TOO_DEEP 2:203 Values are nested deeper than 100 levels. | null'],
];

describe('parseYaml', () => {
  for (const [text, ...problems] of wrong) {
    it(`refuses ${JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)}`, () => {
      expect(problemsOf(text)).to.deep.equal(problems);
    });
  }

  it('refuses nesting by indentation beyond 100 levels', () => {
    const text = Array.from({ length: 150 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('');
    expect(problemsOf(text)).to.deep.equal([
      'YAML_TOO_DEEP 101:101 Values are nested deeper than 100 levels. | null',
    ]);
  });

  it('refuses an alias bomb', () => {
    const rows = Array.from(
      { length: 9 },
      (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`,
    );
    expect(problemsOf(`a0: &a0 [x, x, x]\n${rows.join('\n')}\n`)).to.deep.equal([
      'YAML_ALIAS 5:20 Aliases expand to more than 10000 values. | Write fewer of them.',
    ]);
  });

  it('tells at most 100 problems of a file that is wrong on every line', () => {
    expect(problemsOf('a: @x\n'.repeat(2_000))).to.have.length(100);
    expect(problemsOf('a: 1\n'.repeat(2_000))).to.have.length(100);
  });

  it('reads values as YAML 1.2 does', () => {
    const text =
      'a: yes\nb: 007\nc: 9007199254740993\nd: 0xFFFFFFFFFFFFFFFF\ne: true\nf:\ng: 1.50\nh: "x"\n200: on\n';
    const value = mapOf(text);
    expect({ ...value }).to.deep.equal({
      200: 'on',
      a: 'yes',
      b: 7,
      c: 9007199254740993n,
      d: 18446744073709551615n,
      e: true,
      f: null,
      g: 1.5,
      h: 'x',
    });
    expect(['b', 'g', 'c'].map((key) => writtenOf(value, key))).to.deep.equal([
      '007',
      '1.50',
      '9007199254740993',
    ]);
  });

  it('takes __proto__ and constructor as keys like any other', () => {
    const value = mapOf('__proto__: {polluted: 1}\nconstructor: 2\n');
    expect(Object.keys(value)).to.deep.equal(['__proto__', 'constructor']);
    const prototype: object = Object.getPrototypeOf(value);
    expect([
      Object.getPrototypeOf(prototype),
      Reflect.ownKeys(prototype),
      Object.isFrozen(prototype),
    ]).to.deep.equal([null, [], true]);
    expect('toString' in value).to.equal(false);
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it('expands an honest alias and keeps the place of what it names', () => {
    const value = mapOf('a: &x {k: 1}\nb: *x\n');
    expect(value['b']).to.equal(value['a']);
    expect(sourceOf(value, 'b')).to.deep.equal({ file: 'a.yml', line: 2, column: 4 });
    expect(sourceOf(value['b'] as object, 'k')).to.deep.equal({ file: 'a.yml', line: 1, column: 11 });
  });

  it('remembers the place of each key, value and item', () => {
    const value = mapOf('steps:\r\n  - GET: /x\r\n    headers: {a: 1, "b": [x,\r\n      y]}\r\nempty:\r\n');
    const steps = value['steps'] as readonly JsonMap[];
    const step = steps[0] as JsonMap;
    const headers = step['headers'] as JsonMap;
    const places: Record<string, ReturnType<typeof sourceOf>> = {
      root: sourceOf(value),
      steps: sourceOf(value, 'steps', 'key'),
      item: sourceOf(steps, 0),
      step: sourceOf(step),
      target: sourceOf(step, 'GET'),
      headers: sourceOf(step, 'headers'),
      a: sourceOf(headers, 'a'),
      b: sourceOf(headers, 'b', 'key'),
      y: sourceOf(headers['b'] as readonly Json[] as object, 1),
      empty: sourceOf(value, 'empty'),
    };
    const text = Object.entries(places).map(([name, source]) => `${name} ${source?.line}:${source?.column}`);
    expect(text).to.deep.equal([
      'root 1:1',
      'steps 1:1',
      'item 2:5',
      'step 2:5',
      'target 2:10',
      'headers 3:14',
      'a 3:18',
      'b 3:21',
      'y 4:7',
      'empty 5:7',
    ]);
  });
});

const fragments = [
  'a',
  'steps',
  'GET',
  'in',
  'environments',
  ': ',
  ':',
  '\n',
  '\n  ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '${x}',
  '$.a[0]',
  '&a ',
  '*a',
  '!x ',
  '|\n',
  '? ',
  '%',
  '@',
  '#',
  '\t',
  '\\',
  'null',
  '1e999',
  '<<',
  '---\n',
  '__proto__',
  'constructor',
  '\r\n',
  '\u{1f600}',
  '\ud800',
];

describe('any text', () => {
  it('is a value or problems with places, and never an exception', () => {
    const text = fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (written) => {
        const { value, problems } = parseYaml(written, 'a.yml');
        const lines = written.split('\n').length;
        const faults = [
          ...problems,
          ...(value === null ? [] : [...validate('scenario', value), ...validate('project', value)]),
        ];
        for (const { source, message } of faults) {
          expect(message).to.not.match(/undefined|\[object|must NOT/);
          if (typeof value === 'object') expect(source?.line).to.be.within(1, lines);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

interface Hostile {
  readonly id: string;
  readonly yaml: string | null;
  readonly repeat?: {
    readonly prefix: string;
    readonly open: string;
    readonly close: string;
    readonly n: number;
  };
  readonly must: string;
}

describe('hostile YAML', () => {
  it('is a problem or plain data, and never evaluated', function () {
    const path = sharedFile('vectors/yaml/hostile.json');
    if (path === null) return this.skip();
    const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly Hostile[] };
    const accepted = cases.filter(({ yaml, repeat }) => {
      const text = repeat
        ? `${repeat.prefix}${repeat.open.repeat(repeat.n)}${repeat.close.repeat(repeat.n)}`
        : (yaml ?? '');
      return parseYaml(text, 'hostile.yml').problems.length === 0;
    });
    expect(accepted.filter(({ must }) => must.startsWith('error')).map(({ id }) => id)).to.deep.equal([]);
  });
});

function sharedFile(path: string): string | null {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const shared = join(folder, 'shared');
    if (existsSync(join(shared, 'DESIGN.md')))
      return existsSync(join(shared, path)) ? join(shared, path) : null;
    if (folder === dirname(folder)) return null;
  }
}
