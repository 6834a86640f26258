/** A file without a name for what a run puts aside: nothing of it is left, however the process ends. */
import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random, Spool } from '../doors.ts';

/** Throws where the folder for temporary files takes none. */
export function openSpool(random: Random): Spool {
  const path = join(tmpdir(), `why401-${random.token(16)}`);
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  const kept = !remove(path);
  let size = 0;
  return {
    append(bytes) {
      for (let done = 0; done < bytes.length; )
        done += writeSync(file, bytes, done, bytes.length - done, size + done);
      size += bytes.length;
    },
    read(at, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const read = readSync(file, bytes, done, length - done, at + done);
        if (read === 0) throw new Error('what was put aside is not there any more');
        done += read;
      }
      return bytes;
    },
    close() {
      closeSync(file);
      if (kept) remove(path);
    },
  };
}

/** false where a file that is open keeps its name (Windows). */
function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}
