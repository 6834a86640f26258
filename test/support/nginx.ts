/** A real nginx on loopback with a configuration of the test. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, daemonFolder, startDaemon } from './daemon.ts';

export interface NginxOptions {
  readonly program: string;
  /** Ports on 127.0.0.1 at which the servers of `http` listen. */
  readonly ports: readonly number[];
  /** Content of the `http` block. */
  readonly http: string;
  /** Further files: name to content. `{folder}` in `http` is where they are. */
  readonly files?: Readonly<Record<string, string>>;
  /** Directives outside of all blocks: `load_module`. */
  readonly main?: string;
}

export async function startNginx(options: NginxOptions): Promise<Daemon> {
  const folder = daemonFolder('nginx');
  // Started by root, nginx works as another user, who reads password files.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'logs'));
  for (const [name, content] of Object.entries(options.files ?? {}))
    writeFileSync(join(folder, name), content);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = `
${options.main ?? ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 64; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${options.http.replaceAll('{folder}', folder)}
}
`;
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration);
  return startDaemon(options.program, ['-p', folder, '-c', file, '-e', 'stderr'], folder, options.ports);
}
