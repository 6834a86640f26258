/** What a command prints: where the reader has gone it falls silent, and what else keeps it from being read is known. */
import { fstatSync } from 'node:fs';
import type { Sink } from '../doors.ts';
import { writeFailure, writeWhole } from './report-file.ts';

export interface Output extends Sink {
  /** Why not all of it could be written, or null. A reader that has gone did not want it. */
  lost(): string | null;
  /** Resolves when all of it is written, or cannot be. */
  flushed(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function createOutput(stream: NodeJS.WriteStream, file: number, env: Variables): Output {
  const isTTY = stream.isTTY === true;
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const isFile = !isTTY && isRegular(file);
  let silent = false;
  let lost: string | null = null;
  const failed = (error: unknown): void => {
    silent = true;
    if (!gone.has((error as NodeJS.ErrnoException).code ?? '')) lost ??= writeFailure(error);
  };
  stream.on('error', failed);
  return {
    isTTY,
    color: forced || (isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'),
    get width() {
      return stream.columns ?? (Number(env['COLUMNS']) || 100);
    },
    write(text) {
      if (silent) return;
      // The stream of a file does not see that a part was written only.
      try {
        if (isFile) writeWhole(file, text);
        else stream.write(text);
      } catch (error) {
        failed(error);
      }
    },
    lost: () => lost,
    flushed: () =>
      new Promise((resolve) => {
        if (silent || isFile) resolve();
        else stream.write('', () => setImmediate(resolve));
      }),
  };
}

const gone: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

function isRegular(file: number): boolean {
  try {
    return fstatSync(file).isFile();
  } catch {
    return false;
  }
}
