/** A TLS server that tells by an alert what it thinks of a client certificate. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from './certificates.ts';

/** `openssl s_server`, for Node's own server sends no alert about client certificates; null where it is missing. */
export async function startOpenssl(
  identity: Identity,
  ca: string,
): Promise<{ readonly address: string; stop(): void } | null> {
  const folder = await mkdtemp(join(tmpdir(), 'tls-'));
  for (const [file, text] of Object.entries({ cert: identity.cert, key: identity.key, ca })) {
    await writeFile(join(folder, file), text);
  }
  const options = '-accept 0 -cert cert -key key -CAfile ca -Verify 1 -verify_return_error -www -tls1_3';
  const child = spawn('openssl', ['s_server', ...options.split(' ')], { cwd: folder });
  const port = await new Promise<string | null>((resolve) => {
    let output = '';
    child.once('error', () => resolve(null));
    child.once('exit', () => resolve(null));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const accepting = /ACCEPT \S*:(\d+)/.exec(output)?.[1];
      if (accepting !== undefined) resolve(accepting);
    });
  });
  const stop = (): void => {
    child.kill();
    void rm(folder, { recursive: true, force: true });
  };
  if (port !== null) return { address: `127.0.0.1:${port}`, stop };
  stop();
  return null;
}
