/** Files below the given paths: bounded, never out of a given folder, text only. */
import { join, relative, resolve, sep } from 'node:path';
import { isRefusal, kindOf, listFolder, readBytes } from '../files.ts';
import type { Problems } from '../problem.ts';

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

/** What was not looked at, and why: `secret.pem: it cannot be read (EACCES)`. */
export interface Passed {
  readonly file: string;
  readonly why: string;
}

export interface Walk {
  /** One at a time, in the order of their paths; binary files are left out. */
  files(): Generator<TextFile>;
  /** Grows while files are asked for. */
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
  const roots = paths.map((written) => resolve(cwd, written));
  for (const [index, root] of roots.entries()) {
    if (kindOf(root) !== null) continue;
    problems.add('FILE_MISSING', `There is no file or folder "${paths[index]}".`, {
      fix: 'Check the path: it is relative to the working directory.',
    });
  }
  const passed: Passed[] = [];
  const tour: Tour = { cwd, passed, limits, seen: new Set() };
  return {
    passed,
    *files() {
      for (const root of roots) {
        for (const path of below(root, root, 0, tour)) {
          const text = tour.seen.has(path) ? null : read(path, root, tour);
          tour.seen.add(path);
          if (text !== null) yield { file: shown(path, cwd), text };
          if (tour.seen.size < limits.files) continue;
          passed.push({
            file: shown(root, cwd),
            why: `what follows the first ${limits.files} files is left out`,
          });
          return;
        }
      }
    },
  };
}

interface Tour {
  readonly cwd: string;
  readonly passed: Passed[];
  readonly limits: Limits;
  readonly seen: Set<string>;
}

/** Links are left out: what they lead to lies in the folder and is walked there, or does not belong to it. */
function* below(path: string, root: string, depth: number, tour: Tour): Generator<string> {
  if (depth === 0 && kindOf(path) !== 'folder') {
    yield path;
    return;
  }
  const { passed, limits, cwd } = tour;
  if (depth > limits.depth) {
    passed.push({ file: shown(path, cwd), why: `it lies deeper than ${limits.depth} folders` });
    return;
  }
  const entries = listFolder(path);
  if (isRefusal(entries)) {
    passed.push({ file: shown(path, cwd), why: entries.why });
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = join(path, entry.name);
    if (entry.isDirectory() && !leftOut.has(entry.name)) yield* below(child, root, depth + 1, tour);
    else if (entry.isFile()) yield child;
  }
}

/** null: it is no text, or cannot be read. */
function read(path: string, root: string, { cwd, passed, limits }: Tour): string | null {
  const bytes = readBytes(path, {
    limit: limits.bytes,
    ...(path === root ? { pipes: true } : { within: root }),
  });
  if (isRefusal(bytes)) {
    passed.push({ file: shown(path, cwd), why: bytes.why });
    return null;
  }
  // UTF-16 with its mark, as Windows writes it.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  return bytes.subarray(0, 8000).includes(0) ? null : new TextDecoder().decode(bytes);
}

/** The way from the working directory. */
function shown(path: string, cwd: string): string {
  return relative(cwd, path).split(sep).join('/') || '.';
}
