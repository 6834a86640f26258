import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadProject } from '../../src/load/load.ts';
import { plan } from '../../src/plan/plan.ts';

interface Block {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const files = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${name}`),
];
const blocks = files.filter((file) => file.endsWith('.md')).flatMap(yamlBlocks);
const isProject = ({ text }: Block): boolean => /^environments:/m.test(text);
const project = blocks.find((block) => block.file === 'docs/language.md' && isProject(block))?.text ?? '';

/** The project file of a page of docs/credentials or of docs/faults.md is its own; other pages share that of docs/language.md. */
function projectOf({ file, line }: Block): string {
  if (!/^docs\/(credentials\/|faults\.md)/.test(file)) return project;
  const own = blocks.filter((block) => block.file === file && isProject(block));
  return (own.findLast((block) => block.line < line) ?? own[0])?.text ?? project;
}

describe('yaml in the docs', () => {
  for (const block of blocks) {
    it(`is right at ${block.file}:${block.line}`, () => {
      const scenario = 'steps:\n  - GET: /\n';
      expect(
        isProject(block) ? problems(block.text, scenario) : problems(projectOf(block), block.text),
      ).to.deep.equal([]);
    });
  }

  it('is found', () => {
    expect(new Set(blocks.map(({ file }) => file))).to.include.keys('README.md', 'docs/language.md');
  });

  it('is judged', () => {
    expect(problems(project, 'steps:\n  - GTE: /orders\n')).not.to.deep.equal([]);
    expect(problems(project, 'credential: raeder\nsteps:\n  - GET: /orders\n')).not.to.deep.equal([]);
  });
});

/** Messages of everything that lint would say. */
function problems(projectText: string, scenarioText: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'why401-docs-'));
  try {
    writeFileSync(join(folder, 'why401.yml'), projectText);
    writeFileSync(join(folder, 'scenario.yml'), scenarioText);
    const loaded = loadProject({ cwd: folder });
    if (!loaded.project) return loaded.problems.map(({ message }) => message);
    const planned = plan(
      {
        root: folder,
        project: loaded.project.value,
        lookups: { env: () => undefined, secret: () => undefined },
        given: {},
        random: { uuid: () => '00000000-0000-4000-8000-000000000000' },
        now: () => 0,
        offline: true,
      },
      loaded.scenarios,
      { environments: [], tags: [], grep: null, timeout: 1000, retries: 0 },
    );
    return [...loaded.problems, ...planned.problems].map(({ message }) => message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function yamlBlocks(file: string): Block[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    text: match[1] ?? '',
  }));
}
