import { expect } from 'chai';
import { besideOf } from '../../../src/compare/step/beside.ts';
import type { Digest } from '../../../src/compare/step/digest.ts';
import type { Trait, TraitKind } from '../../../src/compare/step/trait.ts';

const trait = (kind: TraitKind, of: string, value: string): Trait => ({
  kind,
  of,
  value,
  seen: value,
  source: null,
});

/** A request with one header for each of `headers`, answered with the status. */
function digest(environment: string, status: string, headers: readonly string[], passed = false): Digest {
  const traits = [...headers.map((name) => trait('header', name, 'x')), trait('status', '', status)];
  return {
    environment,
    passed,
    fine: status < '400',
    role: 'resource',
    traits: new Map([['resource', traits]]),
  };
}

describe('the environment that a failed step is held beside', () => {
  const here = digest('staging', '401', ['a']);
  const passed = digest('production', '200', ['a', 'b', 'c', 'd'], true);

  it('is one in which it passes, however much differs', () => {
    const near = digest('dev', '403', ['a']);
    expect(besideOf(here, [near, passed], null)?.beside.environment).to.equal('production');
    expect(besideOf(here, [passed, near], null)?.beside.environment).to.equal('production');
  });

  it('is the nearest of those', () => {
    const nearer = digest('canary', '200', ['a', 'b'], true);
    expect(besideOf(here, [passed, nearer], null)?.beside.environment).to.equal('canary');
  });

  it('is none where it fails everywhere in the same way', () => {
    expect(besideOf(here, [digest('dev', '401', ['a', 'b'])], null)).to.equal(null);
  });
});
