import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { leftGroups } from '../../src/report/comparison.ts';
import { comparisons } from '../support/comparisons.ts';
import { expectGolden } from '../support/golden.ts';
import { render } from './output.ts';

const schema = JSON.parse(readFileSync('src/schemas/report.schema.json', 'utf8')) as { $id: string };
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
const validate = ajv.compile(schema);
const validateLine = ajv.compile({ $ref: `${schema.$id}#/$defs/line` });

describe('a comparison of environments in the reports', () => {
  it('names a few of many things that were left for one reason', () => {
    const left = Array.from({ length: 12 }, (_, index) => ({
      environment: index % 2 === 0 ? 'staging' : 'production',
      what: `request ${index}`,
      why: 'there are too many',
      fix: '',
    }));
    expect(leftGroups(left)).to.deep.equal([
      {
        whats: [...[0, 1, 2, 3, 4, 5, 6, 7].map((index) => `request ${index}`), '4 more'],
        environments: ['staging', 'production'],
        why: 'there are too many',
        fix: '',
      },
    ]);
  });

  it('names the last one, too, where only one would be left', () => {
    const left = Array.from({ length: 9 }, (_, index) => ({
      environment: 'staging',
      what: `request ${index}`,
      why: 'there are too many',
      fix: '',
    }));
    expect(leftGroups(left).map(({ whats }) => whats)).to.deep.equal([left.map(({ what }) => what)]);
  });

  for (const [name, events] of Object.entries(comparisons)) {
    for (const width of [80, 120]) {
      it(`"${name}" is told on the console in ${width} columns`, async () => {
        const { text } = await render('console', events, { sink: { width } });
        expectGolden(`compare/console-${name}-${width}.txt`, text);
      });
    }

    it(`"${name}" is told in JUnit and GitHub`, async () => {
      expectGolden(`compare/${name}.junit.xml`, (await render('junit', events)).text);
      const { text, summary } = await render('github', events);
      expectGolden(`compare/${name}.github.txt`, text);
      expectGolden(`compare/${name}.github.md`, summary);
    });

    it(`"${name}" is told in JSON and JSONL as the schema says`, async () => {
      const report = JSON.parse((await render('json', events)).text) as unknown;
      validate(report);
      expect(validate.errors ?? []).to.deep.equal([]);
      expectGolden(`compare/${name}.json`, `${JSON.stringify(report, null, 1)}\n`);
      const { text } = await render('jsonl', events);
      for (const line of text.trimEnd().split('\n')) {
        validateLine(JSON.parse(line));
        expect(validateLine.errors ?? []).to.deep.equal([]);
      }
      expectGolden(`compare/${name}.jsonl`, text);
    });
  }

  it('shows on demand what nothing depends on', async () => {
    const { text } = await render('console', comparisons.drifted, { sink: { width: 120 }, verbose: true });
    expectGolden('compare/console-drifted-verbose.txt', text);
  });

  it('lets nothing of a server write into the log, at any width', async () => {
    for (let width = 40; width <= 140; width += 1) {
      const { text } = await render('console', comparisons.hostile, { sink: { width }, verbose: true });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      expect(text).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|^\s*::|##\w*\[/m);
    }
  });

  it('makes warnings failures of JUnit where they fail the comparison', async () => {
    const events = comparisons.drifted.map((event) =>
      event.type === 'run-finished'
        ? {
            ...event,
            summary: { ...event.summary, failed: 0 },
            findings: event.findings.filter(({ severity }) => severity === 'warning'),
          }
        : event,
    );
    const { text } = await render('junit', events);
    expect(text.match(/<failure [^>]*type="[^"]*"/g)?.length).to.equal(3);
  });
});
