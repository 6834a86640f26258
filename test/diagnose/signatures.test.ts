import { expect } from 'chai';
import { type Example, match, signatures } from '../../src/diagnose/signatures.ts';
import type { Subject } from '../../src/diagnose/subject.ts';
import { causes as vocabulary } from '../../src/diagnose/vocabulary.ts';
import { client, subject } from './subjects.ts';

const causes = new Set(vocabulary().map(({ id }) => id));

function subjectOf(example: Example): Subject {
  return subject({
    stage: example.stage,
    client: client('web-production', 'https://login.example.test'),
    hops: [
      { status: example.status, headers: Object.entries(example.headers ?? {}), body: example.body ?? '' },
    ],
  });
}

describe('signatures', () => {
  it('have ids of their own and known causes', () => {
    const ids = signatures().map(({ id }) => id);
    expect(ids).to.deep.equal([...new Set(ids)]);
    expect(
      signatures()
        .flatMap((each) => each.causes)
        .filter((cause) => !causes.has(cause)),
    ).to.deep.equal([]);
  });

  for (const signature of signatures()) {
    for (const [index, example] of signature.examples.entries()) {
      it(`${signature.id} reads example ${index + 1}`, () => {
        expect(match(signature.when, subjectOf(example))).to.not.equal(null);
      });

      it(`${signature.id}: nothing else as strong reads another cause into example ${index + 1}`, () => {
        const read = subjectOf(example);
        const others = signatures().filter(
          (other) => other.weight === 3 && signature.weight === 3 && match(other.when, read) !== null,
        );
        const strangers = others.filter(
          (other) => !other.causes.some((cause) => signature.causes.includes(cause)),
        );
        expect(strangers.map(({ id }) => id)).to.deep.equal([]);
      });
    }
    for (const [index, example] of (signature.counterexamples ?? []).entries()) {
      it(`${signature.id} does not read counterexample ${index + 1}`, () => {
        expect(match(signature.when, subjectOf(example))).to.equal(null);
      });
    }
  }
});
