/** What the system does not give is no bug, and no verdict. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { lackOf } from '../../src/cli/lack.ts';

const bin = resolve('build/src/cli/main.js');

describe('a lack', () => {
  it('is told from a bug', () => {
    const coded = (code: string): Error => Object.assign(new Error('open it'), { code });
    const found = [
      coded('EMFILE'),
      coded('ENOMEM'),
      new RangeError('WebAssembly.Instance(): Out of memory: no room'),
      new RangeError('Array buffer allocation failed'),
      coded('ENOENT'),
      coded('constructor'),
      new RangeError('Maximum call stack size exceeded'),
      'EMFILE',
    ].map((error) => lackOf(error)?.message ?? null);
    expect(found).to.deep.equal([
      'why401 broke off: too many files are open (open it).',
      'why401 broke off: there is not enough memory (open it).',
      'why401 broke off: there is not enough memory (WebAssembly.Instance(): Out of memory: no room).',
      'why401 broke off: there is not enough memory (Array buffer allocation failed).',
      null,
      null,
      null,
      null,
    ]);
  });

  it('ends with 3 and says what to do', function () {
    if (process.platform !== 'linux') this.skip();
    const shell = `ulimit -n 30; exec "$0" "$1" causes token-expired`;
    const { status, stderr } = spawnSync('sh', ['-c', shell, process.execPath, bin], { encoding: 'utf8' });
    expect(status === 0 ? '' : stderr.replace(/\(.*\)/, '()')).to.be.oneOf([
      '',
      'why401 broke off: too many files are open ().\n  fix  Raise the limit: ulimit -n 1024\n',
    ]);
  });
});
