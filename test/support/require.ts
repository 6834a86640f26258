/** Programs that npm does not bring: their tests skip where they are missing, and fail in CI, where they must be there. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';

/** Where servers are installed, which is not on every user's PATH. */
const folders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Path of a program, or null. */
export function findProgram(name: string): string | null {
  const paths = [...(process.env['PATH'] ?? '').split(delimiter), ...folders];
  return paths.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/** Path of a program; without it the test (or all tests behind a `before`) is skipped, in CI it fails. */
export function requireProgram(test: Context, name: string): string {
  const path = findProgram(name);
  if (path !== null) return path;
  if (process.env['CI']) throw new Error(`${name} is not installed: in CI that is a failure, not a skip.`);
  return test.skip();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Files of which a server is made (Debian packages); without one the test is skipped, in CI it fails. */
export function requireFiles(test: Context, files: readonly string[]): void {
  const missing = files.find((file) => !existsSync(file));
  if (missing === undefined) return;
  if (process.env['CI']) throw new Error(`${missing} is not there: in CI that is a failure, not a skip.`);
  test.skip();
}
