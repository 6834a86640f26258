import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { createCollector } from '../../src/report/collection.ts';
import { matrixLines } from '../../src/report/console-matrix.ts';
import { createStyle } from '../../src/report/console-style.ts';
import { columns } from '../../src/report/text.ts';
import { createRedactor } from '../../src/secret.ts';
import { besides, matrices } from '../support/besides.ts';
import { expectGolden } from '../support/golden.ts';
import { secretToken } from '../support/runs.ts';
import { memorySink, render } from './output.ts';

const schema = JSON.parse(readFileSync('src/schemas/report.schema.json', 'utf8')) as { $id: string };
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
const validate = ajv.compile(schema);
const validateLine = ajv.compile({ $ref: `${schema.$id}#/$defs/line` });

describe('a step beside the same step elsewhere, in the reports', () => {
  for (const [name, events] of Object.entries(besides)) {
    for (const width of [80, 120]) {
      it(`"${name}" is told on the console in ${width} columns`, async () => {
        const { text } = await render('console', events, { sink: { width } });
        expectGolden(`beside/console-${name}-${width}.txt`, text);
      });
    }

    it(`"${name}" is told in JUnit and GitHub`, async () => {
      expectGolden(`beside/${name}.junit.xml`, (await render('junit', events)).text);
      const { text, summary } = await render('github', events);
      expectGolden(`beside/${name}.github.txt`, text);
      expectGolden(`beside/${name}.github.md`, summary);
    });

    it(`"${name}" is told in JSON and JSONL as the schema says`, async () => {
      const report = JSON.parse((await render('json', events)).text) as {
        scenarios: { steps: { beside?: unknown }[] }[];
      };
      validate(report);
      expect(validate.errors ?? []).to.deep.equal([]);
      const told = report.scenarios.flatMap(({ steps }) => steps.map(({ beside }) => beside ?? null));
      expectGolden(`beside/${name}.json`, `${JSON.stringify(told, null, 1)}\n`);
      const lines = (await render('jsonl', events)).text.trimEnd().split('\n');
      for (const line of lines) {
        validateLine(JSON.parse(line));
        expect(validateLine.errors ?? []).to.deep.equal([]);
      }
      const results = lines.flatMap((line) => {
        const { type, scenario } = JSON.parse(line) as {
          type: string;
          scenario?: { steps: { beside?: unknown }[] };
        };
        return type === 'result' ? (scenario?.steps.map(({ beside }) => beside ?? null) ?? []) : [];
      });
      expect(results).to.have.deep.members(told);
    });
  }

  it('shows no secret that a server repeats', async () => {
    for (const reporter of ['console', 'json', 'junit', 'github'])
      expect((await render(reporter, besides['hostile'] ?? [])).text).not.to.include(secretToken);
  });

  it('keeps within the width', async () => {
    const { text } = await render('console', besides['hostile'] ?? [], { sink: { width: 80 } });
    const section = text.slice(text.indexOf('  beside'), text.indexOf('  hop 1'));
    expect(Math.max(...section.split('\n').map(columns))).to.be.at.most(80);
  });
});

describe('the matrix', () => {
  const lines = (name: string, width: number): string[] => {
    const collector = createCollector(createRedactor(), 'failures');
    for (const event of matrices[name] ?? []) collector.event(event);
    return matrixLines(collector.collection(), createStyle({ ...memorySink(), width }));
  };

  it('keeps the names of eight environments apart in 80 columns, and tells what is not meant for one', () => {
    expect(lines('eight', 80)).to.deep.equal([
      '',
      '                                 eu-s…  us-s…  eu-l…  us-l…  demo  load  dev  qa',
      '  scenario number 1 of those t…  ✓      ✓      ✓      ✗      ✓     ✓     ✓    ✓',
      '  scenario number 2 of those t…  ✓      ·      ✓      !      –     ✓     ✓    ·',
      '  · not part of this run',
    ]);
    expect(lines('eight', 140)).to.deep.equal([
      '',
      '                                             eu-staging  us-staging  eu-live  us-live              demo  load  dev  qa',
      '  scenario number 1 of those that there are  ✓           ✓           ✓        ✗ audience-mismatch  ✓     ✓     ✓    ✓',
      '  scenario number 2 of those that there are  ✓           ·           ✓        !                    –     ✓     ✓    ·',
      '  · not part of this run',
    ]);
  });

  it('numbers environments whose names cannot be told apart', () => {
    expect(lines('alike', 80)).to.deep.equal([
      '',
      '                                             1  2  3  4',
      '  scenario number 1 of those that there are  ✓  ✗  ✓  ✓',
      '  1 production-of-the-north, 2 production-of-the-south, 3 production-of-the-west',
      '  4 production-of-the-east',
    ]);
  });

  it('names the file of scenarios that have one name', () => {
    expect(lines('namesakes', 80)).to.deep.equal([
      '',
      '                                    staging  production',
      '  orders can be read (specs/a.yml)  ✓        ✓',
      '  orders can be read (specs/b.yml)  ✓        ✓',
    ]);
  });

  it('shows of many scenarios those that failed', () => {
    expect(lines('large', 80)).to.deep.equal([
      '',
      '                                             staging  production',
      '  scenario number 8 of those that there are  ✓        ✗ audience-mismatch',
      '  21 more, passed everywhere',
    ]);
  });
});
