import { expect } from 'chai';
import { spanText } from '../../../src/compare/observe/span.ts';

describe('a span', () => {
  for (const [seconds, text] of [
    [0, '0 s'],
    [1, '1 s'],
    [90, '1 min 30 s'],
    [3600, '1 h'],
    [3660.4, '1 h 1 min'],
    [90_061, '1 d 1 h'],
    [2_592_000, '30 d'],
    [2_592_030, '30 d 30 s'],
    [-60, '-1 min'],
  ] as const)
    it(`of ${seconds} seconds is ${text}`, () => {
      expect(spanText(seconds)).to.equal(text);
    });
});
