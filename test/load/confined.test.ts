/** What files of a project may lead to, with whatever links and names somebody put into it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadProject } from '../../src/load/load.ts';

describe('the files of a project', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'why401-')));
    write('repo/specs/why401.yml', 'environments: {a: {}}\n');
    write('repo/specs/a.yml', scenario);
    write('home/.netrc', 'machine api.example.test\n  password: [hunter2\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const scenario = 'steps: [{GET: /}]\n';
  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const link = (target: string, file: string): void => symlinkSync(target, join(folder, file));
  function load(...paths: string[]): { scenarios: string[]; problems: string[] } {
    const loaded = loadProject({ cwd: join(folder, 'repo'), paths });
    // Neither a message nor a line that is quoted holds anything of a file from elsewhere.
    expect(JSON.stringify(loaded.problems)).not.to.include('hunter2');
    return {
      scenarios: loaded.scenarios.map(({ file }) => file),
      problems: loaded.problems.map(({ code, source, message }) => `${code} ${source?.file}: ${message}`),
    };
  }
  const outside = (file: string): string =>
    `FILE_OUTSIDE ${file}: "${file}" is not read: a link leads outside of the project.`;

  it('are no links that lead out, found or named, by a shell or by hand', () => {
    link('../../home/.netrc', 'repo/specs/b.yml');
    link('../../home', 'repo/specs/home');
    const all = { scenarios: ['specs/a.yml'], problems: [outside('specs/b.yml')] };
    expect(load()).to.deep.equal(all);
    expect(load('specs')).to.deep.equal(all);
    expect(load('specs/a.yml', 'specs/b.yml')).to.deep.equal(all);
    expect(load('specs/home/.netrc')).to.deep.equal({
      scenarios: [],
      problems: [outside('specs/home/.netrc')],
    });
  });

  it('are links within, and whatever the user names elsewhere; a link there leads nowhere else', () => {
    link('a.yml', 'repo/specs/same.yml');
    write('elsewhere/c.yml', scenario);
    link('../home/.netrc', 'elsewhere/d.yml');
    link('../elsewhere/c.yml', 'home/e.yml');
    expect(load()).to.deep.equal({ scenarios: ['specs/a.yml', 'specs/same.yml'], problems: [] });
    expect(load('../elsewhere', '../home/e.yml')).to.deep.equal({
      scenarios: ['../elsewhere/c.yml', '../home/e.yml'],
      problems: [outside('../elsewhere/d.yml')],
    });
  });

  it('are no pipes, circles, folders or broken names', () => {
    execFileSync('sh', ['-c', 'exec mkfifo "$0"', join(folder, 'repo/specs/pipe.yml')]);
    link('pipe.yml', 'repo/specs/to-pipe.yml');
    link('loop.yml', 'repo/specs/loop.yml');
    link('.', 'repo/specs/self');
    link('self', 'repo/specs/self.yml');
    link('/dev/zero', 'repo/specs/zero.yml');
    execFileSync('sh', ['-c', `printf '${scenario}' > "$(printf 'n\\377.yml')"`], {
      cwd: join(folder, 'repo/specs'),
    });
    const no = 'cannot be read: it is no file but a pipe, a socket or a device.';
    expect(load()).to.deep.equal({
      scenarios: ['specs/a.yml'],
      problems: [
        'FILE_UNREADABLE specs/loop.yml: "specs/loop.yml" cannot be read: its links lead in a circle.',
        'FILE_UNREADABLE specs/n\ufffd.yml: "specs/n\ufffd.yml" cannot be read: there is no such file.',
        'FILE_UNREADABLE specs/self.yml: "specs/self.yml" is a folder, and has the name of a file.',
        `FILE_UNREADABLE specs/to-pipe.yml: "specs/to-pipe.yml" ${no}`,
        `FILE_UNREADABLE specs/zero.yml: "specs/zero.yml" ${no}`,
      ],
    });
    expect(load('specs/pipe.yml').problems).to.deep.equal([
      `FILE_UNREADABLE specs/pipe.yml: "specs/pipe.yml" ${no}`,
    ]);
  });

  it('lie 50 folders deep at most', () => {
    const deep = (count: number): string => Array.from({ length: count }, () => 'd').join('/');
    write(`repo/specs/${deep(50)}/in.yml`, scenario);
    write(`repo/specs/${deep(51)}/out.yml`, scenario);
    expect(load()).to.deep.equal({
      scenarios: ['specs/a.yml', `specs/${deep(50)}/in.yml`],
      problems: [
        `FOLDER_TOO_DEEP specs/${deep(51)}: "specs/${deep(51)}" is not searched: it lies 51 folders deep.`,
      ],
    });
  });
});
