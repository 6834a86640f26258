/** The process, as the commands see it; the only users of `process` are here and in main.ts. */
import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random, Sink } from '../doors.ts';

export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** A sink that writes a file, over an earlier one or behind it; a new file is readable by its owner only. */
  openFile(path: string, append: boolean): FileSink;
}
export interface FileSink extends Sink {
  close(): void;
}

/** The world of this process. */
export function processWorld(signal: AbortSignal): World {
  const { env } = process;
  return {
    env,
    cwd: process.cwd(),
    stdout: streamSink(process.stdout, env),
    stderr: streamSink(process.stderr, env),
    clock: systemClock(),
    random: { uuid: () => randomUUID(), token: (bytes) => randomBytes(bytes).toString('base64url') },
    signal,
    openFile,
  };
}

/** Milliseconds; a timer of Node that is set later rings at once. */
const longestTimer = 2 ** 31 - 1;

function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
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

function streamSink(stream: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>): Sink {
  const isTTY = stream.isTTY === true;
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  return {
    isTTY,
    color: forced || (isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'),
    get width() {
      return stream.columns ?? (Number(env['COLUMNS']) || 100);
    },
    write(text) {
      stream.write(text);
    },
  };
}

function openFile(path: string, append: boolean): FileSink {
  const file = openSync(path, append ? 'a' : 'w', 0o600);
  return {
    isTTY: false,
    color: false,
    width: 100,
    write(text) {
      writeSync(file, text);
    },
    close() {
      closeSync(file);
    },
  };
}
