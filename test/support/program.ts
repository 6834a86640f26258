/** A server written in another language, run from a file of its own, as one origin of the test. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Daemon, daemonFolder, freePort, startDaemon } from './daemon.ts';
import { originTo } from './forward.ts';
import type { Origins } from './origins.ts';

export interface ProgramOptions {
  readonly name: string;
  readonly program: string;
  /** `{port}`, `{folder}` and `{given}` (JSON) are filled in. */
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly given?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it behind `origin`, with TLS in front of it, X-Forwarded-Proto set. */
export async function serveProgram(
  origins: Origins,
  origin: string,
  options: ProgramOptions,
): Promise<Daemon> {
  const daemon = await startProgram(options);
  await origins.serve(origin, originTo(daemon.port));
  return daemon;
}

/** Starts it at `port` of 127.0.0.1, in plain http. */
export async function startProgram(options: ProgramOptions): Promise<Daemon & { readonly port: number }> {
  const folder = daemonFolder(options.name);
  for (const [name, content] of Object.entries(options.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const port = await freePort();
  const given = JSON.stringify({ ...options.given, port, folder });
  const args = options.args.map((each) =>
    each.replace('{given}', given).replace('{port}', String(port)).replace('{folder}', folder),
  );
  const daemon = await startDaemon(options.program, args, folder, [port], options.env);
  return { ...daemon, port };
}
