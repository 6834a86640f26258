import { expect } from 'chai';
import { matchesWildcard } from '../../src/http/wildcard.ts';

describe('wildcard', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['token.lifetime', 'token.lifetime', true],
    ['token.lifetime', 'token.lifetimes', false],
    ['token.*', 'token.lifetime', true],
    ['token.*', 'tokens.lifetime', false],
    ['*', '', true],
    ['*.lifetime', 'token.lifetime', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['**', 'x', true],
    ['issuer.scope[main *]', 'issuer.scope[main orders:read]', true],
    ['issuer.*[x]', 'issuer.scope[y]', false],
  ];
  for (const [pattern, text, fits] of cases) {
    it(`${pattern} ${fits ? 'fits' : 'does not fit'} ${text}`, () =>
      expect(matchesWildcard(pattern, text)).to.equal(fits));
  }

  it('in linear time', () => {
    expect(matchesWildcard('*a'.repeat(5000), 'a'.repeat(4999))).to.equal(false);
  });
});
