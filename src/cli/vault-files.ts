/** Files that are whole or not there, and one writer at a time. */
import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Clock, Random } from '../doors.ts';
import { Problem, ProblemError } from '../problem.ts';

/** A new file that only its owner may read; an error where there is one. */
export async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The old text or the new one, never a part. */
export async function replaceFile(path: string, text: string, random: Random): Promise<void> {
  const next = `${path}.${random.uuid()}`;
  try {
    await writeNew(next, text);
    await rename(next, path);
  } catch (error) {
    await unlink(next).catch(() => undefined);
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): ProblemError {
  return new ProblemError([
    new Problem('VAULT_UNWRITABLE', `The file ${path} cannot be written: ${(error as Error).message}.`, {
      fix: 'Let its folder be writable by you, or set XDG_STATE_HOME to another one.',
    }),
  ]);
}

export type Lock = <T>(task: () => Promise<T>) => Promise<T>;

/** Milliseconds. */
const retry = 50;
const patience = 10_000;
/** Nobody holds the lock for so long; a machine that went down does. */
const longestHeld = 60_000;

/** A file that says who is at work; that of a process which has gone is taken away. */
export function createLock(path: string, clock: Clock, random: Random): Lock {
  return async (task) => {
    const mine = JSON.stringify({ pid: process.pid, host: hostname(), at: clock.now(), id: random.uuid() });
    for (let waited = 0; !(await taken(path, `${path}.${random.uuid()}`, mine)); waited += retry) {
      if (waited > patience) throw busy(path);
      const holder = await readFile(path, 'utf8').catch(() => null);
      if (holder !== null && isOver(holder, clock.now())) await takeAway(path, holder, random);
      else await clock.sleep(retry);
    }
    try {
      return await task();
    } finally {
      await unlink(path).catch(() => undefined);
    }
  };
}

/** `own` is written before it is there under the name of the lock: nobody sees an empty one. */
async function taken(path: string, own: string, mine: string): Promise<boolean> {
  try {
    await writeNew(own, mine);
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(path, error);
  } finally {
    await unlink(own).catch(() => undefined);
  }
}

function isOver(holder: string, now: number): boolean {
  const { pid, host, at } = holderOf(holder);
  if (now - at > longestHeld) return true;
  return host === hostname() && !isRunning(pid);
}

function holderOf(text: string): { readonly pid: number; readonly host: string; readonly at: number } {
  try {
    const { pid, host, at } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid === 'number' && typeof host === 'string' && typeof at === 'number')
      return { pid, host, at };
  } catch {
    // Not ours: as one that is over.
  }
  return { pid: 0, host: '', at: 0 };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Another process may have done it already, and be the holder now: then its lock is put back. */
async function takeAway(path: string, holder: string, random: Random): Promise<void> {
  const aside = `${path}.${random.uuid()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readFile(aside, 'utf8').catch(() => holder);
  if (moved !== holder) await link(aside, path).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}

function busy(path: string): ProblemError {
  return new ProblemError([
    new Problem('VAULT_BUSY', `Another run is at work on the vault: ${path} is there.`, {
      fix: 'Wait until it has ended; delete the file if there is none.',
    }),
  ]);
}
