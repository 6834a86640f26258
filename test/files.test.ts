import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isRefusal, liesIn, type ReadOptions, readBytes, readUtf8, refusalOf } from '../src/files.ts';

describe('the door to files', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'why401-')));
    mkdirSync(at('project/below'), { recursive: true });
    writeFileSync(at('project/a.txt'), 'a');
    writeFileSync(at('project/below/b.txt'), 'b');
    writeFileSync(at('secret.txt'), 'outside');
    mkdirSync(at('project-of-another'));
    writeFileSync(at('project-of-another/c.txt'), 'outside');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The text, or why there is none; whoever asks beforehand is told the same. */
  function read(path: string, options: Partial<ReadOptions> = {}): string {
    const all = { limit: 1_000, ...options };
    const found = readUtf8(path, all);
    const asked = refusalOf(path, all);
    // What has no size is too large only once it is read.
    if (isRefusal(found) && (asked !== null || found.reason !== 'too-large'))
      expect(asked).to.deep.equal(found);
    return isRefusal(found) ? `${found.reason}: ${found.why}` : found;
  }
  const confined = (path: string): string => read(path, { within: at('project') });

  it('gives what lies in the folder, by whatever name', () => {
    symlinkSync('below', at('project/folder-link'));
    symlinkSync('../a.txt', at('project/below/link'));
    symlinkSync('project', at('project-link'));
    const names = ['a.txt', 'below/b.txt', 'below/../a.txt', 'below/link', 'folder-link/b.txt'];
    expect(names.map((name) => confined(at(`project/${name}`)))).to.deep.equal(['a', 'b', 'a', 'a', 'b']);
    expect(read(at('project/a.txt'), { within: at('project-link') })).to.equal('a');
    expect(read(at('project-link/a.txt'), { within: at('project') })).to.equal('a');
  });

  it('gives nothing but the file at the real path: another one may be open', function () {
    if (!existsSync('/proc/self/fd')) this.skip();
    // As where somebody puts a file into the place of another one: the name says the one, the link opens the other.
    const file = openSync(at('project/a.txt'), 'r');
    try {
      unlinkSync(at('project/a.txt'));
      writeFileSync(at('project/a.txt (deleted)'), 'another');
      symlinkSync(`/proc/self/fd/${file}`, at('project/link'));
      expect(realpathSync.native(at('project/link'))).to.equal(at('project/a.txt (deleted)'));
      expect(confined(at('project/link'))).to.equal('outside: a link leads outside of the project');
    } finally {
      closeSync(file);
    }
  });

  it('gives nothing from outside, by whatever way', () => {
    symlinkSync('../secret.txt', at('project/link.txt'));
    symlinkSync('link.txt', at('project/link-to-link.txt'));
    symlinkSync('..', at('project/below/up'));
    symlinkSync('../..', at('project/below/out'));
    symlinkSync(folder, at('project/absolute'));
    const names = [
      ...['link.txt', 'link-to-link.txt', 'below/out/secret.txt', 'absolute/secret.txt'],
      ...['../secret.txt', 'below/up/../secret.txt', '../project-of-another/c.txt'],
    ];
    expect(names.map((name) => confined(`${at('project')}/${name}`))).to.deep.equal([
      ...Array.from({ length: 4 }, () => 'outside: a link leads outside of the project'),
      'outside: it lies outside of the project',
      // `up/..` is the folder of the link's target, and the names alone say otherwise.
      'outside: a link leads outside of the project',
      'outside: it lies outside of the project',
    ]);
    expect(['/etc/hostname', '/proc/self/environ'].map(confined)).to.deep.equal(
      Array.from({ length: 2 }, () => 'outside: it lies outside of the project'),
    );
  });

  it('gives no memory of processes and no device where the project is the whole system', () => {
    const paths = ['/proc/self/environ', '/proc/version', '/dev/zero', '/sys/kernel'];
    expect(paths.map((path) => read(path, { within: '/' }).split(':')[0])).to.deep.equal([
      ...['outside', 'outside', 'no-file', 'folder'],
    ]);
  });

  it('does not wait for a pipe, and takes no socket, device or folder for a file', async () => {
    execFileSync('sh', ['-c', 'exec mkfifo "$0"', at('project/pipe')]);
    const server = createServer().listen(at('project/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    symlinkSync('/dev/zero', at('project/zero'));
    symlinkSync('loop', at('project/loop'));
    const long = 'x'.repeat(5_000);
    const names = ['pipe', 'socket', 'zero', 'below', 'a.txt/b', 'gone', 'loop', 'a\0b', long];
    const told = names.map((name) => [
      confined(`${at('project')}/${name}`),
      read(`${at('project')}/${name}`),
    ]);
    await new Promise((resolve) => server.close(resolve));
    const noFile = 'no-file: it is no file but a pipe, a socket or a device';
    expect(told.map(([inside]) => inside)).to.deep.equal([
      ...[noFile, noFile, noFile],
      'folder: it is a folder',
      'missing: there is no such file',
      'missing: there is no such file',
      'unreadable: its links lead in a circle',
      'unreadable: its name holds a NUL',
      'unreadable: its name is too long',
    ]);
    expect(told.map(([, anywhere]) => anywhere)).to.deep.equal(told.map(([inside]) => inside));
  });

  it('takes no more than the limit, of files without a size too', () => {
    writeFileSync(at('project/exact'), 'x'.repeat(1_000));
    writeFileSync(at('project/more'), 'x'.repeat(1_001));
    expect(confined(at('project/exact')).length).to.equal(1_000);
    expect(confined(at('project/more'))).to.equal('too-large: it is larger than 0.001 MB');
    expect(read('/dev/zero', { pipes: true })).to.equal('too-large: it is larger than 0.001 MB');
    // Its size is said to be 0.
    expect(read('/proc/self/status', { limit: 10 })).to.equal('too-large: it is larger than 0.00001 MB');
    expect(read('/proc/self/status', { limit: 100_000 })).to.match(/^Name:/);
    expect(read('/dev/null', { pipes: true })).to.equal('');
  });

  it('reads the file that it looked at, whatever takes its place', () => {
    // What changes between two looks at a path is what it leads to; the file that is open stays.
    writeFileSync(at('project/body'), 'inside');
    const options = { limit: 1_000, within: at('project') };
    expect(refusalOf(at('project/body'), options)).to.equal(null);
    renameSync(at('project/body'), at('project/kept'));
    symlinkSync('../secret.txt', at('project/body'));
    expect(confined(at('project/body'))).to.equal('outside: a link leads outside of the project');
    unlinkSync(at('project/body'));
    linkSync(at('project/kept'), at('project/body'));
    appendFileSync(at('project/kept'), '!');
    expect(confined(at('project/body'))).to.equal('inside!');
  });

  it('decodes without a byte order mark, and gives bytes as they are', () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff]);
    writeFileSync(at('project/bytes'), bytes);
    expect(confined(at('project/bytes'))).to.equal('a\ufffd');
    expect(new Uint8Array(readBytes(at('project/bytes'), { limit: 5 }) as Uint8Array)).to.deep.equal(bytes);
  });

  it('knows by names what lies in a folder', () => {
    const rows: [string, boolean][] = [
      ['/a/b', true],
      ['/a', true],
      ['/a/..b', true],
      ['/ab', false],
      ['/', false],
      ['/a/../b', false],
    ];
    expect(rows.map(([path]) => liesIn(path, '/a'))).to.deep.equal(rows.map(([, inside]) => inside));
  });
});
