import { expect } from 'chai';
import type { Exchange, Job } from '../../src/model.ts';
import { createHistory } from '../../src/run/history.ts';
import type { StepRun } from '../../src/run/state.ts';
import { environment } from '../compare/environments.ts';
import { exchange, use } from '../diagnose/subjects.ts';

const production = environment('production', {});
const staging = environment('staging', {});

function job(at: number, where = production): Job {
  return { index: at, file: `${at}.yml`, name: `${at}`, environment: where, steps: [] } as unknown as Job;
}

function run(exchanges: readonly Exchange[], status = 'passed'): StepRun {
  const step = { index: 0, name: 'read', kind: 'request', credentials: [], expect: {} };
  return { step, result: { status, exchanges }, judged: exchanges.at(-1) } as unknown as StepRun;
}

/** An answer at `path` for a token of `fingerprint`. */
function answered(path: string, fingerprint = 'aaaa'): Exchange {
  return exchange([{ status: 200, url: `https://api.example.test${path}` }], [use(null, { fingerprint })]);
}

describe('what a run remembers', () => {
  const asking = job(-1);
  const failed = run([answered('/failed')], 'failed');

  function pathsAfter(jobs: readonly (readonly [Job, StepRun, passed: boolean])[]): Map<string, number> {
    const history = createHistory(jobs.map(([job]) => job));
    history.remember(asking, failed);
    for (const [each, step, passed] of jobs) {
      history.remember(each, step);
      history.ended(each, passed);
    }
    const counts = new Map<string, number>();
    for (const { exchange: each } of history.past(asking, failed)) {
      const path = new URL(each.hops[0]?.request.url ?? '').pathname;
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    return counts;
  }
  const many = (count: number, path: (at: number) => string, passed = true, where = production) =>
    Array.from({ length: count }, (_, at) => [job(at, where), run([answered(path(at))]), passed] as const);

  it('is what failed, the newest jobs that passed, and of older ones the first of a kind', () => {
    const counts = pathsAfter([
      ...many(1, () => '/first'),
      ...many(30, () => '/broken', false),
      ...many(5000, () => '/orders'),
      ...many(300, () => '/orders', true, staging),
    ]);
    expect(counts.get('/first')).to.equal(1);
    expect(counts.get('/broken')).to.equal(30);
    expect(counts.get('/orders')).to.be.within(500, 702);
  });

  it('does not grow with jobs that are each of a kind of their own', () => {
    const counts = pathsAfter(many(10_000, (at) => `/orders/${at}`));
    expect(counts.size).to.be.within(1200, 1400);
    expect(counts.has('/orders/0') && counts.has('/orders/9999')).to.equal(true);
  });

  it('does not grow with jobs that fail, and a job has all of its own past however many came after it', () => {
    const broken = many(10_000, (at) => `/broken/${at}`, false);
    const counts = pathsAfter([...many(10, (at) => `/orders/${at}`), ...broken]);
    expect(counts.size).to.be.within(1210, 1410);
    const history = createHistory([]);
    const asks = run([answered('/login'), answered('/read')], 'failed');
    const before = run([answered('/login')], 'failed');
    for (const [each, step] of [[job(-2), before] as const, [asking, asks] as const, ...broken]) {
      history.remember(each, step);
      history.ended(each, false);
    }
    expect(
      history
        .past(asking, asks)
        .slice(0, 3)
        .map(({ job: from, sameJob, exchange: { hops } }) => [from, sameJob, hops[0]?.request.url]),
    ).to.deep.equal([
      ['-2.yml -2', false, 'https://api.example.test/login'],
      ['-1.yml -1', true, 'https://api.example.test/login'],
      ['0.yml 0', false, 'https://api.example.test/broken/0'],
    ]);
  });
});
