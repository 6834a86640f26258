import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { element, serializeXml } from '../../src/report/xml.ts';
import { expectGolden } from '../support/golden.ts';
import { runs } from '../support/runs.ts';
import { render } from './output.ts';
import { sharedFile } from './shared-file.ts';

describe('junit reporter', () => {
  for (const [name, events] of Object.entries(runs)) {
    it(`writes the run "${name}"`, async () => {
      expectGolden(`report/${name}.junit.xml`, (await render('junit', events)).text);
    });
  }

  for (const schema of ['windyroad-JUnit.xsd', 'jenkins-junit-10.xsd']) {
    it(`is valid by ${schema}`, async function () {
      const file = sharedFile(`vectors/reports/junit/${schema}`);
      if (file === null || spawnSync('xmllint', ['--version']).error) return this.skip();
      const folder = mkdtempSync(join(tmpdir(), 'why401-'));
      try {
        for (const [name, events] of Object.entries(runs)) {
          const report = join(folder, `${name}.xml`);
          writeFileSync(report, (await render('junit', events)).text);
          const checked = spawnSync('xmllint', ['--noout', '--schema', file, report], { encoding: 'utf8' });
          expect(checked.stderr).to.equal(`${report} validates\n`);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

describe('serializeXml', () => {
  const cases: readonly [text: string, inText: string, inAttribute: string][] = [
    [']]> <a> & "b"', ']]&gt; &lt;a&gt; &amp; "b"', ']]&gt; &lt;a&gt; &amp; &quot;b&quot;'],
    ['a\nb\tc\rd', 'a\nb\tc&#13;d', 'a&#10;b&#9;c&#13;d'],
    [
      '\u0000\u001b\ud800x\uffff\u0085\u202e\u{1f600}',
      '\\u0000\\u001b\\ud800x\\uffff\\u0085\\u202e\u{1f600}',
      '\\u0000\\u001b\\ud800x\\uffff\\u0085\\u202e\u{1f600}',
    ],
  ];
  for (const [text, inText, inAttribute] of cases) {
    it(`escapes ${JSON.stringify(text)}`, () => {
      expect(serializeXml(element('e', { a: text }, [text]), 'of us')).to.equal(
        `<?xml version="1.0" encoding="UTF-8"?>\n<!-- of us -->\n<e a="${inAttribute}">${inText}</e>\n`,
      );
    });
  }
});
