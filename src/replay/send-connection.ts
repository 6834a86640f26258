/**
 * One HTTP connection: an undici Client that owns one socket and serves one request at a time. So the socket of a
 * request, its TLS facts and its address are never in doubt.
 */
import type { Socket } from 'node:net';
import { Client } from 'undici';
import { WireError } from './failure.ts';
import type { Address } from './send-address.ts';
import type { Opened } from './send-open.ts';

export interface Connection {
  readonly client: Client;
  readonly opened: Opened;
  /** `address:port` of the peer. */
  readonly remote: string | null;
  /** The same in parts; null behind a proxy. */
  readonly peer: Address | null;
  /** The first error of the socket; undici reports the last, which can be but the end that followed. */
  socketError: Error | null;
  /** Version of the status line that came last; null while one is awaited. */
  version: '1.0' | '1.1' | null;
  /** Told the text of each HTTP/1.1 request head as it is written to the socket. */
  onHead: ((text: string) => void) | null;
}

/** Bytes of a response head. */
const maxHeaderSize = 256 * 1024;

export function createConnection(origin: string, opened: Opened): Connection {
  const { socket } = opened;
  let used = false;
  const client = new Client(origin, {
    pipelining: 1,
    maxHeaderSize,
    allowH2: opened.http2,
    pingInterval: 0,
    connect(_options, callback) {
      queueMicrotask(() => {
        if (used || socket.destroyed) callback(new WireError('ECONNRESET'), null);
        else callback(null, socket);
        used = true;
      });
    },
  });
  const connection: Connection = {
    client,
    opened,
    remote: remoteOf(socket),
    peer: opened.proxied ? null : peerOf(socket),
    socketError: null,
    version: null,
    onHead: null,
  };
  socket.on('error', (error) => {
    connection.socketError ??= error;
  });
  if (!opened.http2) {
    watchHead(socket, connection);
    watchStatusLine(socket, connection);
  }
  return connection;
}

export function isOpen(connection: Connection): boolean {
  return !connection.opened.socket.destroyed;
}

/** What undici writes as a string is a request head (or the framing of a body that is not used here). */
function watchHead(socket: Socket, connection: Connection): void {
  const write = socket.write;
  Object.defineProperty(socket, 'write', {
    configurable: true,
    // Node replaces it when the peer has closed.
    writable: true,
    value(...parameters: Parameters<Socket['write']>): boolean {
      const [chunk] = parameters;
      if (typeof chunk === 'string') connection.onHead?.(chunk);
      return Reflect.apply(write, socket, parameters);
    },
  });
}

/**
 * undici reads with `read()`. It does not tell the version, and takes a 100 (Continue) that nobody asked for as an
 * error, where RFC 9110 section 15.2 wants it ignored.
 */
function watchStatusLine(socket: Socket, connection: Connection): void {
  const read = socket.read;
  Object.defineProperty(socket, 'read', {
    configurable: true,
    writable: true,
    value(...parameters: Parameters<Socket['read']>): Buffer | null {
      while (true) {
        const chunk: Buffer | null = Reflect.apply(read, socket, parameters);
        if (chunk === null || connection.version !== null) return chunk;
        const rest = withoutContinue(chunk);
        if (rest.length === 0) continue;
        connection.version = rest.toString('latin1', 0, 9) === 'HTTP/1.0 ' ? '1.0' : '1.1';
        return rest;
      }
    },
  });
}

function withoutContinue(chunk: Buffer): Buffer {
  let rest = chunk;
  while (/^HTTP\/1\.[01] 100[ \r]/.test(rest.toString('latin1', 0, 13))) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    rest = rest.subarray(end + 4);
  }
  return rest;
}

function remoteOf(socket: Socket): string | null {
  const peer = peerOf(socket);
  if (peer === null) return null;
  return peer.host.includes(':') ? `[${peer.host}]:${peer.port}` : `${peer.host}:${peer.port}`;
}

function peerOf(socket: Socket): Address | null {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return null;
  return { host: remoteAddress, port: remotePort };
}
