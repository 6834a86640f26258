import { expect } from 'chai';
import { formatProblem, withLines } from '../../src/load/frame.ts';
import { Problem } from '../../src/problem.ts';

function frame(line: string | null, column: number, color = false): string {
  const source = { file: 'specs/a.yml', line: 12, column };
  return formatProblem({ code: 'X', message: 'Wrong.', source, line, fix: 'Right.' }, color);
}

const long = `${'a'.repeat(150)}HERE${'b'.repeat(150)}`;
const rows: readonly (readonly [what: string, line: string | null, column: number, text: string])[] = [
  ['the line and a caret', '  - get: /x', 5, '  12 |   - get: /x\n     |     ^\n'],
  ['a tab as four blanks', '\tget: /x', 2, '  12 |     get: /x\n     |     ^\n'],
  ['the end of a line', 'a:', 3, '  12 | a:\n     |   ^\n'],
  ['wide characters over two columns', '日本: x', 5, '  12 | 日本: x\n     |       ^\n'],
  [
    'escapes of the terminal as text',
    'a: \u001b[31mx\u202e',
    4,
    '  12 | a: \\u001b[31mx\\u202e\n     |    ^\n',
  ],
  [
    'a long line cut around the column',
    long,
    151,
    `  12 | ...${'a'.repeat(50)}HERE${'b'.repeat(46)}...\n     | ${' '.repeat(53)}^\n`,
  ],
  ['no line that is empty', '   ', 2, ''],
  ['no line where there is none', null, 2, ''],
];

describe('formatProblem', () => {
  for (const [what, line, column, text] of rows) {
    it(`shows ${what}`, () => {
      expect(frame(line, column)).to.equal(`specs/a.yml:12:${column}: Wrong.\n${text}  fix  Right.`);
    });
  }

  it('shows a problem without place and fix as one line', () => {
    expect(formatProblem(new Problem('X', 'Wrong \u001b[2J.').toData())).to.equal('Wrong \\u001b[2J.');
  });

  it('colors on demand', () => {
    expect(frame('ab', 2, true)).to.equal(
      '\u001b[1mspecs/a.yml:12:2: \u001b[0mWrong.\n\u001b[2m  12 |\u001b[0m ab\n\u001b[2m     |\u001b[0m  \u001b[31m^\u001b[0m\n  \u001b[36mfix\u001b[0m  Right.',
    );
  });
});

describe('withLines', () => {
  it('adds the line where there is a place and no line yet', () => {
    const source = { file: 'a.yml', line: 2, column: 1 };
    const problems = [
      new Problem('A', 'a', { source }),
      new Problem('B', 'b'),
      new Problem('C', 'c', { source, line: 'kept' }),
    ];
    expect(withLines(problems, ({ line }) => `line ${line}`).map(({ line }) => line)).to.deep.equal([
      'line 2',
      null,
      'kept',
    ]);
  });
});
