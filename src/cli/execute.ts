/** Runs a program: no shell, a process group of its own, so that it can be ended with all it started. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Execute, Executed } from '../doors.ts';

/** Milliseconds between the polite signal and the last one. */
const grace = 2_000;
/** Milliseconds in which what was printed before the end is read. */
const linger = 500;

/** Milliseconds: a timer beyond it ends at once. */
const longestTimer = 2 ** 31 - 1;

type End = Executed['end'];

/** Leaders of the groups that are at work: this process does not end before them. */
const running = new Set<number>();

function endAll(): void {
  for (const leader of running) signalGroup(leader, 'SIGKILL');
}

/** Returns what is to be called when it has ended. */
function atWork(leader: number | undefined): () => void {
  if (leader === undefined) return () => {};
  if (running.size === 0) process.once('exit', endAll);
  running.add(leader);
  return () => {
    running.delete(leader);
    if (running.size === 0) process.off('exit', endAll);
  };
}

export function createExecute(env: Readonly<Record<string, string | undefined>>): Execute {
  return (execution) =>
    new Promise((resolve) => {
      const { timeout, outputLimit, signal } = execution;
      const out = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
      const text = (stream: 'stdout' | 'stderr'): string => Buffer.concat(out[stream]).toString('utf8');
      if (signal?.aborted) {
        resolve({ end: { kind: 'aborted' }, stdout: '', stderr: '' });
        return;
      }
      const child = start(execution, env);
      if ('code' in child) {
        resolve({ end: { kind: 'unstarted', code: child.code }, stdout: '', stderr: '' });
        return;
      }
      const over = atWork(child.pid);
      let ending: End | null = null;
      let last: NodeJS.Timeout | null = null;
      const stop = (kind: 'timeout' | 'output-limit' | 'aborted'): void => {
        if (ending) return;
        ending = { kind };
        signalGroup(child.pid, 'SIGTERM');
        last = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), grace);
      };
      const timer = setTimeout(() => stop('timeout'), Math.min(timeout, longestTimer));
      const abort = (): void => stop('aborted');
      signal?.addEventListener('abort', abort, { once: true });
      const done = (end: End): void => {
        clearTimeout(timer);
        if (last) clearTimeout(last);
        signal?.removeEventListener('abort', abort);
        over();
        resolve({ end, stdout: text('stdout'), stderr: text('stderr') });
      };
      const take = (stream: 'stdout' | 'stderr') => {
        let bytes = 0;
        return (chunk: Buffer): void => {
          bytes += chunk.length;
          if (bytes <= outputLimit) out[stream].push(chunk);
          else if (stream === 'stdout') stop('output-limit');
        };
      };
      child.stdout.on('data', take('stdout'));
      child.stderr.on('data', take('stderr'));
      child.once('error', (error: NodeJS.ErrnoException) =>
        done({ kind: 'unstarted', code: error.code ?? error.message }),
      );
      child.once('exit', () => {
        if (last) clearTimeout(last);
        if (ending) signalGroup(child.pid, 'SIGKILL');
        // An agent that it left behind may hold the pipes open for ever.
        last = setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, linger);
      });
      child.once('close', (code, name) =>
        done(
          ending ??
            (code === null ? { kind: 'killed', signal: name ?? 'a signal' } : { kind: 'exited', code }),
        ),
      );
    });
}

type Started = ReturnType<typeof spawn> & { readonly stdout: Readable; readonly stderr: Readable };

/** Some of what keeps a program from starting is thrown: arguments that are too long, no memory, a NUL. */
function start(
  { command, args, cwd, env: own }: Parameters<Execute>[0],
  env: Readonly<Record<string, string | undefined>>,
): Started | { readonly code: string } {
  try {
    return spawn(command, [...args], {
      cwd,
      env: { ...env, ...own },
      shell: false,
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { code: code ?? message };
  }
}

/** A group whose leader has gone may still be there. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It has ended by itself.
  }
}
