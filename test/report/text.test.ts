import { expect } from 'chai';
import fc from 'fast-check';
import { columns, cut, cutMiddle, visible, wrap } from '../../src/report/text.ts';

describe('columns', () => {
  const cases: readonly [text: string, count: number][] = [
    ['orders', 6],
    ['注文', 4],
    ['📦 x', 4],
    ['e\u0301', 1],
    ['✓ …', 3],
    ['', 0],
  ];
  for (const [text, count] of cases)
    it(`counts ${count} for ${JSON.stringify(text)}`, () => expect(columns(text)).to.equal(count));
});

describe('cut', () => {
  it('keeps what fits and never half a character', () => {
    const texts = ['注文を読む', 'a📦b📦c', 'short'].map((text) => [cut(text, 6), cutMiddle(text, 6)]);
    expect(texts).to.deep.equal([
      ['注文…', '注…む'],
      ['a📦b…', 'a📦…c'],
      ['short', 'short'],
    ]);
  });

  it('holds its width and stays well formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        for (const fitted of [cut(text, width), cutMiddle(text, width)]) {
          expect(columns(fitted)).to.be.at.most(width);
          expect(fitted).not.to.match(/\p{Cs}/u);
        }
      }),
    );
  });
});

describe('wrap', () => {
  it('breaks at spaces, by columns, and leaves long words whole', () => {
    expect(wrap('注文を 読む https://api.example.test/a/long/path end', 9)).to.deep.equal([
      '注文を',
      '読む',
      'https://api.example.test/a/long/path',
      'end',
    ]);
  });
});

describe('visible', () => {
  it('shows what would not be seen, or would move the rest', () => {
    expect(visible('a\u001b[1m\r\n\t\u0085\u200b\u202e\u2066\ufeffb é 📦')).to.equal(
      'a\\x1b[1m\\r\\n\\t\\x85\\u200b\\u202e\\u2066\\ufeffb é 📦',
    );
  });
});
