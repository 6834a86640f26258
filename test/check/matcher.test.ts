import { expect } from 'chai';
import { describe, it } from 'mocha';
import { describeExpected } from '../../src/check/describe.ts';
import { type MatchContext, matches } from '../../src/check/matcher.ts';
import type { Json } from '../../src/model.ts';
import type { RenderedJson } from '../../src/plan/template.ts';
import { Secret } from '../../src/secret.ts';
import { place, placeEntry } from '../../src/source.ts';
import { source } from './exchange.ts';

const context: MatchContext = { reveal: (secret) => secret.reveal() };
const big = 12345678901234567890n;

/** Expected value, what it says in words, values that match, values that do not. */
const table: [RenderedJson, string, (Json | undefined)[], (Json | undefined)[]][] = [
  [200, '200', [200, 200n], [201, '200', null, undefined, [200]]],
  ['x', '"x"', ['x'], ['X', 'xx', 1, undefined]],
  ['ärger 😀', '"ärger 😀"', ['ärger 😀'], ['a\u0308rger 😀']],
  [null, 'null', [null], [undefined, 0, '', false]],
  [big, '12345678901234567890', [big], [12345678901234567891n, 12345678901234567000, '12345678901234567890']],
  [[1, [2]], '[1,[2]]', [[1, [2]]], [[1, 2], [1], [[2], 1]]],
  [
    { a: 1, b: { c: big } },
    '{"a":1,"b":{"c":12345678901234567890}}',
    [{ b: { c: big }, a: 1 }],
    [{ a: 1 }, { a: 1, b: { c: 1 } }],
  ],
  [{}, '{}', [{}], [{ a: 1 }, [], undefined]],
  [{ equals: { contains: 'x' } }, '{"contains":"x"}', [{ contains: 'x' }], ['x']],
  [{ contains: 'x', other: 1 }, '{"contains":"x","other":1}', [{ contains: 'x', other: 1 }], ['x']],
  [{ not: 1 }, 'not 1', [2, '1', undefined], [1, 1n]],
  [{ not: { matches: '^a' } }, 'not matches "^a"', ['b', 1], ['a']],
  [{ matches: '^\\d+$' }, 'matches "^\\\\d+$"', ['1'], ['1a', '', 1, undefined]],
  [{ contains: 'b' }, 'contains "b"', ['abc', ['a', 'b'], { b: 1 }], ['ac', ['bb'], { c: 'b' }, 1]],
  [{ contains: { a: { gt: 1 } } }, 'contains {"a":{"gt":1}}', [{ a: 2, b: 3 }], [{ a: 1 }, {}, [], 'a']],
  [{ contains: { id: 2 } }, 'contains {"id":2}', [[{ id: 1 }, { id: 2 }]], [[{ id: 1 }], [{ id: 2, x: 1 }]]],
  [{ starts_with: 'ab' }, 'starts with "ab"', ['abc'], ['cab', 1, ['ab']]],
  [{ ends_with: 'bc' }, 'ends with "bc"', ['abc'], ['bca', undefined]],
  [{ one_of: [1, 'a', { gt: 9 }] }, 'one of 1, "a", {"gt":9}', [1, 'a', 10], [2, 'b', 9, undefined]],
  [{ type: 'string' }, 'type string', ['', 'a'], [1, null, undefined]],
  [{ type: 'number' }, 'type number', [1.5, 1, big], ['1', null]],
  [{ type: 'integer' }, 'type integer', [1, 1.0, big, -0], [1.5, '1']],
  [{ type: 'boolean' }, 'type boolean', [true, false], [0, 'true']],
  [{ type: 'null' }, 'type null', [null], [undefined, 0]],
  [{ type: 'array' }, 'type array', [[]], [{}, 'a']],
  [{ type: 'object' }, 'type object', [{}], [[], null]],
  [{ type: ['string', 'null'] }, 'type string or null', ['a', null], [1]],
  [{ gt: 1 }, '> 1', [2, 1.1, big], [1, 0, '2', undefined, null]],
  [
    { gte: big, lte: big },
    '>= 12345678901234567890 and <= 12345678901234567890',
    [big],
    [big + 1n, big - 1n, 12345678901234567000],
  ],
  [{ lt: 'b' }, '< "b"', ['a', 'B'], ['b', 'c', 1]],
  [
    { lt: '2026-01-01T00:00:00Z' },
    '< 2026-01-01T00:00:00Z',
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:59:59.9Z'],
    ['2026-01-01T00:00:00Z'],
  ],
  [{ length: 2 }, 'length 2', ['ab', '😀é', [1, 2], { a: 1, b: 2 }], ['abc', [1], 2, null, undefined]],
  [{ length: { gte: 1, lt: 3 } }, 'length >= 1 and < 3', ['a', [1, 2]], ['', [1, 2, 3]]],
  [{ exists: true }, 'present', [null, '', 0, false], [undefined]],
  [{ exists: false }, 'absent', [undefined], [null, '', 0]],
  [{ each: { type: 'integer' } }, 'each type integer', [[1, 2], []], [[1, 'a'], 1, undefined]],
  [{ any: { gt: 1 } }, 'any > 1', [[0, 2]], [[0, 1], [], 2]],
  [{ none: 'a' }, 'none "a"', [['b'], []], [['a'], 'b', undefined]],
  [{ starts_with: 'a', length: 2 }, 'starts with "a" and length 2', ['ab'], ['abc', 'bb']],
  [Secret.named('reader', 'geheim'), '"[secret:reader]"', ['geheim'], ['[secret:reader]', 'x', undefined]],
  [{ contains: Secret.named('reader', 'geheim') }, 'contains "[secret:reader]"', ['ungeheimer'], ['reader']],
  [{ a: Secret.named('reader', 'geheim') }, '{"a":"[secret:reader]"}', [{ a: 'geheim' }], [{ a: 'x' }]],
];

describe('matches', () => {
  for (const [expected, words, right, wrong] of table) {
    it(`says ${words} and holds it against values`, () => {
      expect(describeExpected(expected)).to.equal(words);
      for (const value of right)
        expect(matches(expected, value, context), `right: ${String(value)}`).to.equal(true);
      for (const value of wrong)
        expect(matches(expected, value, context), `wrong: ${String(value)}`).to.equal(false);
    });
  }

  it('takes numbers as written where the subject is text', () => {
    const map = { a: 7, list: { one_of: [1.1] } };
    place(map, source);
    placeEntry(map, 'a', source, source, '007');
    place(map.list.one_of, source);
    placeEntry(map.list.one_of, 0, source, source, '1.10');
    const text = { ...context, text: true };
    expect([
      matches(map.a, '007', text, [map, 'a']),
      matches(map.a, '7', text, [map, 'a']),
      matches(7, '7', text),
      matches(map.list, '1.10', text),
      matches(map.list, '1.1', text),
      matches({ gte: 10 }, '12', text),
      matches({ gte: 10 }, '9', text),
      matches({ gte: 10 }, 'many', text),
      matches({ gt: 12345678901234567890n }, '12345678901234567891', text),
      matches(true, 'true', text),
    ]).to.deep.equal([true, false, true, true, false, true, false, false, true, true]);
  });

  it('converts operands to the unit of the subject', () => {
    const ms = { ...context, unit: 'ms' } as const;
    expect([
      matches({ lt: '1.5s' }, 1499, ms),
      matches({ lt: '1.5s' }, 1500, ms),
      matches('1h', 3_600_000, ms),
      matches({ lt: 'soon' }, 1, ms),
      matches({ length: { lte: '2kB' } }, 'é', { ...context, bytes: 2000 }),
      matches({ length: { lt: '2kB' } }, 'é', { ...context, bytes: 2000 }),
    ]).to.deep.equal([true, false, true, false, true, false]);
  });

  it('is not hung by a hostile pattern', () => {
    expect(matches({ matches: '(a+)+$' }, `${'a'.repeat(200_000)}b`, context)).to.equal(false);
    expect(matches({ matches: '^(([a-z])+.)+[A-Z]([a-z])+$' }, 'a'.repeat(50_000), context)).to.equal(false);
  });

  it('never shows a secret of the expectation', () => {
    const expected = { one_of: [Secret.named('a', 'value-one'), 'x'] };
    expect(describeExpected(expected)).to.equal('one of "[secret:a]", "x"');
  });
});
