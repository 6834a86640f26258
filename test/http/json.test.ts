import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { parseJson, stringifyJson } from '../../src/http/json.ts';

describe('parseJson', () => {
  const table: [string, unknown][] = [
    [
      '{"id":12345678901234567890,"n":-9007199254740993}',
      { value: { id: 12345678901234567890n, n: -9007199254740993n } },
    ],
    [
      '[9007199254740991,0.1234567890123456789,1e400]',
      { value: [9007199254740991, 0.12345678901234568, Number.POSITIVE_INFINITY] },
    ],
    ['{"a":1,"a":{"b":12345678901234567890},"a":2}', { value: { a: 2 } }],
    ['"\\u00e4\\ud83d\\ude00 1234567890123456"', { value: 'ä😀 1234567890123456' }],
    [' null ', { value: null }],
  ];
  for (const [text, parsed] of table)
    it(`reads ${text}`, () => expect(parseJson(text)).to.deep.equal(parsed));

  it('says what is wrong', () => {
    for (const text of [
      '',
      '{',
      '{"a":1,}',
      '[1] x',
      '{"a":12345678901234567890',
      "{'a':1}",
      'NaN',
      '[01]',
    ]) {
      expect(parseJson(text), text).to.have.property('error').that.is.a('string');
    }
  });

  it('takes __proto__ for a name like any other', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"__proto__":{"x":12345678901234567890}}']) {
      const parsed = parseJson(text) as { value: object };
      expect([Object.keys(parsed.value), Object.getPrototypeOf(parsed.value)]).to.deep.equal([
        ['__proto__'],
        Object.prototype,
      ]);
    }
  });

  it('neither crashes nor hangs on deep nesting, long numbers and many duplicates', () => {
    const lists = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const error = 'it is nested too deeply';
    for (const number of ['', '12345678901234567890']) {
      const nested = (levels: number): string => lists(levels).replace('[]', `[${number}]`);
      expect(parseJson(nested(1000))).to.have.property('value');
      for (const levels of [1001, 100_000]) expect(parseJson(nested(levels))).to.deep.equal({ error });
    }
    expect(parseJson(`["${'['.repeat(2000)}\\"${'['.repeat(2000)}"]`)).to.have.property('value');
    expect(parseJson('1'.repeat(1_000_000))).to.deep.equal({ value: Number.POSITIVE_INFINITY });
    expect(parseJson(`{${'"a":12345678901234567890,'.repeat(50_000)}"a":1}`)).to.deep.equal({
      value: { a: 1 },
    });
  });

  it('gives nothing that throws where it is printed, and changes nothing for it', () => {
    for (const text of [
      '{"toString":1}',
      '[{"a":[{"toString":"x","valueOf":null}]}]',
      '{"\\u0074oString":{"toString":{}}}',
      '{"toString":12345678901234567890,"n":12345678901234567890}',
    ]) {
      const parsed = parseJson(text);
      if (!('value' in parsed)) throw new Error(text);
      const { value } = parsed;
      expect([`${value}`, String(value), [value, value].join()]).to.satisfy(
        (all: string[]) => all.length === 3,
      );
      expect(stringifyJson(value)).to.equal(text.replaceAll('\\u0074', 't'));
      if (!text.includes('1234')) expect(value).to.deep.equal(JSON.parse(text));
    }
  });

  it('reads what stringifyJson writes', () => {
    const value = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.bigInt({ min: 2n ** 53n }),
        fc.integer(),
        fc.constantFrom(null, true, 0.5),
        fc.array(tie('json')),
        fc.dictionary(fc.string(), tie('json'), { noNullPrototype: true }),
      ),
    })).json;
    fc.assert(
      fc.property(value, (given) => {
        expect(parseJson(stringifyJson(given))).to.deep.equal({ value: given });
      }),
    );
  });
});
