/** Files below the given paths: bounded, never out of a given folder, text only. */
import {
  closeSync,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Problem, type Problems } from '../problem.ts';

export interface Limits {
  /** Bytes of a file. */
  readonly bytes: number;
  /** Levels of folders. */
  readonly depth: number;
  readonly files: number;
}
export const defaultLimits: Limits = { bytes: 10_000_000, depth: 40, files: 100_000 };

export interface TextFile {
  /** Relative to the working directory, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

/** What was not looked at, and why: `secret.pem cannot be read (EACCES)`. */
export interface Passed {
  readonly file: string;
  readonly why: string;
}

export interface Walk {
  /** One at a time, in the order of their paths; binary files are left out. */
  files(): Generator<TextFile>;
  readonly passed: Passed[];
}

/** Hold other people's files, or what was built of ours. */
const leftOut: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', 'node_modules']);

/** A path that does not exist goes to the problems. */
export function walk(
  paths: readonly string[],
  cwd: string,
  problems: Problems,
  limits: Limits = defaultLimits,
): Walk {
  const roots = paths.flatMap((written) => rootOf(written, cwd, problems) ?? []);
  const passed: Passed[] = [];
  return {
    passed,
    *files() {
      const seen = new Set<string>();
      for (const path of pathsBelow(roots, cwd, passed, limits, seen)) {
        if (seen.size > limits.files) {
          passed.push({
            file: shown(path, cwd),
            why: `and all behind it are left out: more than ${limits.files} files`,
          });
          return;
        }
        const text = textOf(path, shown(path, cwd), passed, limits);
        if (text !== null) yield { file: shown(path, cwd), text };
      }
    },
  };
}

function rootOf(written: string, cwd: string, problems: Problems): string | null {
  const path = resolve(cwd, written);
  try {
    lstatSync(path);
    // A link that somebody names is meant.
    return realpathSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    problems.list.push(
      isMissing
        ? new Problem('FILE_MISSING', `There is no file or folder "${written}".`, {
            fix: 'Check the path: it is relative to the working directory.',
          })
        : new Problem('FILE_UNREADABLE', `"${written}" cannot be read (${code}).`, {
            fix: 'Check that it may be read.',
          }),
    );
    return null;
  }
}

function* pathsBelow(
  roots: readonly string[],
  cwd: string,
  passed: Passed[],
  limits: Limits,
  seen: Set<string>,
): Generator<string> {
  for (const root of roots) {
    for (const path of below(root, root, 0, cwd, passed, limits)) {
      if (seen.has(path)) continue;
      seen.add(path);
      yield path;
    }
  }
}

function* below(
  path: string,
  root: string,
  depth: number,
  cwd: string,
  passed: Passed[],
  limits: Limits,
): Generator<string> {
  const kind = kindOf(path);
  if (kind === 'file') yield path;
  if (kind !== 'folder') return;
  if (depth > limits.depth) {
    passed.push({ file: shown(path, cwd), why: `lies deeper than ${limits.depth} folders` });
    return;
  }
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    passed.push({ file: shown(path, cwd), why: unreadable(error) });
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = join(path, entry.name);
    if (entry.isDirectory() && !leftOut.has(entry.name))
      yield* below(child, root, depth + 1, cwd, passed, limits);
    else if (entry.isFile()) yield child;
    else if (entry.isSymbolicLink()) {
      const target = fileInside(child, root);
      if (target !== null) yield target;
    }
  }
}

/** A linked file, where it lies in the given folder; linked folders are walked where they are. */
function fileInside(path: string, root: string): string | null {
  try {
    const target = realpathSync(path);
    const way = relative(root, target);
    const isInside = way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
    const isOurs = !way.split(sep).some((part) => leftOut.has(part));
    return isInside && isOurs && kindOf(target) === 'file' ? target : null;
  } catch {
    return null;
  }
}

function kindOf(path: string): 'file' | 'folder' | 'other' {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return 'file';
  return stat?.isDirectory() ? 'folder' : 'other';
}

/** null: it is no text, or cannot be read. */
function textOf(path: string, file: string, passed: Passed[], { bytes: most }: Limits): string | null {
  let bytes: Buffer;
  try {
    const handle = openSync(path, 'r');
    try {
      const { size } = fstatSync(handle);
      if (size > most) {
        passed.push({ file, why: `is larger than ${most / 1_000_000} MB` });
        return null;
      }
      bytes = Buffer.alloc(size);
      bytes = bytes.subarray(0, readSync(handle, bytes, 0, size, 0));
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    passed.push({ file, why: unreadable(error) });
    return null;
  }
  // UTF-16 with its mark, as Windows writes it.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes.subarray(0, 8000).includes(0)) return null;
  return bytes.toString('utf8');
}

function unreadable(error: unknown): string {
  return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
}

/** The way from the working directory, which may be behind a link itself. */
function shown(path: string, cwd: string): string {
  return relative(real(cwd), path).split(sep).join('/') || '.';
}

const reals = new Map<string, string>();

function real(cwd: string): string {
  const known = reals.get(cwd);
  if (known !== undefined) return known;
  let path = cwd;
  try {
    path = realpathSync(cwd);
  } catch {
    // Gone: as it was written.
  }
  reals.set(cwd, path);
  return path;
}
