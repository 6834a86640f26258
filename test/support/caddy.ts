/** A real caddy on loopback with a Caddyfile of the test. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, daemonFolder, startDaemon } from './daemon.ts';

export interface CaddyOptions {
  readonly program: string;
  readonly port: number;
  /** Directives of the one site, which is plain http. */
  readonly site: string;
  /** Further global options. */
  readonly global?: string;
}

export async function startCaddy(options: CaddyOptions): Promise<Daemon> {
  const folder = daemonFolder('caddy');
  const file = join(folder, 'Caddyfile');
  writeFileSync(
    file,
    `{
  admin off
  auto_https off
  ${options.global ?? ''}
}
http://:${options.port} {
  bind 127.0.0.1
  ${options.site}
}
`,
  );
  const args = ['run', '--adapter', 'caddyfile', '--config', file];
  // What it stores goes with the folder.
  const env = { XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  return startDaemon(options.program, args, folder, [options.port], env);
}
