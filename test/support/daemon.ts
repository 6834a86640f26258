/** A server program in the foreground, ended by its process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Daemon {
  readonly folder: string;
  /** Ends the program and removes its folder. */
  stop(): Promise<void>;
}

/** A new folder that the server's own user may enter. */
export function daemonFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `why401-${name}-`));
}

/** Below the ports that the system gives to connections, and begun elsewhere by each process of the tests. */
const ports = { first: 10_000, count: 20_000 };
let tried = (process.pid * 7919) % ports.count;

/** A port on 127.0.0.1 that is free now, and that nobody else is given meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = ports.first + (tried++ % ports.count);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Starts `program` and resolves as soon as every port accepts connections. Rejects with its output if it ends before. */
export async function startDaemon(
  program: string,
  args: readonly string[],
  folder: string,
  ports: readonly number[],
  env: Readonly<Record<string, string>> = {},
): Promise<Daemon> {
  // A group of its own: what the program starts itself (Apache's cgid) is ended with it.
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => output.push(data.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const abandon = (): void => endGroup(child);
  process.once('exit', abandon);
  const stop = async (): Promise<void> => {
    if (!hasEnded(child)) child.kill('SIGTERM');
    const patience = setTimeout(abandon, 5_000);
    await ended;
    clearTimeout(patience);
    abandon();
    process.removeListener('exit', abandon);
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const port of ports) {
    while (!(await accepts(port))) {
      if (hasEnded(child)) {
        const log = join(folder, 'error.log');
        if (existsSync(log)) output.push(readFileSync(log, 'utf8'));
        await stop();
        throw new Error(`${program} ended at once:\n${output.join('')}`);
      }
      await delay(20);
    }
  }
  return { folder, stop };
}

/** Ends what is left of the program's process group, at once. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
