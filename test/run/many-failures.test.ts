import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';
import { api, json, projectWith, refuse, scenario, secrets } from '../support/trial.ts';

const many = 30;
const live = 'https://api.live.example.test';

describe('failures of which not all are kept until the end', () => {
  let origins: Origins;
  before(async () => {
    origins = await startOrigins();
    await origins.serve(api, (_, response) => json(response, 200, { orders: [] }));
    await origins.serve(live, ({ url }, response) => {
      if (url.endsWith('0')) response.socket?.destroy();
      else refuse(response, 'Bearer error="invalid_token", error_description="The token has expired"');
    });
  });
  after(() => origins.close());

  const staging = projectWith()['environments'] as JsonMap;
  const project = projectWith(
    {},
    { environments: { ...staging, live: { protected: false, origins: { api: live } } } },
  );
  const scenarios = Object.fromEntries(
    Array.from({ length: many }, (_, index) => [
      `s${index}.yml`,
      scenario('reader', [{ name: 'read', GET: `/orders/${index}`, expect: { status: 200 } }]),
    ]),
  );
  const play = (mostWaiting: number): Promise<Replayed> =>
    replay({ origins, project, secrets, scenarios, options: { mostWaiting, experiments: false } });

  it('are explained as the others, each once', async () => {
    const told = ({ jobs }: Replayed): unknown =>
      jobs.map(({ index, status, steps }) => [
        index,
        status,
        ...steps.map(({ findings, beside }) => [
          findings.map(({ cause, certainty, summary }) => [cause, certainty, summary]),
          beside?.environment,
          beside?.says,
        ]),
      ]);
    const [few, all] = [await play(4), await play(1000)];
    expect(told(few)).to.deep.equal(told(all));
    expect(few.finished.summary).to.deep.include({ passed: many, failed: many - 3, errored: 3 });
  });
});
