/**
 * One HTTP connection: an undici Client that owns one socket and serves one request at a time. So the socket of a
 * request, its TLS facts and its address are never in doubt.
 */
import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Address } from '../http/address.ts';
import { WireError } from './failure.ts';
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
  /** What the answer begins with, a 100 (Continue) left out: one byte a character; null while one is awaited. */
  begins: string | null;
  /** Whether a request was ever written to it. What comes before the first is the answer to the first. */
  begun: boolean;
  /** Whether nothing came since the last request was written. */
  silent: boolean;
  /** Whether the answer that comes can last as long as the connection (RFC 9112 section 6.3, 8). */
  lasting: boolean;
  /** Reads on at once. */
  readOn: () => void;
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
    begins: null,
    begun: false,
    silent: false,
    lasting: false,
    readOn() {},
    onHead: null,
  };
  socket.on('error', (error) => {
    connection.socketError ??= error;
  });
  if (!opened.http2) {
    watchHead(socket, connection);
    watchStatusLine(socket, connection);
    readPieceByPiece(socket, connection);
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

/** Characters of `begins`. */
const longestBeginning = 4096;

/**
 * undici reads with `read()`. It does not tell the version, and takes a 100 (Continue) that nobody asked for as an
 * error, where RFC 9110 section 15.2 wants it ignored.
 */
function watchStatusLine(socket: Socket, connection: Connection): void {
  const read = socket.read;
  let held: Buffer | null = null;
  Object.defineProperty(socket, 'read', {
    configurable: true,
    writable: true,
    value(...parameters: Parameters<Socket['read']>): Buffer | null {
      // Else whether it is an answer would depend on who is faster; undici is told of it again.
      if (!connection.begun) return null;
      while (true) {
        const chunk: Buffer | null = Reflect.apply(read, socket, parameters);
        if (chunk === null || connection.begins !== null) return chunk;
        const rest = withoutContinue(held === null ? chunk : Buffer.concat([held, chunk]));
        held = rest.length < maxHeaderSize && mayContinue(rest) ? rest : null;
        if (held !== null) continue;
        connection.begins = rest.toString('latin1', 0, longestBeginning);
        return rest;
      }
    },
  });
}

/**
 * Where data and a reset are there at once, libuv takes the reset for an end, unless reading is stopped between the two
 * until it looks again: then the next read tells of it. Readable stops when `push` says that it has enough.
 */
function readPieceByPiece(socket: Socket, connection: Connection): void {
  const { push, _read: read } = socket;
  let waiting = false;
  define(socket, 'push', (...parameters: Parameters<Socket['push']>): boolean => {
    if (parameters[0] !== null) connection.silent = false;
    Reflect.apply(push, socket, parameters);
    return false;
  });
  connection.readOn = () => {
    if (waiting && !socket.destroyed) Reflect.apply(read, socket, [socket.readableHighWaterMark]);
    waiting = false;
  };
  define(socket, '_read', (size: number): void => {
    if (connection.lasting) {
      waiting = true;
      setImmediate(connection.readOn);
    } else Reflect.apply(read, socket, [size]);
  });
}

/** Node replaces methods of a socket itself when the peer has closed. */
function define<Name extends keyof Socket>(socket: Socket, name: Name, value: Socket[Name]): void {
  Object.defineProperty(socket, name, { configurable: true, writable: true, value });
}

function withoutContinue(chunk: Buffer): Buffer {
  let rest = chunk;
  while (isContinue(rest)) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    rest = rest.subarray(end + 4);
  }
  return rest;
}

function isContinue(bytes: Buffer): boolean {
  return /^HTTP\/1\.[01] 100[ \r]/.test(bytes.toString('latin1', 0, 13));
}

/** The head of a 100 that has not come to its end, or what may become one; so is nothing at all. */
function mayContinue(bytes: Buffer): boolean {
  if (bytes.length >= 13) return isContinue(bytes);
  const text = bytes.toString('latin1');
  return ['HTTP/1.1 100 ', 'HTTP/1.0 100 ', 'HTTP/1.1 100\r', 'HTTP/1.0 100\r'].some((head) =>
    head.startsWith(text),
  );
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
