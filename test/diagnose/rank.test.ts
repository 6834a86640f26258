import { expect } from 'chai';
import { type Evidence, evidence } from '../../src/diagnose/evidence.ts';
import { type Arrival, certaintyOf, rank } from '../../src/diagnose/rank.ts';
import type { Stage } from '../../src/diagnose/subject.ts';

const universe = [
  'edge-blocked',
  'credentials-stripped-by-proxy',
  'environment-mixup',
  'issuer-mismatch',
  'key-unknown',
  'token-expired',
  'clock-skew',
  'audience-mismatch',
  'token-revoked',
];

const expiredText = evidence('says/expired', {
  kind: 'text',
  names: ['token-expired'],
  only: ['token-expired', 'clock-skew', 'token-lifetime-wrong', 'credentials-stripped-by-proxy'],
});
const audienceText = evidence('says/audience', {
  kind: 'text',
  names: ['audience-mismatch'],
  only: ['audience-mismatch', 'environment-mixup', 'credentials-stripped-by-proxy'],
});
const issuerText = evidence('says/issuer', {
  kind: 'text',
  names: ['issuer-mismatch'],
  only: ['issuer-mismatch', 'environment-mixup', 'credentials-stripped-by-proxy'],
});
const eitherText = evidence('says/either', {
  kind: 'text',
  names: ['token-expired', 'token-revoked'],
  only: ['token-expired', 'token-revoked', 'clock-skew'],
});
const blockPage = evidence('says/block', { kind: 'text', names: ['edge-blocked'], only: ['edge-blocked'] });
const pastExp = evidence('token/expired', { names: ['token-expired'] });
const pastExpByOneClock = evidence('token/one-clock', { names: ['clock-skew', 'token-expired'], weight: 2 });
const futureExp = evidence('token/not-expired', { excludes: ['token-expired'] });
const clocksAgree = evidence('clock/agrees', { excludes: ['clock-skew'] });
const otherAudience = evidence('token/audience', { names: ['audience-mismatch'], weight: 1 });
const foreignIssuer = evidence('token/foreign', { names: ['environment-mixup'] });
const noKey = evidence('token/key', { names: ['key-unknown'], weight: 1 });

interface Row {
  readonly name: string;
  readonly found: readonly Evidence[];
  readonly arrival?: Arrival;
  readonly stage?: Stage;
  readonly first: string;
  readonly conflicts?: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'text, arithmetic and arrival', found: [expiredText, pastExp], first: 'token-expired certain' },
  {
    name: 'arrival is not shown',
    found: [expiredText, pastExp],
    arrival: 'equal',
    first: 'token-expired likely',
  },
  { name: 'text alone', found: [expiredText], first: 'token-expired likely' },
  { name: 'arithmetic alone', found: [pastExp], first: 'token-expired likely' },
  {
    name: 'a pasted text, exp in the future',
    found: [expiredText, futureExp, clocksAgree],
    first: 'edge-blocked possible',
    conflicts: ['says/expired'],
  },
  { name: 'a text of two causes', found: [eitherText, pastExp], first: 'token-expired likely' },
  {
    name: 'exp is past by one clock only, and the server names the face',
    found: [expiredText, pastExpByOneClock],
    first: 'token-expired likely',
  },
  {
    name: 'the server names one fault, arithmetic another',
    found: [audienceText, pastExp, otherAudience],
    first: 'audience-mismatch likely',
    conflicts: ['token/expired'],
  },
  { name: 'a hint that agrees', found: [audienceText, otherAudience], first: 'audience-mismatch certain' },
  { name: 'nothing of ours agrees', found: [audienceText], first: 'audience-mismatch likely' },
  { name: 'the root behind a face', found: [issuerText, foreignIssuer], first: 'environment-mixup certain' },
  { name: 'a key that we do not find, and no word', found: [noKey], first: 'key-unknown possible' },
  {
    name: 'a block page, equal without credential',
    found: [blockPage],
    arrival: 'equal',
    first: 'edge-blocked certain',
  },
  { name: 'a block page, other without credential', found: [blockPage], first: 'edge-blocked likely' },
];

describe('rank', () => {
  for (const { name, found, arrival = 'arrived', stage = 'resource', first, conflicts = [] } of rows) {
    it(`${name}: ${first}`, () => {
      const ranking = rank(universe, found);
      const certainty = certaintyOf(ranking, { stage, arrival, proven: null });
      expect({
        first: `${ranking.candidates[0]?.cause} ${certainty}`,
        conflicts: ranking.conflicts.map(({ id }) => id),
      }).to.deep.equal({ first, conflicts });
    });
  }

  it('says proven only of the cause to which the factor maps', () => {
    const ranking = rank(universe, [expiredText, pastExp]);
    const grounds = { stage: 'resource', arrival: 'arrived' } as const;
    expect(certaintyOf(ranking, { ...grounds, proven: 'token-expired' })).to.equal('proven');
    expect(certaintyOf(ranking, { ...grounds, proven: 'token-revoked' })).to.equal('certain');
  });

  it('says nothing more than possible of what nothing points to', () => {
    const ranking = rank(universe, [futureExp]);
    expect(certaintyOf(ranking, { stage: 'resource', arrival: 'arrived', proven: null })).to.equal(
      'possible',
    );
  });
});
