/** Which files a scan looks at, and what it says of the others. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Problems } from '../../src/problem.ts';
import { defaultLimits, type Limits, walk } from '../../src/scan/walk.ts';

describe('the walk of a scan', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'why401-walk-')));
    mkdirSync(join(folder, 'in/a/b'), { recursive: true });
    mkdirSync(join(folder, 'in/node_modules'));
    mkdirSync(join(folder, 'in/.git'));
    for (const name of [
      'out.env',
      'in/1.env',
      'in/a/2.env',
      'in/a/b/3.env',
      'in/node_modules/m',
      'in/.git/g',
    ])
      writeFileSync(join(folder, name), name);
    writeFileSync(join(folder, 'in/binary'), 'a\0b');
    symlinkSync('../out.env', join(folder, 'in/link'));
    symlinkSync('..', join(folder, 'in/up'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function seen(limits: Partial<Limits> = {}): readonly [files: string[], passed: string[]] {
    const walked = walk(['in'], folder, new Problems(), { ...defaultLimits, ...limits });
    const files = [...walked.files()].map(({ file }) => file);
    return [files, walked.passed.map(({ file, why }) => `${file} ${why}`)];
  }

  it('leaves out links, what others wrote, and what is no text', () => {
    expect(seen()).to.deep.equal([['in/1.env', 'in/a/2.env', 'in/a/b/3.env'], []]);
  });

  it('is bounded in depth, in files and in their size, and says so', () => {
    expect(seen({ depth: 1 })).to.deep.equal([
      ['in/1.env', 'in/a/2.env'],
      ['in/a/b it lies deeper than 1 folders'],
    ]);
    expect(seen({ files: 1 })).to.deep.equal([
      ['in/1.env'],
      ['in what follows the first 1 files is left out'],
    ]);
    expect(seen({ bytes: 9 })).to.deep.equal([
      ['in/1.env'],
      ['in/a/2.env it is larger than 0.000009 MB', 'in/a/b/3.env it is larger than 0.000009 MB'],
    ]);
  });
});
