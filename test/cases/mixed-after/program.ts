/** An application that is a program of its own, as what stands at the origin of a case. */
import { writeFileSync } from 'node:fs';
import { type RequestListener, request as send } from 'node:http';
import { join } from 'node:path';
import { daemonFolder, freePort, startDaemon } from '../../support/daemon.ts';
import type { Stage } from '../../support/stage.ts';
import type { Fault, Front, Site } from '../servers/fault.ts';

/** What the program is given as JSON, its port included. */
export type Given = { readonly [key: string]: unknown };

export interface Program {
  readonly interpreter: string;
  /** Name of the file that holds `text`. */
  readonly file: string;
  readonly text: string;
  /** After the file; the program finds the JSON in the variable GIVEN as well. */
  arguments(port: number, given: string): readonly string[];
}

/** `given`: what it is started with, while it fails and after. */
export function runs(program: Program, given: (site: Site, healed: boolean) => Given): Fault['front'] {
  return (site, healed) => start(program, given(site, healed));
}

async function start(program: Program, given: Given): Promise<Front> {
  const [port, folder] = [await freePort(), daemonFolder('mixed')];
  const file = join(folder, program.file);
  writeFileSync(file, program.text);
  const json = JSON.stringify({ ...given, port });
  const args = [file, ...program.arguments(port, json)];
  const daemon = await startDaemon(program.interpreter, args, folder, [port], { GIVEN: json });
  return { ports: { api: port, www: port, entry: port }, stop: daemon.stop };
}

/** As what answers at an origin of a stage. */
export async function listens(stage: Stage, program: Program, given: Given): Promise<RequestListener> {
  const front = await start(program, given);
  stage.onClose(front.stop);
  return (request, response) => {
    const { method, url: path, rawHeaders: headers } = request;
    const { api: port = 0 } = front.ports;
    const onward = send({ port, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  };
}

export function python(text: string): Program {
  return { interpreter: '/usr/bin/python3', file: 'app.py', text, arguments: (_port, given) => [given] };
}
export function ruby(text: string): Program {
  return { interpreter: '/usr/bin/ruby', file: 'app.rb', text, arguments: (_port, given) => [given] };
}
export function mojolicious(text: string): Program {
  return {
    interpreter: '/usr/bin/perl',
    file: 'app.pl',
    text,
    arguments: (port) => ['daemon', '-m', 'production', '-l', `http://127.0.0.1:${port}`],
  };
}
