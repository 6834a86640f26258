/** An application that is a program of its own; requests are handed on to it as they came. */
import { writeFileSync } from 'node:fs';
import { type RequestListener, request as send } from 'node:http';
import { join } from 'node:path';
import { daemonFolder, freePort, startDaemon } from '../../../support/daemon.ts';
import { type Application, fetchKeys, publicKey, type Settings } from '../../jwt/middleware.ts';

/** What the program is given as JSON, its port included. */
export type Given = { readonly [key: string]: unknown };

export interface Program {
  readonly interpreter: string;
  readonly file: string;
  readonly text: string;
  /** Arguments before and after the file. */
  arguments(file: string, port: number, given: string): readonly string[];
}

export async function startProgram(
  program: Program,
  settings: Settings,
  given: Given = {},
): Promise<Application> {
  const folder = daemonFolder('after');
  const port = await freePort();
  const file = join(folder, program.file);
  writeFileSync(file, program.text);
  const { revoked, forbidden, ...plain } = settings;
  const all = { ...plain, revoked: [...revoked], forbidden: [...forbidden], ...given, port };
  const json = JSON.stringify(all);
  const args = program.arguments(file, port, json);
  const daemon = await startDaemon(program.interpreter, args, folder, [port], { GIVEN: json });
  return { listener: handOn(port), close: () => daemon.stop() };
}

/** Public keys in PEM by their id, as they are at the start. */
export async function pemKeys({ jwksUri }: Settings): Promise<Given> {
  const entries = (await fetchKeys(jwksUri)).map((jwk) => [
    jwk.kid ?? '',
    publicKey(jwk).export({ type: 'spki', format: 'pem' }).toString(),
  ]);
  return Object.fromEntries(entries);
}

function handOn(port: number): RequestListener {
  return (request, response) => {
    const { method, url: path, rawHeaders: headers } = request;
    const onward = send({ port, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
      // The scene says what time it is there.
      const fields = answer.rawHeaders.filter(
        (_text, index, raw) => raw[index - (index % 2)]?.toLowerCase() !== 'date',
      );
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, fields);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    onward.end();
  };
}
