import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type PlanOptions, plan } from '../../src/plan/plan.ts';
import { projectWith } from '../support/trial.ts';

const options: PlanOptions = {
  environments: [],
  tags: [],
  grep: null,
  timeout: 1000,
  retries: 0,
};

function jobsOf(...scenarios: readonly JsonMap[]) {
  const context = {
    root: process.cwd(),
    project: projectWith(),
    lookups: { env: () => undefined, secret: () => 'a-secret-of-the-test' },
    given: {},
    random: { uuid: () => '', token: () => '' },
    now: () => 0,
    offline: false,
  };
  const sources = scenarios.map((value, index) => ({ file: `${index}.yml`, value }));
  const { jobs, problems } = plan(context, sources, options);
  expect(problems).to.deep.equal([]);
  return jobs;
}

describe('what many jobs have in common', () => {
  const rows = (step: JsonMap): JsonMap => ({
    credential: 'reader',
    data: [{ limit: '1s' }, { limit: '2s' }, { limit: '2s' }],
    steps: [{ GET: '/orders', ...step }],
  });

  it('is there once: the environment of scenarios with the same credentials, the steps of rows', () => {
    const [one, two, three, other] = jobsOf(rows({}), { credential: 'none', steps: [{ GET: '/' }] });
    expect(two?.steps).to.equal(one?.steps);
    expect(three?.steps).to.equal(one?.steps);
    expect(three?.environment).to.equal(one?.environment);
    expect([...(one?.environment.credentials.keys() ?? [])]).to.deep.equal(['reader']);
    expect([...(other?.environment.credentials.keys() ?? [])]).to.deep.equal([]);
    const [first, second] = jobsOf(rows({}), rows({})).filter(({ name }) => name.includes('row 1'));
    expect(second?.environment).to.equal(first?.environment);
    expect([first?.file, second?.file]).to.deep.equal(['0.yml', '1.yml']);
  });

  it('is not what the row is part of', () => {
    const jobs = jobsOf(rows({ timeout: '${limit}' }));
    expect(jobs.map(({ steps }) => steps.map(({ timeout }) => timeout))).to.deep.equal([
      [1000],
      [2000],
      [2000],
    ]);
  });
});
