import { expect } from 'chai';
import {
  budgetOf,
  choose,
  experiments,
  isAllowed,
  isSomebodyElses,
  leftOver,
} from '../../../src/diagnose/experiments/experiments.ts';
import { tokenValidity } from '../../../src/diagnose/groups.ts';
import type { Subject } from '../../../src/diagnose/subject.ts';
import type { ExperimentPolicy } from '../../../src/model.ts';
import { issuer, staging, subject } from '../subjects.ts';

const refused = { headers: [['WWW-Authenticate', 'Bearer']] } as const;
const policy = (...allow: string[]): ExperimentPolicy => ({
  allow: new Set(allow),
  budget: 6,
  origins: new Set(),
});

function about(allow: readonly string[]): Subject {
  const made = subject({ hops: [refused] });
  return { ...made, environment: { ...staging, experiments: policy(...allow) } };
}

describe('choose', () => {
  it('takes the experiment whose worst outcome leaves least, and nothing that splits nothing', () => {
    const all = about(['A0', 'A', 'B']);
    const none = new Map();
    expect(choose(all, ['credentials-stripped-by-proxy', 'token-expired'], none, new Set(), 6)?.id).to.equal(
      'without-credential',
    );
    expect(choose(all, ['token-expired', 'token-revoked'], none, new Set(), 6)?.id ?? null).to.equal(null);
    expect(choose(all, ['credentials-stripped-by-proxy'], none, new Set(['without-credential']), 6)).to.equal(
      null,
    );
    expect(choose(all, ['credentials-stripped-by-proxy', 'token-expired'], none, new Set(), 0)).to.equal(
      null,
    );
  });

  it('weighs the worst outcome, not the best', () => {
    const [experiment] = experiments.filter(({ id }) => id === 'without-credential');
    if (!experiment) throw new Error('it is gone');
    const causes = ['credentials-stripped-by-proxy', ...tokenValidity];
    const subjectWithText = { ...about(['A0']), error: 'invalid_token' };
    expect(leftOver(experiment, causes, about(['A0']))).to.deep.equal({
      worst: causes.length,
      average: (causes.length + tokenValidity.length) / 2,
    });
    expect(leftOver(experiment, causes, subjectWithText)).to.deep.equal({
      worst: tokenValidity.length,
      average: causes.length / 2,
    });
  });

  it('has an id for each experiment of its own', () => {
    expect(new Set(experiments.map(({ id }) => id)).size).to.equal(experiments.length);
  });
});

describe('isAllowed', () => {
  for (const [allow, id, kind, expected] of [
    [['A0'], 'x', 'A0', true],
    [['A0'], 'x', 'A', false],
    [['A'], 'x', 'A0', true],
    [['A'], 'x', 'B', false],
    [['B'], 'x', 'A', false],
    [['C'], 'x', 'C', false],
    [['x'], 'x', 'C', true],
    [[], 'x', 'A0', false],
  ] as const) {
    it(`${expected ? 'allows' : 'refuses'} class ${kind} with [${allow.join(', ')}]`, () => {
      expect(isAllowed(id, kind, policy(...allow))).to.equal(expected);
    });
  }
});

describe('budgetOf', () => {
  it('is two at most where only A0 is allowed', () => {
    expect([
      budgetOf(policy('A0')),
      budgetOf(policy('A0', 'A')),
      budgetOf({ ...policy('A0'), budget: 1 }),
    ]).to.deep.equal([2, 6, 1]);
  });
});

describe('isSomebodyElses', () => {
  for (const [url, listed, expected] of [
    ['https://login.example.test', [], false],
    ['https://dev-1.eu.auth0.com', [], true],
    ['https://dev-1.eu.auth0.com', ['https://dev-1.eu.auth0.com'], false],
    ['https://login.microsoftonline.com/tenant/v2.0', [], true],
    ['https://notokta.com', [], false],
    ['https://okta.com.example.test', [], false],
  ] as const) {
    it(`is ${expected} for ${url} with [${listed.join()}]`, () => {
      expect(isSomebodyElses(issuer(url), { ...policy('B'), origins: new Set(listed) })).to.equal(expected);
    });
  }

  it('looks at the endpoints that the project file states', () => {
    const stated = {
      ...issuer('https://login.example.test'),
      metadata: { token_endpoint: 'https://oauth2.googleapis.com/token' },
    };
    expect(isSomebodyElses(stated, policy('B'))).to.equal(true);
  });
});
