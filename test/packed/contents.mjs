/** What is published: every file belongs to one of these patterns, and comes of a source that is still there. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const patterns = [
  /^(README|CHANGELOG|SECURITY)\.md$|^LICENSE$|^package\.json$/,
  /^docs\/(credentials\/)?[a-z0-9-]+\.md$/,
  /^build\/src\/([a-z0-9]+\/){0,2}[a-z0-9-]+\.(js|d\.ts)$/,
  /^build\/src\/(audit|compare|diagnose|http|scan|schemas)\/[a-z0-9.-]+\.json$/,
];
const wanted = ['LICENSE', 'README.md', 'SECURITY.md', 'build/src/cli/main.js', 'build/src/index.d.ts'];
/** Made by src/generate.ts, not by tsc. */
const generated = ['build/src/schemas/validators.js', 'build/src/schemas/report-validators.js', 'build/src/diagnose/signatures/'];

/** `folder`: of the package as it is installed; `repository`: where it was made. Throws what is wrong. */
export function checkContents(folder, repository) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'));
  assert.deepEqual(
    files.filter((file) => !patterns.some((pattern) => pattern.test(file))),
    [],
    'files that are not published on purpose',
  );
  assert.deepEqual(
    patterns.filter((pattern) => !files.some((file) => pattern.test(file))),
    [],
    'patterns of nothing',
  );
  assert.deepEqual(
    wanted.filter((file) => !files.includes(file)),
    [],
    'files that are missing',
  );
  const orphans = files.filter((file) => {
    const [, source] = /^build\/(src\/.*?)(?:\.d)?\.(?:js|ts)$/.exec(file) ?? [];
    const made = source === undefined || generated.some((each) => file.startsWith(each));
    return !made && !existsSync(join(repository, `${source}.ts`));
  });
  assert.deepEqual(orphans, [], 'code whose source is gone: rm -rf build');
  const secret = files.filter((file) => /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[\w+/=]{40}/.test(readFileSync(join(folder, file), 'latin1')));
  assert.deepEqual(secret, [], 'files that hold a private key');
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const installs = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in scripts);
  assert.deepEqual(installs, [], 'scripts that run when it is installed');
  return files.length;
}
