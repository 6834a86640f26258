/** Files that a file of the project names: within the project's folder, and nothing but files. */
import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { Source } from '../model.ts';
import { Problem } from '../problem.ts';

/**
 * The real path of the file that `written` names, seen from the file `from`; links are followed before it is judged.
 * A Problem for what is missing, outside of `root`, or no file: a pipe or a device would be waited for.
 */
export function confined(
  root: string,
  from: string,
  written: string,
  source: Source | null,
): string | Problem {
  const refused = (code: string, message: string, fix: string): Problem =>
    new Problem(code, message, { source, fix });
  if (written.includes('\0'))
    return refused('FILE_MISSING', 'The name of the file holds a NUL.', 'Remove it.');
  let real: string;
  let isFile: boolean;
  try {
    real = realpathSync(resolve(dirname(from), written));
    isFile = statSync(real).isFile();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return refused(
        'FILE_MISSING',
        `There is no file "${written}".`,
        'Check the path: it is relative to this file.',
      );
    return refused(
      'FILE_UNREADABLE',
      `"${written}" cannot be read (${code ?? 'unknown'}).`,
      'Check the path.',
    );
  }
  const inside = relative(realpathSync(root), real);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    return refused(
      'FILE_OUTSIDE',
      `"${written}" is outside of the folder of why401.yml.`,
      'Move it there: files of a project are read from nowhere else.',
    );
  if (!isFile) return refused('FILE_UNREADABLE', `"${written}" is no file.`, 'Name a file.');
  return real;
}
