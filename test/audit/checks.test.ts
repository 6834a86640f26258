import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { families, hitsOf } from '../../src/audit/families.ts';
import { standards } from '../../src/audit/standard.ts';
import { sharedFile } from '../report/shared-file.ts';
import { bearerCases, type CheckCase, httpCases, jwtCases, proofCases } from './cases.ts';
import { type HopParts, seen } from './hops.ts';
import { authorizationCases, cookieCases, discoveryCases, tokenCases } from './server-cases.ts';

const cases: readonly CheckCase[] = [
  ...httpCases,
  ...bearerCases,
  ...proofCases,
  ...tokenCases,
  ...authorizationCases,
  ...discoveryCases,
  ...jwtCases,
  ...cookieCases,
];
/** Told by comparing steps, or as warnings of a step only: their tests are those of the audit and its memory. */
const elsewhere = [
  'env-parity-challenge',
  'credential-echoed',
  'token-expires-soon',
  'jwks-overlap',
  'idtoken-nonce',
  'userinfo-sub',
  'device-interval',
  'wellknown-path',
  'dpop-nonce-retry',
  'digest-stale',
  'digest-rspauth',
];

describe('standards checks', () => {
  for (const { check, fails, says, fine } of cases) {
    it(`tells ${check}: ${says}`, () => {
      expect(saidBy(check, fails)).to.deep.equal([says]);
    });

    it(`does not tell ${check} where it is kept`, () => {
      expect(saidBy(check, fine)).to.deep.equal([]);
    });
  }

  it('have words, a predicate and a case each', () => {
    const ids = [...standards().keys()].sort();
    const looking = families.flatMap(({ checks }) => Object.keys(checks));
    expect([...looking, ...elsewhere].sort()).to.deep.equal(ids);
    expect([...new Set([...cases.map(({ check }) => check), ...elsewhere])].sort()).to.deep.equal(ids);
  });

  it('hold nothing against an answer that is as it should be', () => {
    const good: HopParts = {
      sent: { Authorization: 'Bearer [secret:reader]', Accept: 'application/json' },
      headers: { 'Strict-Transport-Security': 'max-age=31536000', 'Cache-Control': 'private' },
      body: { orders: [] },
    };
    expect(hitsOf(seen(good)).map(({ check }) => check)).to.deep.equal([]);
  });

  it('hold nothing against a step without an answer', () => {
    expect(hitsOf(seen({ status: 0 })).map(({ check }) => check)).to.deep.equal([]);
  });

  it('keep the public ids', function () {
    const file = sharedFile('knowledge/checks.json');
    if (file === null) return this.skip();
    const known = (JSON.parse(readFileSync(file, 'utf8')) as { id: string }[]).map(({ id }) => id);
    const own = [...standards().keys()].filter((id) => !known.includes(id));
    expect(own.sort()).to.deep.equal([
      'cookie-removal-scope',
      'cors-authorization-header',
      'cors-credentials-wildcard',
      'credential-echoed',
      'digest-rspauth',
      'dpop-htm',
      'dpop-token-type',
      'edge-hsts-over-http',
      'jwt-no-exp',
      'metadata-endpoint-https',
      'token-expires-soon',
    ]);
  });
});

function saidBy(check: string, parts: HopParts): string[] {
  return hitsOf(seen(parts))
    .filter((hit) => hit.check === check)
    .map(({ says }) => says);
}
