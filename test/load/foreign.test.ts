/** A project file above the working directory that somebody else put there: it says where the user's secrets go. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { loadProject } from '../../src/load/load.ts';

const [me, other, third] = [61_001, 61_002, 61_003];

describe('a project file above the working directory', () => {
  let folder = '';
  before(function () {
    // Only root may give files away.
    if (process.geteuid?.() !== 0) this.skip();
  });
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'why401-')));
    mkdirSync(join(folder, 'work/deep'), { recursive: true });
    own(me, 'work', 'work/deep');
  });
  afterEach(() => {
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  const project = 'environments: {a: {origins: {api: "http://127.0.0.1:9"}}}\n';
  const scenario = 'steps: [{GET: /, headers: {x-key: "${secret.KEY}"}}]\n';
  function write(owner: number, file: string, text = project): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
    own(owner, file);
  }
  const own = (owner: number, ...files: string[]): void => {
    for (const file of files) lchownSync(join(folder, file), owner, owner);
  };
  function load(cwd: string, user: number | null, config?: string): string[] {
    const { project: found, problems } = loadProject({
      cwd: join(folder, cwd),
      user,
      scenarios: false,
      ...(config === undefined ? {} : { config }),
    });
    return [found?.file ?? 'none', ...problems.map(({ code, message, fix }) => `${code} ${message} ${fix}`)];
  }
  const refused = (file: string, uid: number): string[] => [
    'none',
    `FOREIGN_PROJECT "${file}" lies above the working directory and belongs to another user (uid ${uid}): it is not used, since it says where secrets go. If it is meant, name it: --config ${file}`,
  ];

  it('is not used where it belongs to a stranger, unless it is named', () => {
    write(other, 'why401.yml');
    expect(load('work/deep', me)).to.deep.equal(refused('../../why401.yml', other));
    expect(load('work/deep', 0)).to.deep.equal(refused('../../why401.yml', other));
    expect(load('work/deep', me, '../../why401.yml')).to.deep.equal(['../../why401.yml']);
  });

  it("hides none that is the user's own: the nearest counts", () => {
    write(other, 'why401.yml');
    write(me, 'work/why401.yml');
    expect(load('work/deep', me)).to.deep.equal(['../why401.yml']);
  });

  it('is used where it belongs to the user, to root, or to the owner of the working directory', () => {
    write(other, 'why401.yml');
    expect(load('work', other)).to.deep.equal(['../why401.yml']);
    own(0, 'why401.yml');
    expect(load('work', me)).to.deep.equal(['../why401.yml']);
    own(me, 'why401.yml');
    expect(load('work', third)).to.deep.equal(['../why401.yml']);
    expect(load('work/deep', 0)).to.deep.equal(['../../why401.yml']);
  });

  it('may belong to anybody in the working directory, in ./specs, and where users have no numbers', () => {
    write(other, 'why401.yml');
    expect(load('', me)).to.deep.equal(['why401.yml']);
    expect(load('work/deep', null)).to.deep.equal(['../../why401.yml']);
    rmSync(join(folder, 'why401.yml'));
    write(other, 'work/specs/why401.yml');
    expect(load('work', me)).to.deep.equal(['specs/why401.yml']);
  });

  it('is no link of a stranger, and none to a file of a stranger', () => {
    write(me, 'mine.yml');
    symlinkSync('mine.yml', join(folder, 'why401.yml'));
    own(other, 'why401.yml');
    expect(load('work', me)).to.deep.equal(refused('../why401.yml', other));
    own(me, 'why401.yml');
    expect(load('work', me)).to.deep.equal(['../why401.yml']);
    own(other, 'mine.yml');
    expect(load('work', me)).to.deep.equal(refused('../why401.yml', other));
  });

  it('of a stranger ends each command with wrong input, and no secret is looked at', () => {
    write(other, 'why401.yml');
    write(other, 'a.yml', scenario);
    execFileSync('chmod', ['755', folder]);
    const why401 = (...argv: string[]): [number | null, boolean] => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [resolve('build/src/cli/main.js'), ...argv],
        { cwd: join(folder, 'work'), env: {}, encoding: 'utf8' },
      );
      expect(stdout + stderr, argv.join(' ')).not.to.include('SECRET');
      return [status, (stdout + stderr).includes('belongs to another user (uid 61002)')];
    };
    for (const argv of [['run'], ['lint'], ['list'], ['compare'], ['token', 'x'], ['run', '../a.yml']])
      expect(why401(...argv), argv.join(' ')).to.deep.equal([2, true]);
    expect(why401('list', '--config', '../why401.yml')).to.deep.equal([0, false]);
  });
});
