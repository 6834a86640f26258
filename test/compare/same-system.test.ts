import { expect } from 'chai';
import { isSameSystem, sameSystems } from '../../src/compare/same-system.ts';
import type { Environment } from '../../src/model.ts';
import { environment } from './environments.ts';

const production = environment('production', {
  origins: { api: 'https://api.example.com' },
  issuers: { main: 'https://login.example.com' },
});
const staging = environment('staging', {
  origins: { api: 'https://api.staging.example.com' },
  issuers: { main: 'https://login.staging.example.com' },
});

describe('one system', () => {
  const cases: readonly (readonly [string, Environment, boolean])[] = [
    ['another name for the same origins and issuers', { ...production, name: 'live' }, true],
    ['a canary', { ...production, name: 'canary', extends: 'production' }, true],
    [
      'a canary at an origin of its own',
      {
        ...environment('canary', {
          origins: { api: 'https://canary.example.com' },
          issuers: { main: 'https://login.example.com' },
        }),
        extends: 'production',
      },
      true,
    ],
    ['one that extends it only to save words', { ...staging, extends: 'production' }, false],
    ['another', staging, false],
    [
      'another at the same issuer',
      environment('other', {
        origins: { api: 'https://other.example.com' },
        issuers: { main: 'https://login.example.com' },
      }),
      false,
    ],
  ];
  for (const [name, other, expected] of cases) {
    it(`${name}: ${expected ? 'yes' : 'no'}`, () => {
      expect([
        isSameSystem(production, other, [production, other]),
        isSameSystem(other, production, [production, other]),
      ]).to.deep.equal([expected, expected]);
    });
  }

  it('not two that have neither origins nor issuers', () => {
    const [a, b] = [environment('a', {}), environment('b', {})];
    expect(isSameSystem(a, b, [a, b])).to.equal(false);
  });

  it('through several, and two that extend the same', () => {
    const canary = { ...production, name: 'canary', extends: 'production' };
    const small = {
      ...environment('small', {
        origins: { api: 'https://small.example.com' },
        issuers: { main: 'https://login.example.com' },
      }),
      extends: 'canary',
    };
    const same = sameSystems([production, staging, canary, small]);
    expect([same('production', 'small'), same('small', 'staging'), same('small', 'nobody')]).to.deep.equal([
      true,
      false,
      false,
    ]);
  });
});
