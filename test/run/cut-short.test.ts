import { expect } from 'chai';
import { startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';

describe('a request that the end of the run cuts short', () => {
  it('is not explained, and not held beside the one that passed elsewhere', async () => {
    const origins = await startOrigins();
    const controller = new AbortController();
    await origins.serve('https://api.staging.example.test', (_, response) => void response.end('{}'));
    await origins.serve('https://api.example.test', () => controller.abort());
    const { jobs, finished } = await replay({
      origins,
      project: {
        environments: {
          staging: { origins: { api: 'https://api.staging.example.test' } },
          production: { origins: { api: 'https://api.example.test' } },
        },
      },
      scenarios: { 'orders.yml': { name: 'orders', steps: [{ GET: '/orders', expect: { status: 200 } }] } },
      options: { concurrency: 1, signal: controller.signal },
    });
    expect(
      jobs.flatMap(({ environment, steps }) =>
        steps.map(({ status, findings, beside }) => [environment, status, findings, beside ?? null]),
      ),
    ).to.deep.equal([
      ['staging', 'passed', [], null],
      ['production', 'errored', [], null],
    ]);
    expect(finished.exitCode).to.equal(130);
    await origins.close();
  });
});
