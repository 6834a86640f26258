/**
 * Real servers on loopback under real names: `http(s)://*.example.test` reaches them through `connectTo`, Host, SNI and
 * certificate check intact.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Clock, SendRequest } from '../../src/doors.ts';
import type { Transport } from '../../src/model.ts';
import { type Authority, createAuthority, type Identity } from './certificates.ts';

/** A request as a server saw it. */
export interface Received {
  readonly origin: string;
  readonly method: string;
  /** Request target, as sent. */
  readonly url: string;
  /** Names and values in order and case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export type Handler = (request: Received, response: ServerResponse, raw: IncomingMessage) => void;

export interface OriginOptions {
  /** https origins: instead of a good certificate. */
  readonly identity?: Identity;
  readonly tls?: TlsOptions;
  readonly http2?: boolean;
  /** `127.0.0.1` unless said otherwise. */
  readonly address?: string;
}

export interface Origins {
  readonly authority: Authority;
  /** All requests in the order of arrival. */
  readonly received: Received[];
  /** Starts an HTTP server for `origin` (`https://api.example.test`). */
  serve(origin: string, handler: Handler, options?: OriginOptions): Promise<void>;
  /** Starts a bare TCP server for `origin`. */
  accept(origin: string, onConnection: (socket: Socket) => void): Promise<void>;
  /** Maps `origin` to an address at which something listens, or nothing does. */
  map(origin: string, address: string): void;
  /** One Transport object, which sees later origins as well. */
  readonly transport: Transport;
  /** The same with other settings: a new Transport object. */
  transportWith(changes: Partial<Transport>): Transport;
  close(): Promise<void>;
}

export async function startOrigins(): Promise<Origins> {
  const authority = await createAuthority();
  const received: Received[] = [];
  const servers = new Map<Server, Set<Socket>>();
  const connectTo = new Map<string, string>();
  const transport: Transport = {
    environment: 'test',
    connectTo,
    ca: authority.ca,
    clientCertificate: null,
    insecure: false,
    proxy: null,
    http2: false,
  };
  const map = (origin: string, address: string): void => {
    const url = new URL(origin);
    connectTo.set(`${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`, address);
  };
  const start = async (origin: string, server: Server, address = '127.0.0.1'): Promise<void> => {
    const sockets = new Set<Socket>();
    servers.set(server, sockets);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, address, resolve);
    });
    const { port } = server.address() as AddressInfo;
    map(origin, `${address.includes(':') ? `[${address}]` : address}:${port}`);
  };
  return {
    authority,
    received,
    transport,
    transportWith: (changes) => ({ ...transport, ...changes }),
    map,
    async serve(origin, handler, options = {}) {
      const listener = listen(origin, received, handler);
      await start(origin, await createFor(origin, listener, authority, options), options.address);
    },
    async accept(origin, onConnection) {
      await start(origin, createTcpServer(onConnection));
    },
    async close() {
      for (const [server, sockets] of servers) {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function createFor(
  origin: string,
  listener: RequestListener,
  authority: Authority,
  options: OriginOptions,
): Promise<Server> {
  const url = new URL(origin);
  if (url.protocol === 'http:') return createServer(listener);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const identity = options.identity ?? (await authority.issue([host]));
  const tls = { ...identity, ...options.tls };
  if (!options.http2) return createHttpsServer(tls, listener);
  return createSecureServer({ ...tls, allowHTTP1: true }, listener as never) as unknown as Server;
}

function listen(origin: string, received: Received[], handler: Handler): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const entry: Received = {
        origin,
        method: request.method ?? '',
        url: request.url ?? '',
        headers: pairs(request.rawHeaders),
        body: Buffer.concat(chunks).toString('utf8'),
      };
      received.push(entry);
      handler(entry, response, request);
    });
  };
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) list.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return list;
}

/** A request with generous limits; `changes` says what is special about it. */
export function requestTo(
  url: string,
  transport: Transport,
  changes: Partial<SendRequest> = {},
): SendRequest {
  return {
    method: 'GET',
    url: new URL(url),
    headers: [],
    body: null,
    transport,
    timeouts: { connect: 10_000, head: 10_000, body: 10_000, total: 15_000 },
    bodyLimit: 1_000_000,
    signal: null,
    ...changes,
  };
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};
