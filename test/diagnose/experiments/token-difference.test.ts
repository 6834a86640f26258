import { expect } from 'chai';
import { differences, withoutConsequences } from '../../../src/diagnose/experiments/token-difference.ts';
import type { CredentialUse, JsonMap } from '../../../src/model.ts';
import { now, rightClaims, use } from '../subjects.ts';

const fresh: JsonMap = { ...rightClaims, iat: now / 1000, exp: now / 1000 + 7200, jti: 'new' };

function token(claims: JsonMap, header: JsonMap = {}): CredentialUse {
  const made = use(claims);
  return { ...made, token: made.token && { ...made.token, header: { alg: 'ES256', kid: 'k', ...header } } };
}

describe('differences', () => {
  const factors = (claims: JsonMap, header: JsonMap = {}): string[] =>
    withoutConsequences(differences(token({ ...rightClaims, ...claims }, header), token(fresh), now) ?? [])
      .map(({ factor }) => factor)
      .sort();

  for (const [name, claims, header, expected] of [
    ['nothing but what every token has anew', {}, {}, []],
    ['an exp that is past', { exp: now / 1000 - 1 }, {}, ['exp']],
    ['an exp in milliseconds', { exp: now + 3_600_000 }, {}, ['lifetime']],
    ['a start in the future', { nbf: now / 1000 + 60 }, {}, ['nbf']],
    ['the audience', { aud: 'https://other.test' }, {}, ['aud']],
    ['an audience that is a list of the same', { aud: ['https://api.example.test'] }, {}, []],
    ['the client', { client_id: 'other' }, {}, ['client']],
    ['a scope that is missing', { scope: '' }, {}, ['scope']],
    ['a scope that is held in vain', { scope: 'orders:read orders:write' }, {}, []],
    ['the issuer, with its key', { iss: 'https://elsewhere.test' }, { kid: 'other' }, ['iss']],
    ['the key alone', {}, { kid: 'other' }, ['kid']],
    ['the type', {}, { typ: 'JWT' }, ['typ']],
    ['the binding', { cnf: { jkt: 'x' } }, {}, ['cnf']],
    ['another claim', { tenant: 'x' }, {}, ['claims']],
    ['two things', { aud: 'https://other.test', exp: now / 1000 - 1 }, {}, ['aud', 'exp']],
  ] as const) {
    it(`finds ${name}`, () => expect(factors(claims, header)).to.deep.equal(expected));
  }

  it('shows both values', () => {
    expect(differences(token({ ...rightClaims, exp: now / 1000 - 240 }), token(fresh), now)).to.deep.equal([
      { factor: 'exp', refused: '2026-11-24T11:56:00.000Z', accepted: '2026-11-24T14:00:00.000Z' },
    ]);
  });

  it('sees nothing in an opaque token', () => {
    expect(differences(use(null), token(fresh), now)).to.equal(null);
  });
});
