/** Everybody whom a run has no business with: one server under every name that is not served, which keeps all it gets. */
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Transport } from '../../src/model.ts';
import { formsOf } from './hostile.ts';
import type { Origins } from './origins.ts';

export interface StrangerRequest {
  /** `GET https://evil.test/path`. */
  readonly line: string;
  /** Names of fields, lower case. */
  readonly fields: readonly string[];
  /** All of it. */
  readonly text: string;
  /** Common name of the client certificate. */
  readonly certificate: string | null;
}
export interface Stranger {
  readonly port: number;
  /** Settings of an environment to which every name that `origins` does not serve is this server, good certificate or not. */
  reach(): Pick<Transport, 'connectTo' | 'insecure'>;
  readonly requests: StrangerRequest[];
  /** Connections so far, whatever came of them. */
  connections: number;
  /** `form of secret` in all that came; empty: nothing leaked. */
  leaks(secrets: Readonly<Record<string, string>>): string[];
  /** Answers from now on; at first 404. */
  use(listener: RequestListener): void;
  close(): Promise<void>;
}

export async function startStranger(origins: Origins): Promise<Stranger> {
  const requests: StrangerRequest[] = [];
  const sockets = new Set<Socket>();
  let answer: RequestListener = (_request, response) => {
    response.writeHead(404).end();
  };
  const listener: RequestListener = (request, response) => {
    const { socket, rawHeaders, method, url } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const secure = socket instanceof TLSSocket;
      const peer = secure ? socket.getPeerCertificate() : null;
      const line = `${method} ${secure ? 'https' : 'http'}://${request.headers.host}${url}`;
      requests.push({
        line,
        fields: rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()),
        text: [line, ...rawHeaders, Buffer.concat(chunks).toString('latin1')].join('\n'),
        certificate: String(peer?.subject?.CN ?? '') || null,
      });
      answer(request, response);
    });
  };
  const identity = await origins.authority.issue(['stranger.test']);
  const tls = { ...identity, ca: origins.authority.ca, requestCert: true, rejectUnauthorized: false };
  const servers = [createHttp(listener), createHttps(tls, listener)];
  const [plain = 0, secure = 0] = await Promise.all(servers.map(listen));
  const door = createServer((socket) => {
    stranger.connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (first: Buffer) => {
      socket.pause();
      const inner = connect(first[0] === 0x16 ? secure : plain, '127.0.0.1');
      inner.on('error', () => socket.destroy());
      socket.on('close', () => inner.destroy());
      inner.write(first);
      inner.pipe(socket).pipe(inner);
    });
  });
  const port = await listen(door);
  const stranger: Stranger = {
    port,
    reach: () => ({
      connectTo: new Map([...origins.transport.connectTo, ['', `127.0.0.1:${port}`]]),
      insecure: true,
    }),
    requests,
    connections: 0,
    leaks(secrets) {
      const text = requests.map((each) => each.text).join('\n');
      return Object.entries(secrets).flatMap(([name, secret]) =>
        [...formsOf(secret)].flatMap(([form, shown]) => (text.includes(shown) ? [`${form} of ${name}`] : [])),
      );
    },
    use: (given) => {
      answer = given;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const server of [door, ...servers]) await new Promise((resolve) => server.close(resolve));
    },
  };
  return stranger;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
