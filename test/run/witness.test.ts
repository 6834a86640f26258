import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';

const staging = 'https://api.staging.example.test';
const production = 'https://api.production.example.test';

describe('a run in several environments', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  async function serve(type: string): Promise<void> {
    for (const [origin, own] of [
      [staging, 'application/json'],
      [production, type],
    ] as const)
      await origins.serve(
        origin,
        (_, response) => void response.writeHead(200, { 'content-type': own }).end('{}'),
      );
  }

  const play = (scenario: JsonMap, environments: readonly string[] = []): Promise<Replayed> =>
    replay({
      origins,
      project: {
        environments: {
          staging: { origins: { api: staging } },
          production: { origins: { api: production } },
        },
      },
      scenarios: { 'a.yml': scenario },
      environments,
    });
  const orders: JsonMap = { name: 'orders', steps: [{ name: 'read', GET: '/orders' }] };

  it('has rows of what differs, and neither findings nor another verdict', async () => {
    await serve('text/html');
    const { finished } = await play(orders);
    expect(finished.runComparison?.differences).to.deep.equal([
      {
        what: 'answer.content_type[orders: read]',
        environments: { staging: 'application/json', production: 'text/html' },
        cause: null,
        check: 'answer.content_type',
        severity: 'warning',
        expected: null,
      },
    ]);
    expect(finished.findings.filter(({ check }) => check !== 'edge-hsts')).to.deep.equal([]);
    expect(finished.exitCode).to.equal(0);
    expect(finished.comparison).to.equal(undefined);
    expect(finished.runComparison?.observed.map(({ environment }) => environment)).to.deep.equal([
      'staging',
      'production',
    ]);
  });

  it('has none in one environment', async () => {
    await serve('text/html');
    const { finished } = await play(orders, ['staging']);
    expect(finished.runComparison).to.equal(undefined);
  });

  it('looks at two hundred steps of an environment, and says how many are left', async () => {
    await serve('application/json');
    const steps = Array.from({ length: 203 }, (_, index) => ({ name: `read ${index}`, GET: '/orders' }));
    const { finished } = await play({ name: 'many', steps });
    const left = finished.runComparison?.left.map(({ environment, what }) => `${environment}: ${what}`);
    expect(left).to.deep.equal(['staging: 3 more steps', 'production: 3 more steps']);
    const seen = finished.runComparison?.observed.map(
      ({ observations }) => observations.filter(({ kind }) => kind === 'answer.status').length,
    );
    expect(seen).to.deep.equal([200, 200]);
  });
});
