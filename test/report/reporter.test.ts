import { expect } from 'chai';
import type { RunEvent } from '../../src/model.ts';
import { createReporter, createReporters, reporterNames } from '../../src/report/reporter.ts';
import { createRedactor } from '../../src/secret.ts';
import { dropped, passing } from '../support/runs.ts';
import { formatProblem, memorySink, render } from './output.ts';

const options = { verbose: false, formatProblem };

describe('createReporters', () => {
  it('goes on with the others when one crashes, and names it once', async () => {
    const heard: string[] = [];
    let calls = 0;
    const reporters = createReporters([
      {
        name: 'broken',
        event() {
          calls += 1;
          throw new Error('no room');
        },
        end: () => heard.push('broken ended'),
      },
      { name: 'late', event() {}, end: () => Promise.reject(new Error('disk full')) },
      { name: 'sound', event: ({ type }: RunEvent) => heard.push(type), end: () => heard.push('ended') },
    ] as Parameters<typeof createReporters>[0]);
    const some = passing.slice(0, 2);
    for (const event of some) reporters.event(event);
    await reporters.end();
    expect(heard).to.deep.equal(['run-started', 'job-started', 'ended']);
    expect(calls).to.equal(1);
    expect(reporters.crashes.map(({ name, error }) => `${name}: ${error.message}`)).to.deep.equal([
      'broken: no room',
      'late: disk full',
    ]);
  });
});

describe('createReporter', () => {
  it('knows the formats by name', () => {
    expect(reporterNames).to.deep.equal(['console', 'json', 'jsonl', 'junit', 'github']);
  });

  it('rejects another name', async () => {
    const sink = memorySink();
    const made = createReporter({ name: 'tap', sink, redactor: createRedactor(), options });
    const error: unknown = await made.catch((thrown: unknown) => thrown);
    expect(error).to.be.an('error').with.property('message', 'There is no reporter "tap".');
  });

  it('takes out a secret that was learned after the event was heard', async () => {
    const redactor = createRedactor();
    const sink = memorySink();
    const reporter = await createReporter({ name: 'json', sink, redactor, options });
    for (const event of passing) reporter.event(event);
    redactor.learn('name', 'orders can be read');
    await reporter.end();
    expect(sink.text()).to.include('"name":"[secret:name]"').and.not.include('orders can be read');
  });

  for (const secret of [
    'test',
    'name',
    'error',
    'passed',
    'status',
    'secret',
    'file',
    'failed',
    'job-finished',
  ]) {
    it(`keeps the structure of reports when the secret is "${secret}"`, async () => {
      const written = new Map<string, string>();
      for (const name of reporterNames) {
        const redactor = createRedactor();
        redactor.learn('password', secret);
        const sink = memorySink();
        const reporter = await createReporter({ name, sink, redactor, options });
        for (const event of dropped) reporter.event(event);
        await reporter.end();
        written.set(name, sink.text());
      }
      const report = JSON.parse(written.get('json') ?? '') as { scenarios: { status: string }[] };
      expect(report.scenarios.map(({ status }) => status)).to.deep.equal([
        'passed',
        'failed',
        'passed',
        'failed',
      ]);
      expect(written.get('jsonl')).to.match(/^\{"type":"run","schema":"why401.report\/1"/);
      expect(written.get('junit')?.match(/<testcase name=|<failure message=/g)).to.have.length(8);
      expect(written.get('github')?.match(/^::error file=/gm)).to.have.length(2);
    });
  }

  it('leaves the events as they are', async () => {
    const before = structuredClone(passing);
    for (const name of reporterNames) await render(name, passing);
    expect(passing).to.deep.equal(before);
  });
});
