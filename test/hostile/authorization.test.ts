/** Authorization servers that misbehave in every way: each credential ends as it must, in time, and harms no other. */
import { expect } from 'chai';
import { validReport } from '../support/valid-report.ts';
import { challenges, documents, keySets, tokens } from './authorization.ts';
import { type AuthorizationWorld, clientSecret, healthy, playAuthorization } from './authorization-world.ts';

/** Bytes. */
const mostGrown = 400_000_000;
const cases = [...tokens, ...documents, ...keySets, ...challenges];

describe('hostile authorization servers', () => {
  let world: AuthorizationWorld;

  before(async function () {
    this.timeout(120_000);
    world = await playAuthorization(cases);
  });

  for (const { name, ends } of [...cases, healthy])
    it(name, () => {
      expect(world.ended.get(name)).to.equal(ends);
    });

  it('leaves all objects as they were', () => {
    const { polluted } = {} as Record<string, unknown>;
    expect(polluted).to.equal(undefined);
  });

  it('stays within bounds, and each report is whole', async () => {
    expect(world.grown).to.be.lessThan(mostGrown);
    for (const report of world.reports) expect(await validReport(report)).not.to.include(clientSecret);
  });
});
