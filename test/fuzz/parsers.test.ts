import fc from 'fast-check';
import { long, mutated, numRuns, seed, units } from './mutated.ts';
import { parsers } from './parsers.ts';

const many = process.env['WHY401_FUZZ'] !== undefined;
/** Characters. */
const longest = many ? 1_000_000 : 4_000;

describe('parsers of foreign texts', function () {
  // What is quadratic in a long text takes longer than that.
  this.timeout(many ? 0 : 20_000);
  for (const { name, texts, check, long: starts } of parsers) {
    it(`${name}: no text is too odd`, async () => {
      await fc.assert(
        fc.asyncProperty(mutated(texts), async (text) => {
          await check(text);
        }),
        { seed, numRuns: numRuns(40), examples: texts.map((text): [string] => [text]) },
      );
    });

    it(`${name}: no text is too long`, async () => {
      const all = many ? [...starts, ...units.map((unit) => ['', unit] as const)] : starts;
      for (const [start, unit] of all) await check(long(start, unit, longest));
    });
  }
});
