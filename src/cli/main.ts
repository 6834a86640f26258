#!/usr/bin/env node
/** The bin file: process to world, exit code to process. */
import module from 'node:module';
import { version } from './version.ts';

// Not in Node 20.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
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
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe has gone: there is nobody left to tell.
    if (error.code === 'EPIPE') process.exit(stop.signal.aborted ? 130 : 1);
    throw error;
  });
  const { cli } = await import('./cli.ts');
  const { processWorld } = await import('./world.ts');
  process.exitCode = await cli(argv, processWorld(stop.signal));
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
}
