/** `why401 compare` against the lab: each drift is found and named, nothing else is said, and healed labs are silent. */
import { expect } from 'chai';
import { driftedPair, pairOf } from '../../fixtures/lab/drift/pairs.ts';
import { variations } from '../../fixtures/lab/drift/variations.ts';
import { held, told, unanswered } from '../../fixtures/lab/drift/verdict.ts';
import { drifts, groups } from '../../fixtures/lab/drifts.ts';
import type { LogEntry } from '../../fixtures/lab/site.ts';
import { compare } from './compare.ts';

/** Requests to production besides published documents, anonymous GETs and authorization requests that show nothing. */
function unasked(log: readonly LogEntry[]): string[] {
  return log
    .filter(({ server }) => server === 'production')
    .filter(({ method, url, authorization }) => {
      const isProbe = new URL(url, 'https://host').searchParams.get('prompt') === 'none';
      const isAuthorization = /\/(?:auth|authorize)\?/.test(url);
      return !/^(?:GET|HEAD)$/.test(method) || authorization !== null || (isAuthorization && !isProbe);
    })
    .map(({ method, host, url }) => `${method} ${host}${url.split('?')[0]}`);
}

/** Healthy pairs that are looked at in one comparison. */
const together = 7;

describe('drift in the lab', () => {
  for (const [group, argv] of Object.entries(groups)) {
    const made = drifts.filter((drift) => drift.group === group);

    it(`is found and named, each for itself: ${group}`, async () => {
      const { code, report, text, lab } = await compare(made.map(driftedPair), argv);
      const expected = made.flatMap((drift) => drift.expected);
      expect(held(report, expected)).to.deep.equal({ missed: [], more: [] });
      // No verdict where a certificate is refused.
      expect(code).to.equal(group === 'traffic' ? 3 : 1);
      if (!argv.includes('--scenarios')) expect(unasked(lab.log)).to.deep.equal([]);
      if (argv.includes('--offline')) expect(lab.log).to.deep.equal([]);
      const leaked = Object.entries(lab.env).filter(([, value]) => text.includes(value));
      expect(leaked.map(([name]) => name)).to.deep.equal([]);
    });

    it(`is silent when it is healed: ${group}`, async () => {
      const { code, report } = await compare(
        made.map(({ id, base }) => pairOf(id, base)),
        argv,
      );
      expect([...told(report), ...unanswered(report)]).to.deep.equal([]);
      expect(code).to.equal(0);
    });
  }

  for (let at = 0; at < variations.length; at += together) {
    const some = variations.slice(at, at + together);
    it(`is not found between healthy environments: ${some.map(({ id }) => id).join(', ')}`, async () => {
      const { code, report } = await compare(
        some.map(({ id, pair }) => pair(id)),
        ['--scenarios'],
      );
      expect([...told(report), ...unanswered(report)]).to.deep.equal([]);
      expect(code).to.equal(0);
    });
  }

  it('has at least thirty kinds', () => {
    expect(drifts.length).to.be.at.least(30);
    expect(new Set(drifts.map(({ id }) => id)).size).to.equal(drifts.length);
  });
});
