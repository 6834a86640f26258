import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { reference, type Standard, standards } from '../../src/audit/standard.ts';
import { root } from '../architecture/source-files.ts';

const sides: Readonly<Record<Standard['side'], string>> = {
  'resource server': 'Resource servers',
  'authorization server': 'Authorization servers',
  client: 'Clients',
  session: 'Redirects and cookies',
  edge: 'Edges',
};

const head = `# Standards checks

A run looks at every answer that it got anyway and at every request that it sent, whether a step passed or failed, and
holds them against the standards. Nothing is sent for it, no step fails by it, and the exit code stays as it is. The
console tells how many failed and \`--checks\` shows them; the JSON report and the summary of the github reporter have
them all, once for each environment, origin and check.

A \`warning\` is against a MUST or likely to bite; \`info\` is worth knowing. Any id may stand in \`expect.warns\`: the
step then passes only if the check fails, and the run does not tell it again. Some are told with the step when it
passes, beside the causes that [a step that passes can hide](../README.md#when-a-step-passes).

This page is made of \`src/audit/checks/\`; \`UPDATE_GOLDEN=1\` rewrites it.
`;

describe('docs/checks.md', () => {
  it('says what the data says', () => {
    const file = new URL('docs/checks.md', root);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, page());
    expect(readFileSync(file, 'utf8')).to.equal(page());
  });
});

function page(): string {
  const all = [...standards().values()];
  const sections = Object.entries(sides).map(([side, title]) => {
    const rows = all.filter((each) => each.side === side).map(row);
    return `\n## ${title}\n\n| id | what should hold | reference | level | severity |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return head + sections.join('');
}

function row(check: Standard): string {
  const { id, title, level, severity } = check;
  return `| \`${id}\` | ${title} | ${reference(check)} | ${level} | ${severity} |`;
}
