import { expect } from 'chai';
import type { Spool } from '../../src/doors.ts';
import type { JobResult } from '../../src/model.ts';
import { redactEvent } from '../../src/report/redaction.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { createResults } from '../../src/report/results.ts';
import { createRedactor } from '../../src/secret.ts';
import { dropped, passing } from '../support/runs.ts';

interface Memory extends Spool {
  readonly bytes: () => Uint8Array;
  closed: boolean;
}

function memory(): Memory {
  let bytes = Buffer.alloc(0);
  return {
    closed: false,
    bytes: () => bytes,
    append(more) {
      bytes = Buffer.concat([bytes, more]);
    },
    read: (at, length) => Uint8Array.from(bytes.subarray(at, at + length)),
    close() {
      this.closed = true;
    },
  };
}

const jobs = dropped.flatMap((event): JobResult[] =>
  event.type === 'job-finished' ? [redactEvent(event, createRedactor()).job] : [],
);

describe('results that are put aside', () => {
  for (const [where, limit] of [
    ['in memory', 1e6],
    ['on disk', 0],
    ['on disk from the second on', 4000],
  ] as const) {
    it(`come back in the order of the plan: ${where}`, () => {
      const spool = memory();
      const results = createResults(createRedactor(), () => spool, limit);
      for (const job of jobs) results.add(job);
      const plain = (list: Iterable<JobResult>): unknown =>
        JSON.parse(
          JSON.stringify([...list], (_, each: unknown) => (each instanceof Uint8Array ? [...each] : each)),
        );
      expect(plain(results.inOrder())).to.deep.equal(plain(jobs.toSorted((a, b) => a.index - b.index)));
      expect(spool.bytes().length > 0).to.equal(limit < 1e6);
      results.close();
      expect(spool.closed).to.equal(limit < 1e6);
    });
  }

  it('hold no secret that was learnt later', () => {
    const redactor = createRedactor();
    const results = createResults(redactor, memory, 0);
    for (const job of jobs) results.add(job);
    redactor.learn('late', 'nginx/1.24.0');
    expect(JSON.stringify([...results.inOrder()]))
      .to.include('[secret:late]')
      .and.not.include('nginx/1.24.0');
  });

  it('are the same JSON report', async () => {
    const written = async (openSpool?: () => Spool): Promise<string> => {
      const pieces: string[] = [];
      const reporter = await createReporter({
        name: 'json',
        sink: { isTTY: false, color: false, width: 100, write: (text) => void pieces.push(text) },
        redactor: createRedactor(),
        options: { verbose: false, formatProblem: () => '' },
        ...(openSpool ? { openSpool } : {}),
      });
      for (const event of passing) reporter.event(event);
      await reporter.end();
      return pieces.join('');
    };
    expect(await written(memory)).to.equal(await written());
    expect(JSON.parse(await written()))
      .to.have.property('scenarios')
      .with.length(1);
  });
});
