/** Servers of a case under real names on loopback: each request is logged once, handlers may be exchanged while they run. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Case, Received, Started } from '../cases/case.ts';
import { type Authority, createAuthority, type Identity } from './certificates.ts';

export interface Door {
  /** Answers from now on. */
  use(listener: RequestListener): void;
}
export interface ServeOptions {
  /** Instead of a good certificate. */
  readonly identity?: Identity;
  /** Credential fields besides the usual ones, lower case. */
  readonly fields?: readonly string[];
  /** How a report shows a path that holds a secret. */
  readonly shown?: (path: string) => string;
}
export interface Stage {
  readonly authority: Authority;
  /** Starts a server for `origin` (`https://api.example.test`). */
  serve(origin: string, listener: RequestListener, options?: ServeOptions): Promise<Door>;
  /** `origin` is reached at this port of 127.0.0.1. */
  map(origin: string, port: number): void;
  /** Runs when the case is over. */
  onClose(end: () => Promise<void> | void): void;
  /** Keys of an environment that reach the servers and trust them. */
  reach(): { readonly connect_to: Record<string, string>; readonly tls: { readonly ca: string } };
}

/** What a case plays: the same keys as `Started`, without what the stage knows. */
export interface Scene {
  /** Content of why401.yml, as a value. */
  readonly project: object;
  readonly scenario: string;
  readonly env: Readonly<Record<string, string>>;
  heal(): Promise<{ project?: object; scenario?: string; env?: Record<string, string> } | undefined>;
}

type Told = Pick<Case, 'id' | 'servers' | 'causes' | 'decisive'> &
  Partial<Pick<Case, 'hop' | 'twin' | 'needs' | 'beside' | 'onlyTold' | 'written'>>;

/** A case that is played on a stage of its own; `why401.yml`, `steps.yml` and `ca.pem` are its files. */
export function staged(told: Told, play: (stage: Stage) => Promise<Scene>): Case {
  return {
    hop: null,
    twin: null,
    needs: [],
    written: 'with the rules',
    ...told,
    start: () => start(play),
  };
}

async function start(play: (stage: Stage) => Promise<Scene>): Promise<Started> {
  const stage = await createStage();
  const written = (parts: Partial<Scene>): Record<string, string> => ({
    ...(parts.project ? { 'why401.yml': JSON.stringify(parts.project, null, 2) } : {}),
    ...(parts.scenario === undefined ? {} : { 'steps.yml': parts.scenario }),
  });
  try {
    const scene = await play(stage);
    return {
      files: { ...written(scene), 'ca.pem': stage.authority.ca },
      env: scene.env,
      async heal() {
        const { env, ...files } = (await scene.heal()) ?? {};
        stage.log.length = 0;
        return { files: written(files), ...(env ? { env } : {}) };
      },
      received: () => [...stage.log],
      close: stage.close,
    };
  } catch (failure) {
    await stage.close();
    throw failure;
  }
}

const credentialFields = new Set(['authorization', 'proxy-authorization', 'cookie', 'dpop', 'x-api-key']);

async function createStage(): Promise<Stage & { readonly log: Received[]; close(): Promise<void> }> {
  const authority = await createAuthority();
  const log: Received[] = [];
  const servers = new Map<Server, Set<Socket>>();
  const connectTo: Record<string, string> = {};
  const ends: (() => Promise<void> | void)[] = [];
  const map = (origin: string, port: number): void => {
    const url = new URL(origin);
    const known = url.port || (url.protocol === 'https:' ? '443' : '80');
    connectTo[`${url.hostname}:${known}`] = `127.0.0.1:${port}`;
  };
  return {
    authority,
    log,
    map,
    onClose: (end) => void ends.push(end),
    reach: () => ({ connect_to: connectTo, tls: { ca: 'ca.pem' } }),
    async serve(origin, first, options = {}) {
      let listener = first;
      const fields = new Set([...credentialFields, ...(options.fields ?? [])]);
      const shown = options.shown ?? ((path: string) => path);
      const answer: RequestListener = (request, response) => {
        const credentials = Object.keys(request.headers).filter((name) => fields.has(name));
        // What servers ask of each other is no request of why401.
        if (!/^node$|^undici$/.test(request.headers['user-agent'] ?? ''))
          log.push({ origin, method: request.method ?? '', path: shown(request.url ?? ''), credentials });
        listener(request, response);
      };
      const { hostname, protocol } = new URL(origin);
      const server =
        protocol === 'http:'
          ? createServer(answer)
          : createSecureServer(options.identity ?? (await authority.issue([hostname])), answer);
      servers.set(server, keepSockets(server));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      map(origin, (server.address() as AddressInfo).port);
      return {
        use: (next) => {
          listener = next;
        },
      };
    },
    async close() {
      for (const [server, sockets] of servers) {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      }
      for (const end of ends) await end();
    },
  };
}

function keepSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}
