/** Servers on loopback for the chains, and what they received. Clients reach them under real names, whatever the port. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../support/certificates.ts';
import type { Chain } from './chains.ts';

export interface Arrival {
  readonly method: string;
  readonly url: string;
  readonly hasBody: boolean;
  readonly headers: Readonly<Record<string, string>>;
}
export interface World {
  /** PEM text, and the file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  /** Port in a URL to port of 127.0.0.1. */
  readonly ports: Readonly<Record<string, number>>;
  /** Port of a proxy that leads there, for clients that have no other way. */
  readonly proxy: number;
  /** A folder for the files of clients. */
  readonly folder: string;
  /** What came for each chain since the last call, by its name. */
  take(): ReadonlyMap<string, readonly Arrival[]>;
  close(): Promise<void>;
}

const names = [
  'example.test',
  'app.example.test',
  'myapp.example.test',
  'api.example.test',
  'www.app.example.test',
  'api.app.example.test',
  'other.test',
];

export async function createWorld(chains: readonly Chain[]): Promise<World> {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const log = new Map<string, Arrival[]>();
  const authority = await createAuthority();
  const identity = await authority.issue(names);
  const servers: Server[] = [];
  const listen = async (scheme: string): Promise<number> => {
    const answer = listener(scheme, byName, log);
    const server = scheme === 'http' ? createServer(answer) : createSecureServer(identity, answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const ports = {
    '80': await listen('http'),
    '8080': await listen('http'),
    '443': await listen('https'),
    '8443': await listen('https'),
  };
  const proxy = createProxy(ports);
  servers.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'why401-clients-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.ca);
  return {
    ca: authority.ca,
    caFile,
    ports,
    proxy: (proxy.address() as AddressInfo).port,
    folder,
    take() {
      const taken = new Map(log);
      log.clear();
      return taken;
    },
    async close() {
      rmSync(folder, { recursive: true });
      await Promise.all(
        servers.map((server) => {
          if ('closeAllConnections' in server)
            (server as ReturnType<typeof createServer>).closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
}

/** A tunnel for CONNECT; other requests go on as they are, in absolute form. */
function createProxy(ports: Readonly<Record<string, number>>): Server {
  return createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head) => {
      const [, method, target = ''] = /^(\S+) (\S+) /.exec(head.toString('latin1')) ?? [];
      const url = method === 'CONNECT' ? null : new URL(target);
      const port = url ? url.port || '80' : (target.split(':').at(-1) ?? '');
      const onward = connect(ports[port] ?? 0, '127.0.0.1');
      onward.on('error', () => socket.destroy());
      if (url) onward.write(head);
      else socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
  });
}

function listener(
  scheme: string,
  chains: ReadonlyMap<string, Chain>,
  log: Map<string, Arrival[]>,
): RequestListener {
  return async (request, response) => {
    const [, name = ''] = pathOf(request).split('/');
    const arrivals = log.get(name) ?? [];
    log.set(name, arrivals);
    const answer = chains.get(name)?.answers[arrivals.length];
    arrivals.push(await arrival(scheme, request));
    // Nothing to read: a client that leaves the answer to a redirect alone does not wait for the connection.
    if (request.method !== 'HEAD') response.setHeader('content-length', 0);
    response.statusCode = answer?.status ?? 200;
    if (answer && answer.location !== null) response.setHeader('location', answer.location);
    response.end();
  };
}

async function arrival(scheme: string, request: IncomingMessage): Promise<Arrival> {
  let length = 0;
  for await (const chunk of request) length += (chunk as Buffer).length;
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? '',
    url: new URL(`${scheme}://${request.headers.host}${pathOf(request)}`).href,
    hasBody: length > 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
  };
}

/** Of a request to a proxy, too, which names the whole URL. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/]*/, '');
}
