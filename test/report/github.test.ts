import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { escapeMarkdown } from '../../src/report/markdown-text.ts';
import { workflowCommand } from '../../src/report/workflow-command.ts';
import { expectGolden } from '../support/golden.ts';
import { dropped, hostile, runs } from '../support/runs.ts';
import { render } from './output.ts';
import { sharedFile } from './shared-file.ts';

describe('github reporter', () => {
  for (const [name, events] of Object.entries(runs)) {
    it(`annotates and sums up the run "${name}"`, async () => {
      const { text, summary } = await render('github', events);
      expectGolden(`report/${name}.github.txt`, text);
      expectGolden(`report/${name}.github.md`, summary);
    });
  }

  it('names files from the root of the repository', async () => {
    const { text } = await render('github', dropped, { workspace: 'services/orders' });
    expect(text.match(/file=[^,]*/g)).to.deep.equal([
      'file=services/orders/specs/orders.yml',
      'file=services/orders/specs/orders.yml',
    ]);
  });

  it('writes one command a line, whatever a server says', async () => {
    const { text } = await render('github', hostile);
    const commands = text
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => /^::(\w+) [^:]*::/.exec(line)?.[1]);
    expect(commands).to.deep.equal(['error', 'warning', 'warning']);
  });
});

describe('workflowCommand', () => {
  it('escapes data and properties', () => {
    const properties = { file: 'a,b:c%.yml', line: 3, title: 'x\r\ny' };
    expect(workflowCommand('error', properties, '100%: a, b\r\n::error::c')).to.equal(
      '::error file=a%2Cb%3Ac%25.yml,line=3,title=x%0D%0Ay::100%25: a, b%0D%0A::error::c',
    );
  });

  it('agrees with the cases of the toolkit', function () {
    const file = sharedFile('vectors/reports/github/workflow-commands.json');
    if (file === null) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
      cases: [string, Record<string, string>, string, string][];
    };
    for (const [command, properties, message, line] of cases) {
      expect(workflowCommand(command, properties, message)).to.equal(line);
    }
  });
});

describe('escapeMarkdown', () => {
  const cases: readonly [text: string, escaped: string][] = [
    ['<script>a & b</script>', '&lt;script&gt;a &amp; b&lt;/script&gt;'],
    [
      '[a](javascript:x) | `b` **c** \\',
      '\\[a\\]\\(javascript:x\\) \\| \\`b\\` \\*\\*c\\*\\* \\\\\\\\'.slice(0, -2),
    ],
    ['https://a.test www.b.test', 'https\\://a.test www\\.b.test'],
    ['a\n# b\u001b[31m', 'a\\\\n\\# b\\\\x1b\\[31m'],
  ];
  for (const [text, escaped] of cases) {
    it(`makes ${JSON.stringify(text)} plain`, () => {
      expect(escapeMarkdown(text)).to.equal(escaped);
    });
  }
});
