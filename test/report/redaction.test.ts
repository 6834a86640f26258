import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { createCollector } from '../../src/report/collection.ts';
import { redactEvent, redactingSink, redactValue } from '../../src/report/redaction.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { createRedactor } from '../../src/secret.ts';
import { dropped, passing, stopped } from '../support/runs.ts';
import { formatProblem, memorySink } from './output.ts';

async function renderWith(secret: string, name: string): Promise<string> {
  const redactor = createRedactor();
  redactor.learn('c', secret);
  const sink = memorySink();
  const reporter = await createReporter({ name, sink, redactor, options: { verbose: false, formatProblem } });
  for (const event of [...dropped, ...stopped]) reporter.event(event);
  await reporter.end();
  return sink.text();
}

/** Values that cookies and passwords do have, and that documents and our own code are made of. */
const awkward = [
  'true',
  'null',
  '1234',
  '2026',
  'name',
  'status',
  'failed',
  'error',
  'loop',
  'testcase',
  '","',
];

describe('a secret that is spelled like a part of a report', () => {
  for (const secret of awkward) {
    it(`leaves every report whole: ${secret}`, async () => {
      JSON.parse(await renderWith(secret, 'json'));
      for (const line of (await renderWith(secret, 'jsonl')).trimEnd().split('\n')) JSON.parse(line);
      expect(await renderWith(secret, 'console')).to.match(/^FAIL /m);
      expect(await renderWith(secret, 'github')).to.match(/^(::(error|warning) [^\n]*::[^\n]*\n)+$/);
      const input = await renderWith(secret, 'junit');
      expect(input).to.include('<failure ');
      const checked = spawnSync('xmllint', ['--noout', '-'], { input, encoding: 'utf8' });
      if (!checked.error) expect(checked.stderr).to.equal('');
    });
  }
});

describe('redactValue', () => {
  it('keeps our own words where code reads them, and nowhere else', () => {
    const redactor = createRedactor();
    for (const word of ['failed', 'limit', 'password']) redactor.learn('s', word);
    const value = { status: 'failed', reason: 'limit', seen: 'failed: limit' };
    expect(redactValue(value, redactor)).to.deep.equal({ ...value, seen: '[secret:s]: [secret:s]' });
    expect(redactValue({ reason: 'password' }, redactor)).to.deep.equal({ reason: '[secret:s]' });
  });

  it('copies what it keeps of a body, so that the whole is not held in memory', () => {
    const redactor = createRedactor();
    redactor.learn('s', 'a secret');
    for (const body of [Buffer.alloc(1_000_000, 'x'), Buffer.from('a secret'.padEnd(1_000_000, 'x'))]) {
      const kept = redactValue(body, redactor) as Uint8Array;
      expect(kept.buffer.byteLength).to.be.lessThan(20_000);
    }
  });
});

describe('redactingSink', () => {
  it('takes out what was learned after the text was made', () => {
    const redactor = createRedactor();
    const sink = memorySink();
    const safe = redactingSink(sink, redactor);
    redactor.learn('late', 'a-late-value');
    safe.write('FAIL a-late-value\n');
    expect(sink.text()).to.equal('FAIL [secret:late]\n');
  });
});

describe('createCollector', () => {
  it('keeps the traces of failures only, where no report of the rest is asked for', () => {
    const redactor = createRedactor();
    const traces = (keep: 'all' | 'failures'): number[] => {
      const collector = createCollector(redactor, keep);
      for (const event of [...passing.slice(0, -1), ...dropped])
        collector.event(redactEvent(event, redactor));
      return collector.collection().jobs.flatMap(({ steps }) => steps.map((step) => step.exchanges.length));
    };
    expect(traces('all').toSorted()).to.deep.equal([0, 1, 1, 1, 1, 1, 3, 3]);
    expect(traces('failures').toSorted()).to.deep.equal([0, 0, 0, 0, 0, 0, 3, 3]);
  });
});

describe('redactValue, of names that mean something to the language', () => {
  it('keeps a member that is called __proto__', () => {
    const claims = JSON.parse('{"__proto__":{"exp":1},"sub":"reader"}');
    expect(JSON.stringify(redactValue(claims, createRedactor()))).to.equal(JSON.stringify(claims));
  });
});
