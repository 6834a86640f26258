/** The JSON report of a run, held against its schema. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { createReporter } from '../../src/report/reporter.ts';
import type { Replayed } from './replay.ts';

const schema: object = JSON.parse(
  readFileSync(new URL('../../../src/schemas/report.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

/** The report as text. */
export async function validReport({ events, redactor }: Replayed): Promise<string> {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const sink = { isTTY: false, color: false, width: 100, write };
  const options = { verbose: false, formatProblem: () => '' };
  const reporter = await createReporter({
    name: 'json',
    sink,
    summarySink: sink,
    workspace: '',
    redactor,
    options,
  });
  for (const event of events) reporter.event(event);
  await reporter.end();
  validate(JSON.parse(text));
  expect(validate.errors ?? []).to.deep.equal([]);
  return text;
}
