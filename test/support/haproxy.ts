/** A real haproxy on loopback with a configuration of the test. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, daemonFolder, startDaemon } from './daemon.ts';

export interface HaproxyOptions {
  readonly program: string;
  /** Ports on 127.0.0.1 at which it listens. */
  readonly ports: readonly number[];
  /** Sections after `global` and `defaults`. `{folder}` is where `files` are. */
  readonly configuration: string;
  /** Further lines of `global`. */
  readonly global?: string;
  readonly files?: Readonly<Record<string, string>>;
}

export async function startHaproxy(options: HaproxyOptions): Promise<Daemon> {
  const folder = daemonFolder('haproxy');
  for (const [name, content] of Object.entries(options.files ?? {}))
    writeFileSync(join(folder, name), content);
  const configuration = `global
  maxconn 64
  ${options.global ?? ''}
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
${options.configuration.replaceAll('{folder}', folder)}
`;
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration);
  return startDaemon(options.program, ['-db', '-f', file], folder, options.ports);
}
