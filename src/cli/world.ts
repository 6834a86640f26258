/** The process, as the commands see it; the only users of `process` are here and in main.ts. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random, Sink, Spool } from '../doors.ts';
import { createOutput, type Output } from './output.ts';
import { openReportFile, type ReportFile } from './report-file.ts';
import { openSpool } from './spool.ts';

export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The number of the effective user; null on Windows, which has none. */
  readonly user: number | null;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** stdout for what programs read: what is written is written as it is. Absent: stdout itself. */
  readonly exact?: Sink;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, and by an error that nobody caught. */
  readonly signal: AbortSignal;
  /** That error, in an array of its own: it may be anything. Absent: not known. */
  readonly uncaught?: () => readonly unknown[];
  /** See `openReportFile`. */
  openFile(path: string, name: string, append: boolean): ReportFile;
  /** See there. Absent: what is put aside stays in memory. */
  readonly openSpool?: () => Spool;
}
export interface ProcessWorld extends World {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The world of this process. */
export function processWorld(
  signal: AbortSignal,
  uncaught: () => readonly unknown[] = () => [],
): ProcessWorld {
  const { env } = process;
  const random: Random = {
    uuid: () => randomUUID(),
    token: (bytes) => randomBytes(bytes).toString('base64url'),
  };
  return {
    env,
    cwd: process.cwd(),
    user: process.geteuid?.() ?? null,
    stdout: createOutput(process.stdout, 1, env),
    stderr: createOutput(process.stderr, 2, env),
    clock: systemClock(),
    random,
    signal,
    uncaught,
    openFile: openReportFile,
    openSpool: () => openSpool(random),
  };
}

/** Milliseconds; a timer of Node that is set later rings at once. */
const longestTimer = 2 ** 31 - 1;

function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    busy: () => performance.eventLoopUtilization().active,
    async sleep(ms, signal) {
      try {
        for (let left = ms; left > 0; left -= longestTimer)
          await delay(Math.min(left, longestTimer), undefined, signal ? { signal } : undefined);
      } catch {
        // Woken early: the caller looks at the signal.
      }
    },
  };
}
