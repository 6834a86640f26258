#!/usr/bin/env node
/** The bin file: process to world, exit code to process. */
import module from 'node:module';
import { lackOf, lackText } from './lack.ts';
import { version } from './version.ts';

// Not in Node 20.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.exitCode = 3;
  });
  process.stdout.write(`${version()}\n`);
} else {
  await start();
}

async function start(): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('interrupted'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  // The run ends as one that is interrupted, so that what ran is reported.
  const uncaught: unknown[] = [];
  process.on('uncaughtException', (error: unknown) => {
    uncaught.push(error);
    process.exitCode = lackOf(error) ? 3 : 70;
    stop.abort(new Error('a bug of why401'));
  });
  // A file that may not grow: the write fails, and that is told.
  process.on('SIGXFSZ', () => {});
  const parts = await Promise.all([import('./cli.ts'), import('./world.ts'), import('./bug.ts')]).catch(
    (error: unknown) => {
      const lack = lackOf(error);
      if (!lack) throw error;
      process.stderr.write(lackText(lack));
      process.exit(3);
    },
  );
  const [{ cli }, { processWorld }, { tellUncaught }] = parts;
  const world = processWorld(stop.signal, () => uncaught);
  // Where the bug leaves nothing to wait for, nobody else tells it.
  const unfinished = (): void => tellUncaught(uncaught, world);
  process.on('exit', unfinished);
  const code = await cli(argv, world);
  process.off('exit', unfinished);
  for (const signal of signals) process.off(signal, interrupt);
  await Promise.all([world.stdout.flushed(), world.stderr.flushed()]);
  const lost = world.stdout.lost();
  if (lost !== null) world.stderr.write(`why401: not all of the output could be written: ${lost}.\n`);
  process.exitCode = code === 0 && lost !== null ? 3 : code;
}
