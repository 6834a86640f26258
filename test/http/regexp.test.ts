import { expect } from 'chai';
import { describe, it } from 'mocha';
import { compilePattern } from '../../src/http/regexp.ts';

describe('compilePattern', () => {
  const table: [string, string, unknown][] = [
    ['^application\\/json', 'application/json; a', ['application/json']],
    ['<([^>]+)>; rel="next"', '<a>; rel="prev", <b>; rel="next"', ['<b>; rel="next"', 'b']],
    ['(x)|(y)', 'ay', ['y', null, 'y']],
    ['^.$', '😀', ['😀']],
    ['(?i)bearer', 'BEARER', ['BEARER']],
    ['\\u00e4', 'ä', ['ä']],
    ['a', 'b', null],
    ['', 'b', ['']],
  ];
  for (const [pattern, text, groups] of table) {
    it(`finds ${pattern} in ${text}`, () => {
      const compiled = compilePattern(pattern);
      expect('error' in compiled ? compiled.error : compiled.exec(text)).to.deep.equal(groups);
      expect('test' in compiled && compiled.test(text)).to.equal(groups !== null);
    });
  }

  it('takes no pattern that is longer than 10,000 characters', () => {
    expect(compilePattern('a'.repeat(10_000))).to.have.property('test');
    expect(compilePattern('a'.repeat(10_001))).to.deep.equal({ error: 'it is longer than 10000 characters' });
  });

  it('says what is wrong', () => {
    expect(['(a', '(?=a)', '(a)\\1', 'a{2000}'].map(compilePattern)).to.deep.equal([
      { error: 'missing closing ): "(a"' },
      {
        error:
          'invalid or unsupported Perl syntax: "(?="; look-ahead and look-behind do not exist in a linear-time engine',
      },
      { error: 'invalid escape sequence: "\\1"; back-references do not exist in a linear-time engine' },
      { error: 'invalid repeat count: "{2000}"' },
    ]);
  });
});
