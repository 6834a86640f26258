/** Files that reports are written to: never over a file that is no report, and a record is in them whole or not at all. */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Sink } from '../doors.ts';
import { fileId } from '../files.ts';
import { Problem, ProblemError } from '../problem.ts';
import { isReport, longestMark } from '../report/mark.ts';

export interface ReportFile extends Sink {
  /** Equal for two names of one file; null where it does not matter: a device, a pipe. */
  readonly id: string | null;
  /** Takes out what an earlier run wrote. */
  empty(): void;
  /** Throws Unwritable; what was written before stays, and nothing of `text`. */
  write(text: string): void;
  /** Throws Unwritable. */
  close(): void;
}
/** The message is a sentence for the user. */
export class Unwritable extends Error {}

/**
 * `name` is the path as the user wrote it. A new file is readable by its owner only, and its folder is made. Throws
 * ProblemError where it cannot be written, or is there and no report.
 */
export function openReportFile(path: string, name: string, append: boolean): ReportFile {
  const file = openFile(path, name, append);
  try {
    const found = fstatSync(file);
    if (found.isFile() && !append && !isReport(beginning(file))) throw foreign(name);
    return reportFile(file, found, path, name);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openFile(path: string, name: string, append: boolean): number {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (!there) mkdirSync(dirname(path), { recursive: true });
    if (there?.isBlockDevice()) throw foreign(name);
    // A pipe that nobody reads would hold up the run before it starts.
    if (there?.isFIFO() || there?.isCharacterDevice())
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const access = append ? constants.O_WRONLY | constants.O_APPEND : constants.O_RDWR;
    // A new file is made by its own name: a link in a checkout may lead to anywhere.
    return openSync(path, access | (there ? 0 : constants.O_CREAT | constants.O_EXCL), 0o600);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError([new Problem('REPORT_UNWRITABLE', unwritable(name, error))]);
  }
}

function beginning(file: number): string {
  const bytes = Buffer.alloc(longestMark);
  return bytes.toString('utf8', 0, readSync(file, bytes, 0, longestMark, 0));
}

function foreign(name: string): ProblemError {
  return new ProblemError([
    new Problem(
      'REPORT_NOT_OURS',
      `The report "${name}" would be written over something that is no report of why401.`,
      { fix: 'Name another file, or delete this one if it is not needed.' },
    ),
  ]);
}

function reportFile(file: number, found: Stats, path: string, name: string): ReportFile {
  const isFile = found.isFile();
  const attempt = (task: () => void): void => {
    try {
      task();
    } catch (error) {
      throw new Unwritable(unwritable(name, error));
    }
  };
  return {
    isTTY: false,
    color: false,
    width: 100,
    id: isFile ? fileId(found) : null,
    empty: () => attempt(() => isFile && ftruncateSync(file)),
    write: (text) =>
      attempt(() => {
        const before = isFile ? fstatSync(file).size : 0;
        try {
          writeWhole(file, text);
        } catch (error) {
          // Half a report might be taken for a whole one.
          if (isFile) ftruncateSync(file, before);
          throw error;
        }
      }),
    close: () =>
      attempt(() => {
        closeSync(file);
        const there = isFile ? statSync(path, { throwIfNoEntry: false }) : found;
        if (!there || (isFile && fileId(there) !== fileId(found)))
          throw new Error('it was removed or replaced during the run');
      }),
  };
}

/** Milliseconds between two attempts at a pipe that is full, and without any progress. */
const pause = 5;
const patience = 10_000;

/** The system may take a part only. */
export function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  let waited = 0;
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(file, bytes, done);
      waited = 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || waited > patience) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
      waited += pause;
    }
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file would be larger than is allowed',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'what should be its folder is a file',
  EEXIST: 'what should be its folder is a file',
  EPIPE: 'its reader has gone',
  ENXIO: 'nobody reads the pipe',
  EAGAIN: 'its reader takes nothing',
};

/** Why something cannot be written, in a few words. */
export function writeFailure(error: unknown): string {
  const { code = '', message, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST' && syscall === 'open') return 'it is a link that leads to no file';
  return Object.hasOwn(reasons, code) ? String(reasons[code]) : message;
}

function unwritable(name: string, error: unknown): string {
  return `The report "${name}" cannot be written: ${writeFailure(error)}.`;
}
