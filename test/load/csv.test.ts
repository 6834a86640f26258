import { expect } from 'chai';
import { array, assert, constantFrom, property, string } from 'fast-check';
import { parseCsv } from '../../src/load/csv.ts';
import { readRows } from '../../src/load/rows.ts';

const texts = (text: string, most = 100): unknown => {
  const parsed = parseCsv(text, most);
  return 'message' in parsed ? parsed : parsed.map((record) => record.map((cell) => cell.text));
};

describe('CSV', () => {
  it('is read as RFC 4180 says, with any line end and with the place of each cell', () => {
    expect(texts('a,b\r\n"1, ""x""",\n\n" 2",é\r3,"4\r\n5"')).to.deep.equal([
      ['a', 'b'],
      ['1, "x"', ''],
      [' 2', 'é'],
      ['3', '4\r\n5'],
    ]);
    expect(parseCsv('a,bc,d\n"x\ny",z,"w"\n7', 100)).to.deep.equal([
      [
        { text: 'a', line: 1, column: 1 },
        { text: 'bc', line: 1, column: 3 },
        { text: 'd', line: 1, column: 6 },
      ],
      [
        { text: 'x\ny', line: 2, column: 1 },
        { text: 'z', line: 3, column: 4 },
        { text: 'w', line: 3, column: 6 },
      ],
      [{ text: '7', line: 4, column: 1 }],
    ]);
    expect([texts(''), texts('""'), texts(','), texts('a\nb\nc', 2)]).to.deep.equal([
      [],
      [['']],
      [['', '']],
      [['a'], ['b']],
    ]);
  });

  it('is not guessed at: each mistake is told with its place', () => {
    expect([texts('a,"b'), texts('a\n"b" c'), texts('a\nb,c"d')]).to.deep.equal([
      { message: 'A quoted cell does not end.', fix: 'Close it with a quote.', line: 1, column: 3 },
      {
        message: 'Text follows the closing quote of a cell.',
        fix: 'Write a quote within it twice: "".',
        line: 2,
        column: 4,
      },
      {
        message: 'A quote stands in a cell that does not begin with one.',
        fix: 'Quote the whole cell: "a ""b"" c".',
        line: 2,
        column: 4,
      },
    ]);
  });

  it('that is written comes back, whatever the cells and the line end', () => {
    const cell = string({
      unit: constantFrom('a', ',', '"', '\r', '\n', ' ', 'é', '\u0000', '${x}'),
      maxLength: 6,
    });
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    assert(
      property(
        array(array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
        constantFrom('\n', '\r\n', '\r'),
        (records, end) => {
          const text = records.map((record) => record.map(quoted).join(',')).join(end);
          expect(texts(text)).to.deep.equal(records);
        },
      ),
      { seed: 401, numRuns: Number(process.env['WHY401_FUZZ'] ?? 200) },
    );
  });

  it('of any text ends in records or in one fault', () => {
    const text = string({ unit: constantFrom('a', ',', '"', '\r', '\n'), maxLength: 30 });
    assert(
      property(text, (given) => {
        const parsed = parseCsv(given, 100);
        if ('message' in parsed) expect(parsed.line).to.be.greaterThan(0);
      }),
      { seed: 401, numRuns: Number(process.env['WHY401_FUZZ'] ?? 200) },
    );
  });

  it('is told to be wrong ten times at most, and of a list too long no more is read than tells it', () => {
    const codes = (text: string, file: string): string[] =>
      readRows(text, file).problems.map(({ code }) => code);
    expect(codes(','.repeat(1000), 'a.csv')).to.deep.equal(Array.from({ length: 10 }, () => 'DATA_COLUMN'));
    expect(codes(`a\n${'1,2\n'.repeat(1000)}`, 'a.csv')).to.deep.equal(
      Array.from({ length: 10 }, () => 'DATA_RAGGED'),
    );
    const list = `[${'{"a":1},'.repeat(20_000)}{}]`;
    expect([readRows(list, 'a.json').rows.length, codes(list, 'a.json')]).to.deep.equal([
      10_001,
      ['DATA_TOO_LARGE'],
    ]);
  });
});
