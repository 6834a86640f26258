/** Servers that misbehave in every way: each job ends as it must, in time, and harms no other. */
import { expect } from 'chai';
import { validReport } from '../support/valid-report.ts';
import { codings, documents, pages, patterns } from './bodies.ts';
import { cuts, framing } from './framing.ts';
import { heads } from './heads.ts';
import { protocols } from './protocols.ts';
import type { Case } from './script.ts';
import { every, playAll, secret, type World } from './world.ts';

/** Bytes by which a run with all these cases may grow; a body that is kept has a million. */
const mostGrown = 400_000_000;

const families: readonly (readonly [name: string, cases: readonly Case[]])[] = [
  ['heads and framing', [...framing, ...heads, ...protocols]],
  ['bodies', [...codings, ...documents, ...patterns, ...pages]],
  ['an answer that is cut at every byte', cuts],
];

for (const [family, cases] of families) {
  describe(`hostile servers: ${family}`, () => {
    let world: World;

    before(async function () {
      // Twenty minutes: with bodies of a gigabyte (`WHY401_HOSTILE=big`) on a busy machine.
      this.timeout(process.env['WHY401_HOSTILE'] === 'big' ? 1_200_000 : 60_000);
      world = await playAll(cases);
    });

    for (const each of cases)
      it(each.name, () => {
        expect(world.ended.get(each.name)).to.equal(each.ends);
      });

    it('no other job is harmed, nor the step after', () => {
      const healthy = [...world.ended].filter(([name]) => name.startsWith('healthy'));
      expect(healthy.length).to.equal(Math.ceil(cases.length / every));
      const harmed = [...healthy, ...world.after].filter(([, how]) => how !== 'passed');
      expect(harmed).to.deep.equal([]);
      expect(world.after.size).to.equal(cases.filter(({ ends }) => ends.startsWith('passed')).length);
    });

    it('leaves all objects as they were', () => {
      const { polluted } = {} as Record<string, unknown>;
      expect(polluted).to.equal(undefined);
    });

    it('stays within bounds, and the report is whole', async () => {
      expect(world.grown).to.be.lessThan(mostGrown);
      expect(await validReport(world.replayed)).not.to.include(secret);
    });
  });
}
