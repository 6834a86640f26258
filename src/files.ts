/**
 * The one door to files that are read. A file is opened once, and what is open is looked at: a regular file, not
 * larger than the limit, and where it must lie in a folder, really there, links followed.
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

/** Why a file is not read. */
export interface Refusal {
  readonly reason: 'missing' | 'folder' | 'no-file' | 'outside' | 'too-large' | 'unreadable';
  /** A clause: `it is a folder`. */
  readonly why: string;
}
/** What to do about a file that a scenario names and that is not read, since it lies outside. */
export const outsideFix =
  'Keep it in the folder of why401.yml or below, or name its folder in why401.yml: "folders: [PATH]".';
export interface ReadOptions {
  /** Bytes. */
  readonly limit: number;
  /** The folder, or one of the folders, in which the file must lie, whatever its links say; none for a file that the user named. */
  readonly within?: string | readonly string[];
  /** A pipe is read to its end, as of a shell's `<(command)`; only for what the user named. */
  readonly pipes?: boolean;
}

/** What is no file of a disk, or is the memory of a process. */
const systemFolders = ['/proc', '/sys', '/dev'];
const chunk = 65_536;

/** The bytes of the file. Never throws, and never waits for a pipe or a device that was not asked for. */
export function readBytes(path: string, options: ReadOptions): Uint8Array | Refusal {
  return opened(path, options, (file, size) => {
    const bytes = readAll(file, Math.min(size, options.limit), options.limit);
    return bytes ?? tooLarge(options.limit);
  });
}

/** As `readBytes`, of UTF-8 and without its byte order mark. What is no UTF-8 is replaced. */
export function readUtf8(path: string, options: ReadOptions): string | Refusal {
  const bytes = readBytes(path, options);
  return isRefusal(bytes) ? bytes : new TextDecoder().decode(bytes);
}

/** Why `readBytes` would refuse the file; null where it would not. */
export function refusalOf(path: string, options: ReadOptions): Refusal | null {
  return opened(path, options, () => null);
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'reason' in value && 'why' in value;
}

/** A file that is part of this package, by its path from `src`. */
export function readPackaged(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/** null where there is nothing, or nothing that may be looked at. */
export function kindOf(path: string): 'file' | 'folder' | 'other' | null {
  try {
    const found = statSync(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  } catch {
    return null;
  }
}

/** In the order of the file system. A link is an entry of its own, wherever it leads. */
export function listFolder(path: string): Dirent[] | Refusal {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    return refused(error);
  }
}

/** By the names alone; a folder lies in itself. */
export function liesIn(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

function opened<T>(
  path: string,
  options: ReadOptions,
  use: (file: number, size: number) => T | Refusal,
): T | Refusal {
  let file: number | null = null;
  try {
    // Opening a device can do something; what comes into its place after this look is closed unread.
    const unfit = unfitKind(statSync(path, { bigint: true }), options);
    if (unfit) return unfit;
    file = openSync(path, flags(options));
    const found = fstatSync(file, { bigint: true });
    const problem = unfitKind(found, options) ?? strange(path, found, options);
    if (problem) return problem;
    if (found.isFile() && found.size > BigInt(options.limit)) return tooLarge(options.limit);
    return use(file, found.isFile() ? Number(found.size) : 0);
  } catch (error) {
    return refused(error);
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Windows has none of these flags. A pipe that nobody writes to is opened at once, and then refused. */
function flags({ pipes }: ReadOptions): number {
  const { O_RDONLY, O_NOCTTY = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
  return (O_RDONLY ?? 0) | O_NOCTTY | (pipes ? 0 : O_NONBLOCK);
}

function unfitKind(found: BigIntStats, { pipes = false }: ReadOptions): Refusal | null {
  if (found.isDirectory()) return { reason: 'folder', why: 'it is a folder' };
  if (found.isFile() || (pipes && (found.isFIFO() || found.isCharacterDevice()))) return null;
  return { reason: 'no-file', why: 'it is no file but a pipe, a socket or a device' };
}

/** The file that is open is the one at the real path: nobody can put another one there in between. */
function strange(path: string, open: BigIntStats, { within }: ReadOptions): Refusal | null {
  if (within === undefined) return null;
  const real = realpathSync.native(path);
  const there = statSync(real, { bigint: true });
  const same = there.dev === open.dev && there.ino === open.ino;
  const folders = typeof within === 'string' ? [within] : within;
  if (
    same &&
    folders.some((folder) => liesIn(real, realpathSync.native(folder))) &&
    !systemFolders.some((folder) => liesIn(real, folder))
  )
    return null;
  const byLink = folders.some((folder) => liesIn(resolve(path), resolve(folder)))
    ? 'a link leads'
    : 'it lies';
  return { reason: 'outside', why: `${byLink} outside of the project` };
}

/** null where there is more than `limit`: a file may grow, and a pipe has no size. */
function readAll(file: number, size: number, limit: number): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let next = Math.max(size, chunk); ; next = chunk) {
    const part = new Uint8Array(Math.min(next, limit - total + 1));
    const count = readSync(file, part, 0, part.length, null);
    if (count === 0) return Buffer.concat(parts, total);
    total += count;
    if (total > limit) return null;
    parts.push(part.subarray(0, count));
  }
}

function tooLarge(limit: number): Refusal {
  return { reason: 'too-large', why: `it is larger than ${limit / 1e6} MB` };
}

function refused(error: unknown): Refusal {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  const [reason, why] = words.get(code) ?? ['unreadable', `the system says ${code}`];
  return { reason, why };
}

const words: ReadonlyMap<string, [Refusal['reason'], string]> = new Map([
  ['ENOENT', ['missing', 'there is no such file']],
  ['ENOTDIR', ['missing', 'there is no such file']],
  ['EISDIR', ['folder', 'it is a folder']],
  ['ENXIO', ['no-file', 'it is no file but a pipe, a socket or a device']],
  ['ELOOP', ['unreadable', 'its links lead in a circle']],
  ['EACCES', ['unreadable', 'it may not be read']],
  ['EPERM', ['unreadable', 'it may not be read']],
  ['ENAMETOOLONG', ['unreadable', 'its name is too long']],
  ['ERR_INVALID_ARG_VALUE', ['unreadable', 'its name holds a NUL']],
]);

/** Bytes that are read at a time. */
const part = 262_144;

/** The bytes of a file that the user named, a part at a time: it may be larger than the memory. Returns why it ends early. */
export async function* readParts(path: string): AsyncGenerator<Uint8Array, Refusal | null> {
  let file: FileHandle | null = null;
  try {
    const unfit = refusalOf(path, named);
    if (unfit) return unfit;
    file = await open(path, flags(named));
    for (;;) {
      const bytes = new Uint8Array(part);
      const { bytesRead } = await file.read(bytes, 0, part, null);
      if (bytesRead === 0) return null;
      yield bytes.subarray(0, bytesRead);
    }
  } catch (error) {
    return refused(error);
  } finally {
    await file?.close();
  }
}

const named: ReadOptions = { limit: Number.MAX_SAFE_INTEGER };

/** One file, whatever it is called; null where there is none. */
export function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? fileId(found) : null;
}

/** The users to whom it belongs, by number: of a link that of the link and that of what it leads to. Empty where there is nothing. */
export function ownersOf(path: string): number[] {
  try {
    return [lstatSync(path).uid, statSync(path).uid];
  } catch {
    return [];
  }
}

export function fileId({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}
