import { expect } from 'chai';
import type { ClientVerdict, Exchange, RunEvent } from '../../src/model.ts';
import { expectGolden } from '../support/golden.ts';
import { dropped, passing } from '../support/runs.ts';
import { render } from './output.ts';

const lost = { verdict: 'lost', hop: 2, rule: 'the scheme changed' } as const;
const kept = { verdict: 'kept', hop: null, rule: null } as const;
const names = ['browser', 'fetch', 'undici', 'axios', 'got', 'curl', 'java', 'okhttp', 'reqwest', 'urllib3'];
const clients: readonly ClientVerdict[] = [
  ...names.map((client) => ({ client, header: 'authorization', ...lost })),
  { client: 'dotnet', header: 'authorization', verdict: 'lost', hop: 2, rule: 'sent on no redirect' },
  { client: 'got-14', header: 'authorization', verdict: 'leaked', hop: 3, rule: 'sent in clear after https' },
  {
    client: 'java-17',
    header: 'authorization',
    verdict: 'refused',
    hop: 3,
    rule: 'no redirect from https to http',
  },
  ...['go', 'python-requests'].map((client) => ({ client, header: 'authorization', ...kept })),
  { client: 'fetch', header: null, verdict: 'method-changed', hop: 2, rule: 'POST became GET' },
  { client: 'urllib3', header: null, ...kept },
];

/** The same run, with verdicts on each exchange of a step. */
function judged(events: readonly RunEvent[]): readonly RunEvent[] {
  const withClients = (exchange: Exchange): Exchange =>
    exchange.role === 'resource' ? { ...exchange, clients } : exchange;
  return events.map((event) =>
    event.type === 'job-finished'
      ? {
          ...event,
          job: {
            ...event.job,
            steps: event.job.steps.map((step) => ({ ...step, exchanges: step.exchanges.map(withClients) })),
          },
        }
      : event,
  );
}

describe('other clients on the console', () => {
  for (const width of [80, 120]) {
    it(`shows them all in ${width} columns where that is asked for`, async () => {
      const { text } = await render('console', judged(dropped), { clients: true, sink: { width } });
      expectGolden(`report/console-clients-${width}.txt`, text);
      const long = text.split('\n').filter((line) => line.length > width);
      expect(long).to.deep.equal([]);
    });
  }

  it('shows them for steps that pass', async () => {
    const { text } = await render('console', judged(passing), { clients: true });
    expectGolden('report/console-clients-passing.txt', text);
  });

  it('has one line for what is lost otherwise, and none on steps that pass', async () => {
    const { text } = await render('console', judged(dropped));
    expectGolden('report/console-clients-line.txt', text);
    expect((await render('console', judged(passing))).text).to.equal((await render('console', passing)).text);
  });

  it('are all in the JSON report', async () => {
    const { text } = await render('json', judged(passing));
    const report = JSON.parse(text) as {
      scenarios: { steps: { exchanges: { clients: unknown[] }[] }[] }[];
    };
    expect(report.scenarios[0]?.steps[0]?.exchanges[0]?.clients).to.deep.equal(clients);
  });
});
