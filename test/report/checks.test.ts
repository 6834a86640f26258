import { expect } from 'chai';
import type { Finding, RunEvent, StepResult } from '../../src/model.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { createRedactor } from '../../src/secret.ts';
import { expectGolden } from '../support/golden.ts';
import { passing } from '../support/runs.ts';
import { memorySink, render } from './output.ts';

function finding(parts: Partial<Finding>): Finding {
  return {
    cause: null,
    check: null,
    environment: 'staging',
    severity: 'warning',
    expected: false,
    certainty: 'certain',
    summary: '',
    hop: null,
    evidence: [{ hop: 1, field: 'GET /orders', seen: 'sends no Date' }],
    experiments: [],
    fix: '',
    fixSource: null,
    references: [],
    alternatives: [],
    ...parts,
  };
}

const skew = (seconds: number): Finding =>
  finding({
    cause: 'clock-skew',
    hop: 1,
    summary: `By its Date the clock of https://api.example.test is ${seconds} s ahead of ours.`,
    fix: 'Synchronise the clock of the server (NTP).',
    references: ['RFC 9110 section 6.6.1'],
  });
const realm = finding({
  check: 'basic-realm',
  summary: 'https://api.example.test sends a Basic challenge without realm (4 places).',
  fix: 'Send `Basic realm="..."`.',
  references: ['RFC 7617 section 2'],
});
const note = finding({
  check: 'edge-hsts',
  severity: 'info',
  summary: 'https://api.example.test sends no Strict-Transport-Security.',
  fix: 'Send Strict-Transport-Security.',
  references: ['RFC 6797 section 7.2'],
});

/** Both steps pass and have the same warning, measured twice. */
function warned(findings: readonly Finding[]): RunEvent[] {
  const warn = (step: StepResult, index: number): StepResult => ({ ...step, findings: [skew(94 + index)] });
  return passing.map((event) => {
    if (event.type === 'job-finished') {
      return { ...event, job: { ...event.job, steps: event.job.steps.map(warn) } };
    }
    if (event.type !== 'run-finished') return event;
    return { ...event, findings, summary: { ...event.summary, warnings: 2 } };
  });
}

const all = [realm, { ...realm, environment: 'production' }, note];

describe('standards checks in reports', () => {
  it('are a line of the console, beside warnings that are told once', async () => {
    const { text } = await render('console', warned(all));
    expectGolden('report/console-warned.txt', text);
  });

  it('are told whole by the console where that is asked for', async () => {
    const sink = memorySink();
    const options = { verbose: false, checks: true, formatProblem: () => '' };
    const reporter = await createReporter({ name: 'console', sink, redactor: createRedactor(), options });
    for (const event of warned(all)) reporter.event(event);
    await reporter.end();
    expectGolden('report/console-checks.txt', sink.text());
  });

  it('are no matter for the console where nothing but notes came up', async () => {
    const { text } = await render('console', warned([note]));
    expect(text).not.to.include('standards');
  });

  it('are no annotations, and folded in the summary', async () => {
    const { text, summary } = await render('github', warned(all));
    expect(text.trimEnd().split('\n')).to.have.length(1);
    expectGolden('report/warned.github.md', summary);
  });

  it('are all in the JSON report', async () => {
    const { text } = await render('json', warned(all));
    const { findings } = JSON.parse(text) as { findings: { check: string; severity: string }[] };
    expect(findings.map(({ check, severity }) => [check, severity])).to.deep.equal([
      ['basic-realm', 'warning'],
      ['basic-realm', 'warning'],
      ['edge-hsts', 'info'],
    ]);
  });
});
