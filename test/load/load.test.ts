import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadProject } from '../../src/load/load.ts';

describe('loadProject', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'why401-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
  }
  function load(options: { cwd?: string; config?: string; paths?: string[] } = {}): Record<string, unknown> {
    const loaded = loadProject({ ...options, cwd: join(folder, options.cwd ?? '') });
    return {
      root: loaded.root.slice(folder.length),
      project: loaded.project?.file ?? null,
      scenarios: loaded.scenarios.map(({ file }) => file),
      problems: loaded.problems.map(({ code, message, source, line }) =>
        [code, source ? `${source.file}:${source.line}:${source.column}` : '-', message, line].join(' | '),
      ),
    };
  }

  const project = 'environments: {a: {}}\n';
  const scenario = 'steps: [{GET: /}]\n';

  it('finds the project in ./specs and its scenarios below, sorted', () => {
    write({
      'specs/why401.yml': project,
      'specs/b.yml': scenario,
      'specs/a/c.yaml': scenario,
      'specs/B.yml': scenario,
      'specs/.hidden/d.yml': scenario,
      'specs/node_modules/e.yml': scenario,
      'specs/notes.md': '',
    });
    expect(load()).to.deep.equal({
      root: '/specs',
      project: 'specs/why401.yml',
      scenarios: ['specs/B.yml', 'specs/a/c.yaml', 'specs/b.yml'],
      problems: [],
    });
  });

  it('finds the project upward, before ./specs, and names files from the working directory', () => {
    write({ 'why401.yml': project, 'a.yml': scenario, 'x/y/z.txt': '' });
    expect(load({ cwd: 'x/y' })).to.deep.equal({
      root: '',
      project: '../../why401.yml',
      scenarios: ['../../a.yml'],
      problems: [],
    });
  });

  it('takes --config and the given files and folders, each file once', () => {
    write({ 'c/p.yml': project, 'c/a.yml': scenario, 'd/b.yml': scenario, 'd/c.txt': scenario });
    expect(load({ config: 'c/p.yml', paths: ['d', 'd/b.yml', 'd/c.txt', 'c/p.yml'] })).to.deep.equal({
      root: '/c',
      project: 'c/p.yml',
      scenarios: ['d/b.yml', 'd/c.txt'],
      problems: [],
    });
    expect(load({ config: 'c/p.yml' })['scenarios']).to.deep.equal(['c/a.yml']);
  });

  it('collects all problems of all files, with their lines, and keeps the files that are right', () => {
    write({
      'why401.yml': 'environments: {a: {protcted: true}}\n',
      'a.yml': '',
      'b.yml': '# nothing\n',
      'c.yml': '- GET: /\n',
      'd.yml': 'steps:\n  - get: /\n  - wait: 3\n',
      'e.yml': 'a: [${x}]\n',
      'f.yml': new Uint8Array([97, 10, 0xc3, 0x28]),
      'g.yml/h.yml': scenario,
      'i.yml': `\ufeff${scenario}`,
      'j.yml': 'x'.repeat(1_000_001),
      'k.yml': 'x\n',
    });
    expect(load()).to.deep.equal({
      root: '',
      project: null,
      scenarios: ['g.yml/h.yml', 'i.yml'],
      problems: [
        'EMPTY_FILE | a.yml:1:1 | The file is empty. | ',
        'EMPTY_FILE | b.yml:1:1 | The file is empty. | # nothing',
        'LIST_OF_STEPS | c.yml:1:1 | The file is a list of steps, and no scenario uses it. | - GET: /',
        'UNKNOWN_KEY | d.yml:2:5 | "get" is no key that is known in step 1. |   - get: /',
        'WRONG_TYPE | d.yml:3:11 | "wait" must be a duration such as 800ms, 3s, 5m, 1h or 7d, not 3. |   - wait: 3',
        'YAML_SYNTAX | e.yml:1:5 | YAML reads the braces of "${" as a map here, inside of [ ] or { }. | a: [${x}]',
        'NOT_TEXT | f.yml:2:1 | The file is not UTF-8. | ',
        'FILE_UNREADABLE | g.yml:1:1 | "g.yml" is a folder, and has the name of a file. | ',
        'FILE_TOO_LARGE | j.yml:1:1 | The file is larger than 1 MB. | ',
        'WRONG_TYPE | k.yml:1:1 | The file must be a map, not a single value. | x',
        'UNKNOWN_KEY | why401.yml:1:20 | "protcted" is no key that is known in "a". | environments: {a: {protcted: true}}',
      ],
    });
  });

  it('tells missing files and nothing to do', () => {
    expect(load()['problems']).to.deep.equal([
      'NO_PROJECT | - | There is no why401.yml here, in a folder above, or in ./specs. | ',
    ]);
    expect(load({ config: 'no.yml' })['problems']).to.deep.equal([
      'FILE_UNREADABLE | no.yml:1:1 | "no.yml" cannot be read: there is no such file. | ',
    ]);
    write({ 'specs/why401.yml': project, 'empty/x.txt': '' });
    expect(load()['problems']).to.deep.equal([
      'NO_SCENARIOS | - | There is no scenario beside specs/why401.yml. | ',
    ]);
    expect(load({ paths: ['empty'] })['problems']).to.deep.equal([
      'NO_SCENARIOS | - | The given paths hold no scenario. | ',
    ]);
    expect(load({ paths: ['gone'] })['problems']).to.deep.equal([
      'FILE_MISSING | - | There is no file or folder "gone". | ',
    ]);
  });

  it('gives the line of a place', () => {
    write({ 'specs/why401.yml': project, 'specs/a.yml': `name: x\r\n${scenario}` });
    const loaded = loadProject({ cwd: folder });
    const at = (file: string, line: number): string | null => loaded.lineOf({ file, line, column: 1 });
    expect([at('specs/a.yml', 1), at('specs/a.yml', 9), at('other', 1)]).to.deep.equal([
      'name: x',
      null,
      null,
    ]);
  });
});
