/** A real lighttpd on loopback with a configuration of the test. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, daemonFolder, startDaemon } from './daemon.ts';

export interface LighttpdOptions {
  readonly program: string;
  readonly port: number;
  readonly modules: readonly string[];
  /** `{folder}` is where `files` are. */
  readonly configuration: string;
  readonly files?: Readonly<Record<string, string>>;
}

export async function startLighttpd(options: LighttpdOptions): Promise<Daemon> {
  const folder = daemonFolder('lighttpd');
  for (const [name, content] of Object.entries(options.files ?? {}))
    writeFileSync(join(folder, name), content);
  const configuration = `server.modules = ( ${options.modules.map((name) => `"${name}"`).join(', ')} )
server.document-root = "${folder}"
server.bind = "127.0.0.1"
server.port = ${options.port}
server.errorlog = "${folder}/error.log"
${options.configuration.replaceAll('{folder}', folder)}
`;
  const file = join(folder, 'lighttpd.conf');
  writeFileSync(file, configuration);
  return startDaemon(options.program, ['-D', '-f', file], folder, [options.port]);
}
