/** A real varnish on loopback in front of one backend. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonFolder, freePort, startDaemon } from './daemon.ts';
import { findProgram } from './require.ts';

/** `lines`: VCL beside the backend; `parameters`: `http_req_hdr_len=2k`. */
export async function startVarnish(
  backend: number,
  lines: string,
  parameters: readonly string[] = [],
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const [port, folder] = [await freePort(), daemonFolder('varnish')];
  const file = join(folder, 'default.vcl');
  writeFileSync(file, `vcl 4.1;\nbackend default { .host = "127.0.0.1"; .port = "${backend}"; }\n${lines}\n`);
  const program = findProgram('varnishd') ?? '/usr/sbin/varnishd';
  const place = join(folder, 'work');
  const args = ['-F', '-j', 'none', '-n', place, '-a', `127.0.0.1:${port}`, '-T', 'none', '-f', file];
  const daemon = await startDaemon(
    program,
    [...args, '-s', 'malloc,8m', ...parameters.flatMap((each) => ['-p', each])],
    folder,
    [port],
  );
  return { port, stop: daemon.stop };
}
