import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { match } from '../../src/diagnose/matching.ts';
import type { Signature } from '../../src/diagnose/signature.ts';
import { compileSignature, expandSignatures, expandTerms } from '../../src/diagnose/signature-source.ts';
import { matches, signatures } from '../../src/diagnose/signatures.ts';
import { answerOfExample, causeIds } from './answers.ts';

const folder = 'src/diagnose/signatures';
const files = readdirSync(folder).filter((file) => file.endsWith('.yml') && file !== 'terms.yml');
const entries = expandSignatures(
  files.flatMap(
    (file) => (parse(readFileSync(`${folder}/${file}`, 'utf8')) as { signatures: Signature[] }).signatures,
  ),
  expandTerms(parse(readFileSync(`${folder}/terms.yml`, 'utf8')) as Record<string, string>),
  new Set(causeIds()),
);

describe('signatures', () => {
  it('are all shipped', () => {
    expect(
      signatures()
        .map(({ id }) => id)
        .sort(),
    ).to.deep.equal(entries.map(({ id }) => id).sort());
  });

  for (const entry of entries) {
    for (const [index, example] of entry.examples.entries()) {
      it(`${entry.id} reads example ${index + 1}`, () => {
        expect(match(compileSignature(entry), answerOfExample(example))).to.not.deep.equal([]);
      });

      it(`${entry.id}: nothing else as strong reads another cause into example ${index + 1}`, () => {
        const strong = matches(answerOfExample(example)).filter(({ weight }) => weight === 3);
        const pairs = strong.flatMap((one) =>
          strong
            .filter((other) => !other.causes.some((cause) => one.causes.includes(cause)))
            .map((other) => `${one.signature.id} and ${other.signature.id}`),
        );
        expect(pairs).to.deep.equal([]);
      });
    }
    for (const [index, example] of (entry.counterexamples ?? []).entries()) {
      it(`${entry.id} does not read counterexample ${index + 1}`, () => {
        const found = matches(answerOfExample(example)).map(({ signature }) => signature.id);
        expect(found).to.not.include(entry.id);
      });
    }
  }
});
