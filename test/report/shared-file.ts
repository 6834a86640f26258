import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of the shared material, which stands beside the repository where it is at hand. */
export function sharedFile(path: string): string | null {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'shared', 'DESIGN.md'))) return join(folder, 'shared', path);
    if (folder === dirname(folder)) return null;
  }
}
