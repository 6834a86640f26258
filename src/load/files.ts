/** Which files belong to a project, and their text. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Problem, type Problems } from '../problem.ts';

const projectNames = ['why401.yml', 'why401.yaml'];
/** Bytes of a project or scenario file. */
const maxBytes = 1_000_000;

/** From `cwd` upward, then `./specs`; null where there is none. */
export function findProjectFile(cwd: string): string | null {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = projectIn(folder);
    if (found !== null) return found;
    if (folder === dirname(folder)) break;
  }
  return projectIn(resolve(cwd, 'specs'));
}

function projectIn(folder: string): string | null {
  return projectNames.map((name) => join(folder, name)).find((path) => kindOf(path) === 'file') ?? null;
}

function kindOf(path: string): 'file' | 'folder' | 'other' | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return null;
  return stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
}

/** Scenario files below a folder; dot folders and node_modules left out. */
export function findScenarios(folder: string, cwd: string, problems: Problems): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    problems.list.push(unreadable(displayed(folder, cwd), error));
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    const yaml = /\.ya?ml$/.test(entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) {
      if (yaml) problems.list.push(isFolder(displayed(path, cwd)));
      return findScenarios(path, cwd, problems);
    }
    // not a pipe or a device: reading it could wait for ever
    const readable = entry.isFile() || entry.isSymbolicLink();
    return yaml && readable && !projectNames.includes(entry.name) ? [path] : [];
  });
}

/** The files that paths of the command line name. */
export function expandPaths(paths: readonly string[], cwd: string, problems: Problems): string[] {
  return paths.flatMap((written) => {
    const path = resolve(cwd, written);
    const kind = kindOf(path);
    if (kind === 'folder') return findScenarios(path, cwd, problems);
    if (kind !== null) return [path];
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
export function readText(path: string, file: string, most: Most = mostOfYaml): string | Problem {
  let bytes: Uint8Array;
  try {
    const { size } = statSync(path);
    if (size > most.bytes) {
      return new Problem('FILE_TOO_LARGE', `The file is larger than ${most.bytes / 1_000_000} MB.`, {
        source: start(file),
        fix: most.fix,
      });
    }
    bytes = readFileSync(path);
  } catch (error) {
    return unreadable(file, error);
  }
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

function unreadable(file: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  if (code === 'EISDIR') return isFolder(file);
  return new Problem('FILE_UNREADABLE', `"${file}" cannot be read (${code}).`, {
    source: start(file),
    fix: 'Check that it exists and may be read.',
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
