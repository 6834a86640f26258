/** What is published, and what it brings along. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { root } from './source-files.ts';

const folder = fileURLToPath(root);
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

/** Of lockfileVersion 3. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
const all = Object.entries(lock.packages).filter(([path]) => path !== '');
/** What an installation of why401 has beside it. */
const runtime = all.filter(([, { dev, optional, peer }]) => !dev && !optional && !peer);

describe('the package', () => {
  // Its files are looked at where it is packed and installed: test/packed/contents.mjs.
  it('runs nothing when it is installed', () => {
    const names = [
      'preinstall',
      'install',
      'postinstall',
      'preprepare',
      'prepare',
      'postprepare',
      'dependencies',
    ];
    expect(names.filter((name) => name in manifest.scripts)).to.deep.equal([]);
  });
});

describe('runtime dependencies', () => {
  it('are 25 packages and 15 MB at most', () => {
    const bytes = (path: string): number => {
      const stat = statSync(path);
      if (!stat.isDirectory()) return stat.size;
      return readdirSync(path).reduce((sum, name) => sum + bytes(join(path, name)), 0);
    };
    expect(runtime.length).to.be.within(1, 25);
    const total = runtime.reduce((sum, [path]) => sum + bytes(join(folder, path)), 0);
    expect(total / 1e6).to.be.within(1, 15);
  });

  it('run nothing when they are installed, and have licences that ask for a notice only', () => {
    expect(runtime.filter(([, { hasInstallScript }]) => hasInstallScript)).to.deep.equal([]);
    const licences = [...new Set(runtime.map(([, { license }]) => license))].sort();
    expect(licences).to.deep.equal(['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);
  });

  it('are what src imports', () => {
    expect(Object.keys(lock.packages['']?.dependencies ?? {})).to.deep.equal(
      Object.keys(manifest.dependencies),
    );
    expect(
      Object.values(manifest.dependencies).filter((range) => !/^[\^~]?\d+\.\d+\.\d+$/.test(range)),
    ).to.deep.equal([]);
  });
});

describe('the lock file', () => {
  it('knows each package by its content, and names no registry', () => {
    const loose = all.filter(
      ([, { integrity, link }]) => !link && !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
    );
    expect(loose.map(([path]) => path)).to.deep.equal([]);
    expect(all.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).to.deep.equal([]);
    expect(read('package-lock.json')).to.not.match(/https?:\/\/[^"]*(?:registry|npm)[^"]*\.tgz/);
  });

  it('has no package that runs something when it is installed', () => {
    expect(all.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).to.deep.equal(
      [],
    );
  });
});

describe('SECURITY.md', () => {
  it('names for each promise a test that is there', () => {
    const section = /\n## Promises\n([\s\S]*?)\n## /.exec(read('SECURITY.md'))?.[1] ?? '';
    const rows = [...section.matchAll(/^\| (?!Promise|-)(.+?) \| (.+) \|$/gm)].map(
      ([, promise = '', tests = '']) => ({
        promise,
        tests: tests.split(', '),
      }),
    );
    expect(rows.length).to.be.at.least(25);
    const gone = rows
      .flatMap(({ tests }) => tests)
      .filter((path) => !/^test\/\S+$/.test(path) || !existsSync(join(folder, path)));
    expect(gone).to.deep.equal([]);
  });
});
