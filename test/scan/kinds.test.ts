import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { ShapeFile } from '../../src/scan/shape-source.ts';
import { scanText } from '../../src/scan/text.ts';
import { root } from '../architecture/source-files.ts';
import { made } from './made.ts';

const folder = new URL('src/scan/kinds/', root);

describe('secrets of providers', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yml'))) {
    it(`are known by their shape: ${file}`, () => {
      const { kinds } = parse(readFileSync(new URL(file, folder), 'utf8')) as ShapeFile;
      for (const { what, examples, counterexamples } of kinds) {
        for (const example of examples) {
          const { text } = made(example);
          const { found } = scanText(`see ${text} there`, 'a.md');
          expect(
            found.map((each) => [each.kind, each.what, each.value]),
            example,
          ).to.deep.equal([['provider', what, text]]);
        }
        for (const example of counterexamples)
          expect(scanText(`see ${made(example).text} there`, 'a.md').found, example).to.deep.equal([]);
      }
    });
  }
});
