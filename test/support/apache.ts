/** A real Apache httpd on loopback with a configuration of the test. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, daemonFolder, startDaemon } from './daemon.ts';

export interface ApacheOptions {
  readonly program: string;
  /** Ports on 127.0.0.1 that are listened at. */
  readonly ports: readonly number[];
  /** Modules beside those that every configuration needs: `proxy`, `auth_basic`. */
  readonly modules: readonly string[];
  /** Virtual hosts and the like. `{folder}` is where `files` are. */
  readonly configuration: string;
  /** Further files: name to content; names ending in `.cgi` become executable. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Where Debian keeps them. */
const modules = '/usr/lib/apache2/modules';

export async function startApache(options: ApacheOptions): Promise<Daemon> {
  const folder = daemonFolder('apache');
  chmodSync(folder, 0o755);
  for (const [name, content] of Object.entries(options.files ?? {})) {
    writeFileSync(join(folder, name), content, { mode: name.endsWith('.cgi') ? 0o755 : 0o644 });
  }
  const loaded = ['mpm_event', 'authz_core', ...options.modules];
  const configuration = `
ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/httpd.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
User www-data
Group www-data
StartServers 1
${loaded.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${options.ports.map((port) => `Listen 127.0.0.1:${port}`).join('\n')}
${options.configuration.replaceAll('{folder}', folder)}
`;
  const file = join(folder, 'httpd.conf');
  writeFileSync(file, configuration);
  return startDaemon(options.program, ['-X', '-f', file], folder, options.ports);
}
