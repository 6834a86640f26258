import { expect } from 'chai';
import fc from 'fast-check';
import { compareObserved } from '../../src/compare/compare.ts';
import { abstracted } from '../../src/compare/hosts.ts';
import type { Json, Observed } from '../../src/model.ts';
import { environment } from './environments.ts';
import { kinds } from './kinds.ts';

const options = { kinds };
const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('a', 'b', ''),
  fc.array(fc.constantFrom('r', 'w', 'x'), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('k', 'l'), fc.integer({ min: 0, max: 1 })),
);
const observations = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom(...kinds.keys()),
    of: fc.constantFrom('', 'main', 'other'),
    value,
    source: fc.constant(null),
  }),
  { selector: ({ kind, of }) => `${kind} ${of}`, maxLength: 8 },
);
const many: fc.Arbitrary<Observed[]> = fc
  .array(observations, { minLength: 2, maxLength: 5 })
  .map((list) => list.map((each, index) => ({ environment: `e${index}`, observations: each })));

/** Without the order of the environments. */
function rows(observed: readonly Observed[]): unknown {
  return compareObserved(observed, [], options).differences.map(({ what, severity, environments }) => [
    what,
    severity,
    Object.keys(environments).sort(),
  ]);
}

describe('comparison, whatever was observed', () => {
  it('does not depend on the order of the environments', () => {
    fc.assert(
      fc.property(many, (observed) => {
        expect(rows(observed.toReversed())).to.deep.equal(rows(observed));
      }),
      { seed: 7 },
    );
  });

  it('does not depend on the order of the observations', () => {
    fc.assert(
      fc.property(many, (observed) => {
        const other = observed.map((each) => ({ ...each, observations: each.observations.toReversed() }));
        expect(compareObserved(other, [], options)).to.deep.equal(compareObserved(observed, [], options));
      }),
      { seed: 7 },
    );
  });

  it('finds no difference from itself', () => {
    fc.assert(
      fc.property(observations, (list) => {
        const observed = ['a', 'b', 'c'].map((name) => ({ environment: name, observations: list }));
        const shared = compareObserved(observed, [], options).differences.filter(
          ({ what }) => kinds.get(what.replace(/\[.*/, ''))?.rule !== 'distinct',
        );
        expect(shared).to.deep.equal([]);
      }),
      { seed: 7 },
    );
  });

  it('names in each finding only who was asked, and every value', () => {
    fc.assert(
      fc.property(many, (observed) => {
        const names = observed.map((each) => each.environment);
        for (const finding of compareObserved(observed, [], options).findings) {
          expect(finding.evidence.length).to.be.at.least(2);
          for (const { field } of finding.evidence) expect(names).to.include(field);
          for (const name of finding.environment.split(', ')) expect(names).to.include(name);
          expect(finding.summary).to.match(/^[A-Z].*\.$/s);
        }
      }),
      { seed: 7 },
    );
  });
});

describe('own hosts taken out, whatever the text', () => {
  const own = environment('own', { origins: { api: 'https://api.own.test' } });

  it('leaves what holds none of them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/own/i.test(text));
        expect(abstracted(text, own)).to.equal(text);
      }),
      { seed: 7 },
    );
  });

  it('leaves none of them where they stand alone', () => {
    const border = fc.constantFrom(' ', '/', '"', '?u=', '%2F', '(', '\n', ';');
    fc.assert(
      fc.property(fc.string(), border, border, (text, left, right) => {
        fc.pre(!/own/i.test(text));
        const taken = abstracted(`${text}${left}api.OWN.test${right}`, own);
        expect(taken).to.equal(`${text}${left}\${origin.api.host}${right}`);
      }),
      { seed: 7 },
    );
  });
});
