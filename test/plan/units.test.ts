import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { formatDuration, parseDuration, parseSize } from '../../src/plan/units.ts';

describe('parseDuration', () => {
  const table: [string, number | null][] = [
    ['800ms', 800],
    ['3s', 3000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['0s', 0],
    ['30', null],
    ['s', null],
    ['-3s', null],
    ['3 s', null],
    ['3S', null],
    ['1h30m', null],
    ['1e3s', null],
    ['3toString', null],
    ['', null],
  ];
  for (const [text, ms] of table) it(`reads "${text}"`, () => expect(parseDuration(text)).to.equal(ms));
});

describe('parseSize', () => {
  const table: [string, number | null][] = [
    ['512B', 512],
    ['10kB', 10_000],
    ['2MB', 2_000_000],
    ['1MiB', 1_048_576],
    ['1.5KiB', 1536],
    ['2mb', null],
    ['2', null],
    ['MB', null],
  ];
  for (const [text, bytes] of table) it(`reads "${text}"`, () => expect(parseSize(text)).to.equal(bytes));
});

describe('formatDuration', () => {
  const table: [number, string][] = [
    [0, '0ms'],
    [0.4, '0ms'],
    [999.4, '999ms'],
    [999.6, '1s'],
    [1234, '1.23s'],
    [59_994, '59.99s'],
    [59_996, '1m'],
    [90_000, '1m 30s'],
    [3_600_000, '1h'],
    [3_605_000, '1h'],
    [5_400_000, '1h 30m'],
    [604_800_000, '7d'],
    [-1500, '-1.5s'],
  ];
  for (const [ms, text] of table)
    it(`writes ${ms} ms as ${text}`, () => expect(formatDuration(ms)).to.equal(text));

  it('is read back as it was where one unit suffices', () => {
    const unit = fc.constantFrom<[string, number]>(['ms', 999], ['s', 59], ['m', 59], ['h', 23], ['d', 400]);
    fc.assert(
      fc.property(unit, fc.nat(), ([name, most], n) => {
        const text = `${(n % most) + 1}${name}`;
        return formatDuration(parseDuration(text) ?? -1) === text;
      }),
    );
  });
});
