/** Which files belong to a project, and their text. */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isRefusal, kindOf, liesIn, listFolder, ownersOf, type Refusal, readBytes } from '../files.ts';
import { Problem, type Problems } from '../problem.ts';

const projectNames = ['why401.yml', 'why401.yaml'];
/** Bytes of a project or scenario file. */
const maxBytes = 1_000_000;
/** Folders in folders that are searched. */
const maxDepth = 50;

/** A file to load. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** The folder or folders in which it must lie, links followed; null: the user named it. */
  readonly within: string | readonly string[] | null;
}

/** From `cwd` upward, then `./specs`; null where there is none. */
export function findProjectFile(cwd: string): string | null {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = projectIn(folder);
    if (found !== null) return found;
    if (folder === dirname(folder)) break;
  }
  return projectIn(resolve(cwd, 'specs'));
}

/**
 * The user to whom a project file above `cwd` belongs, where that is a stranger: anybody may put one into /tmp. null: it
 * may be used. `user`: who runs; null on a system that does not number its users.
 */
export function strangerOf(path: string, cwd: string, user: number | null): number | null {
  if (user === null || liesIn(path, cwd)) return null;
  // The owner of the working directory: a container's root works in the checkout of a user.
  const own = new Set([user, 0, ...ownersOf(cwd)]);
  return ownersOf(path).find((owner) => !own.has(owner)) ?? null;
}

function projectIn(folder: string): string | null {
  return projectNames.map((name) => join(folder, name)).find((path) => kindOf(path) === 'file') ?? null;
}

/**
 * Scenario files below a folder; dot folders and node_modules left out. Linked folders are not entered, and a linked
 * file must lie in the folder, too.
 */
export function findScenarios(folder: string, cwd: string, problems: Problems): FoundFile[] {
  const found: FoundFile[] = [];
  const left: { readonly path: string; readonly depth: number }[] = [{ path: folder, depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const entries = listFolder(next.path);
    if (isRefusal(entries)) {
      problems.list.push(unreadable(displayed(next.path, cwd), entries));
      continue;
    }
    for (const entry of entries) {
      const path = join(next.path, entry.name);
      const yaml = /\.ya?ml$/.test(entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) {
        if (yaml) problems.list.push(isFolder(displayed(path, cwd)));
        if (next.depth < maxDepth) left.push({ path, depth: next.depth + 1 });
        else problems.list.push(tooDeep(displayed(path, cwd)));
      } else if (yaml && !projectNames.includes(entry.name) && (entry.isFile() || entry.isSymbolicLink()))
        found.push({ path, within: folder });
    }
  }
  return found;
}

/**
 * The files that paths of the command line name. A path may lead anywhere; one in the folder of the project must
 * really lie there, since the shell may have written it for the user: `specs/*.yml`.
 */
export function expandPaths(
  paths: readonly string[],
  cwd: string,
  root: string,
  problems: Problems,
): FoundFile[] {
  return paths.flatMap((written): FoundFile[] => {
    const path = resolve(cwd, written);
    const kind = kindOf(path);
    const within = liesIn(path, root) ? root : null;
    if (kind === 'folder')
      return findScenarios(path, cwd, problems).map((file) => (within === null ? file : { ...file, within }));
    if (kind !== null) return [{ path, within }];
    problems.add('FILE_MISSING', `There is no file or folder "${written}".`, {
      fix: 'Check the path: it is relative to the working directory.',
    });
    return [];
  });
}

/** The most that a file may hold, and what to do with one that holds more. */
export interface Most {
  readonly bytes: number;
  readonly fix: string;
}
const mostOfYaml: Most = {
  bytes: maxBytes,
  fix: 'Split it, or keep large bodies in files of their own: "body: {file: PATH}".',
};

/** The text of a file, or what is wrong with it. */
export function readText(
  { path, within }: FoundFile,
  file: string,
  most: Most = mostOfYaml,
): string | Problem {
  const bytes = readBytes(path, { limit: most.bytes, ...(within === null ? {} : { within }) });
  if (isRefusal(bytes)) return unreadable(file, bytes, most);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new Problem('NOT_TEXT', 'The file is not UTF-8.', {
      source: { file, line: lineOfFault(bytes), column: 1 },
      fix: 'Save it as UTF-8.',
    });
  }
}

/** The first line that does not decode. */
function lineOfFault(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(10, start);
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end < 0) break;
    start = end + 1;
  }
  return line;
}

function unreadable(file: string, { reason, why }: Refusal, most: Most = mostOfYaml): Problem {
  const source = start(file);
  switch (reason) {
    case 'folder':
      return isFolder(file);
    case 'too-large':
      return new Problem('FILE_TOO_LARGE', `The file is larger than ${most.bytes / 1e6} MB.`, {
        source,
        fix: most.fix,
      });
    case 'outside':
      return new Problem('FILE_OUTSIDE', `"${file}" is not read: ${why}.`, {
        source,
        fix: 'Put the file itself there, or name the one that is meant on the command line.',
      });
    default: {
      const garbled = file.includes('\ufffd') ? ' Its name is perhaps not UTF-8: rename it.' : '';
      return new Problem('FILE_UNREADABLE', `"${file}" cannot be read: ${why}.`, {
        source,
        fix: `Check that it exists and may be read.${garbled}`,
      });
    }
  }
}

function tooDeep(file: string): Problem {
  return new Problem('FOLDER_TOO_DEEP', `"${file}" is not searched: it lies ${maxDepth + 1} folders deep.`, {
    source: start(file),
    fix: 'Move its scenarios up, or name the folder on the command line.',
  });
}

function isFolder(file: string): Problem {
  return new Problem('FILE_UNREADABLE', `"${file}" is a folder, and has the name of a file.`, {
    source: start(file),
    fix: 'Rename it.',
  });
}

function start(file: string): { file: string; line: number; column: number } {
  return { file, line: 1, column: 1 };
}

/** Relative to `cwd`, with forward slashes on every system. */
export function displayed(path: string, cwd: string): string {
  return relative(cwd, path).split(sep).join('/') || '.';
}
