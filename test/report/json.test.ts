import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { expectGolden } from '../support/golden.ts';
import { dropped, hostile, passing, runs, secretToken } from '../support/runs.ts';
import { render } from './output.ts';

const schema = JSON.parse(readFileSync('src/schemas/report.schema.json', 'utf8')) as { $id: string };
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
const validate = ajv.compile(schema);
const validateLine = ajv.compile({ $ref: `${schema.$id}#/$defs/line` });

describe('json reporter', () => {
  for (const [name, events] of Object.entries(runs)) {
    it(`writes the run "${name}" as the schema says`, async () => {
      const report = JSON.parse((await render('json', events)).text) as unknown;
      validate(report);
      expect(validate.errors ?? []).to.deep.equal([]);
      expectGolden(`report/${name}.json`, `${JSON.stringify(report, null, 1)}\n`);
    });
  }

  it('lists scenarios in the order of the plan, whatever the order in which they ended', async () => {
    const report = JSON.parse((await render('json', dropped)).text) as {
      scenarios: { name: string; environment: string }[];
    };
    expect(report.scenarios.map(({ name, environment }) => `${name} ${environment}`)).to.deep.equal([
      'orders can be read staging',
      'orders can be read production',
      'orders can be exported staging',
      'orders can be exported production',
    ]);
  });

  it('quotes the first 2,000 characters of a body, and no part of a secret at the cut', async () => {
    const body = Buffer.from(`${'x'.repeat(1980)}${secretToken}`);
    const long = JSON.parse(JSON.stringify(passing)) as typeof passing;
    for (const event of long) {
      if (event.type !== 'job-finished') continue;
      for (const response of event.job.steps.flatMap(({ exchanges }) =>
        exchanges.map(({ hops }) => hops[0]?.response),
      )) {
        if (response) Object.assign(response.body, { content: body });
      }
    }
    const report = JSON.parse((await render('json', long)).text) as {
      scenarios: { steps: { exchanges: { hops: { response: { body: { excerpt: string } } }[] }[] }[] }[];
    };
    const excerpt = report.scenarios[0]?.steps[0]?.exchanges[0]?.hops[0]?.response.body.excerpt;
    expect(excerpt).to.equal(`${'x'.repeat(1980)}[secret:reader]`);
  });

  it('writes what ran when the run broke off', async () => {
    const report = JSON.parse((await render('json', dropped.slice(0, -1))).text) as { summary: unknown };
    expect(validate(report)).to.equal(true);
    expect(report.summary).to.deep.equal({ passed: 3, failed: 2, errored: 0, skipped: 1, warnings: 0 });
  });
});

describe('jsonl reporter', () => {
  for (const [name, events] of Object.entries(runs)) {
    it(`writes a valid line for each event of the run "${name}"`, async () => {
      const { text } = await render('jsonl', events);
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      for (const line of lines) {
        validateLine(line);
        expect(validateLine.errors ?? []).to.deep.equal([]);
      }
      expect(lines.length).to.equal(events.length);
      expectGolden(`report/${name}.jsonl`, text);
    });
  }

  it('shows no secret in any report', async () => {
    for (const name of ['console', 'json', 'jsonl', 'junit', 'github']) {
      const { text, summary } = await render(name, hostile, { verbose: true });
      expect(text + summary)
        .to.match(/secret.{0,2}:reader/)
        .and.not.include(secretToken.slice(0, 12));
    }
  });
});
