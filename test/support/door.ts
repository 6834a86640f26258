/**
 * A door in front of a server: it ends TLS where it has a certificate, passes all bytes on unchanged, and writes down
 * each request head that came in. Whatever the server behind does with a request, the door has seen it.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Received } from '../cases/case.ts';
import type { Identity } from './certificates.ts';

export interface DoorOptions {
  /** Under which clients know it. */
  readonly origin: string;
  /** Ends TLS with it; null: passes bytes on as they are, and reads them as plain HTTP. */
  readonly identity: Identity | null;
  /** Fields, in lower case, that count as credentials. */
  readonly credentials: readonly string[];
}
export interface Door {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly received: Received[];
  /** Where connections lead from now on: a port on 127.0.0.1. */
  lead(port: number): void;
  close(): Promise<void>;
}

export async function openDoor(options: DoorOptions): Promise<Door> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let target = 0;
  const onConnection = (client: Socket): void => {
    const server = connect(target, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => sockets.delete(socket));
    }
    const read = requestReader((head) => received.push(describeHead(head, options)));
    client.on('data', (data: Buffer) => {
      read(data);
      server.write(data);
    });
    server.on('data', (data: Buffer) => client.write(data));
    client.on('end', () => server.end());
    // What the server said before it closed or reset still goes out.
    for (const event of ['end', 'error', 'close']) server.on(event, () => client.end());
    for (const event of ['error', 'close']) client.on(event, () => server.destroy());
  };
  const door: Server = options.identity
    ? createTlsServer({ ...options.identity, ALPNProtocols: ['http/1.1'] }, onConnection)
    : createServer({ allowHalfOpen: true }, onConnection);
  door.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return {
    port: (door.address() as AddressInfo).port,
    received,
    lead(port) {
      target = port;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => door.close(resolve));
    },
  };
}

/** Cuts a stream of requests into heads; bodies are counted by Content-Length, or end with the last chunk. */
function requestReader(onHead: (head: string) => void): (data: Buffer) => void {
  let rest = '';
  let body = 0;
  let chunked = false;
  return (data) => {
    rest += data.toString('latin1');
    for (;;) {
      const skipped = Math.min(body, rest.length);
      rest = rest.slice(skipped);
      body -= skipped;
      const end = rest.indexOf(chunked ? '0\r\n\r\n' : '\r\n\r\n');
      if (body > 0 || end < 0) return;
      const head = rest.slice(0, end);
      rest = rest.slice(end + (chunked ? 5 : 4));
      if (!chunked) onHead(head);
      body = chunked ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      chunked = !chunked && /\r\ntransfer-encoding: *chunked/i.test(head);
    }
  };
}

function describeHead(head: string, { origin, credentials }: DoorOptions): Received {
  const [start = '', ...lines] = head.split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const names = new Set(lines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()));
  return { origin, method, path, credentials: credentials.filter((name) => names.has(name)) };
}
