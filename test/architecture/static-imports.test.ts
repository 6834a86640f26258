import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { parseSync } from 'oxc-parser';
import { root } from './source-files.ts';

/** Slow to load, and of no use to a command that sends nothing. */
const forRunsOnly = ['undici', 'jose', 'oauth4webapi', 'tough-cookie'];
const forSomeCredentials = ['jose', 'oauth4webapi', 'aws4fetch', 'http-message-signatures', 'parse5'];
const require = createRequire(new URL('package.json', root));

describe('static imports', () => {
  it('of --version are no package at all', () => {
    expect(packages('build/src/cli/main.js')).to.deep.equal([]);
  });

  for (const command of ['cli', 'lint', 'list', 'schema']) {
    it(`of ${command} lead to nothing that only a run needs`, () => {
      const reached = packages(`build/src/cli/${command}.js`);
      expect(reached.filter((name) => forRunsOnly.includes(name))).to.deep.equal([]);
    });
  }

  it('of a run lead to nothing that only some credentials need', () => {
    const reached = packages('build/src/run/run.js');
    expect(reached.filter((name) => forSomeCredentials.includes(name))).to.deep.equal([]);
  });

  it('of send lead to undici', () => {
    expect(packages('build/src/replay/send.js')).to.include('undici');
  });
});

/** Names of the packages that are loaded with `file`, those of packages included. */
function packages(file: string): string[] {
  const seen = new Set<string>();
  const names = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href) || !/\.m?js$/.test(url.pathname)) return;
    seen.add(url.href);
    const path = fileURLToPath(url);
    for (const specifier of specifiers(path)) {
      if (specifier.startsWith('node:')) continue;
      if (specifier.startsWith('.')) visit(new URL(specifier, url));
      else names.add(packageOf(specifier));
      if (!specifier.startsWith('.')) visit(pathToFileURL(require.resolve(specifier)));
    }
  };
  visit(new URL(file, root));
  return [...names].sort();
}

function specifiers(path: string): string[] {
  const { staticImports, staticExports } = parseSync(path, readFileSync(path, 'utf8')).module;
  const requests = [...staticImports, ...staticExports.flatMap(({ entries }) => entries)];
  return requests.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : []));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
