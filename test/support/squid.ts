/** A real squid on loopback, as forward proxy, with a configuration of the test. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, daemonFolder, startDaemon } from './daemon.ts';

export interface SquidOptions {
  readonly program: string;
  readonly port: number;
  /** `auth_param`, `acl`, `http_access` and the like. `{folder}` is where `files` are. */
  readonly configuration: string;
  readonly files?: Readonly<Record<string, string>>;
}

export async function startSquid(options: SquidOptions): Promise<Daemon> {
  const folder = daemonFolder('squid');
  // Started by root, squid works as another user, who writes here.
  chmodSync(folder, 0o777);
  for (const [name, content] of Object.entries(options.files ?? {}))
    writeFileSync(join(folder, name), content);
  const configuration = `http_port 127.0.0.1:${options.port}
visible_hostname proxy.example.test
pid_filename ${folder}/squid.pid
coredump_dir ${folder}
cache_log ${folder}/error.log
access_log none
cache deny all
pinger_enable off
shutdown_lifetime 0 seconds
${options.configuration.replaceAll('{folder}', folder)}
`;
  const file = join(folder, 'squid.conf');
  writeFileSync(file, configuration);
  return startDaemon(options.program, ['-N', '-n', `why401${options.port}`, '-f', file], folder, [
    options.port,
  ]);
}
