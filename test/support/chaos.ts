/** A server that fails at random, by the number of the request, so that a run can be played again. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Mood =
  | 'answers'
  | 'refuses'
  | 'breaks'
  | 'resets'
  | 'closes early'
  | 'stalls'
  | 'drips'
  | 'talks nonsense'
  | 'hangs up when idle';

/** Most requests are answered. To stall takes the time of the run: it is not drawn. */
const moods: readonly Mood[] = [
  ...Array.from({ length: 28 }, (): Mood => 'answers'),
  'refuses',
  'breaks',
  'resets',
  'closes early',
  'drips',
  'talks nonsense',
  'hangs up when idle',
  'hangs up when idle',
];

export interface Chaos {
  /** For a bare TCP server: the connection is served. */
  readonly accept: (socket: Socket) => void;
  /** How often each `METHOD /path` came in. */
  readonly requests: ReadonlyMap<string, number>;
  readonly moods: ReadonlyMap<Mood, number>;
  /** Connections that were open at once. */
  readonly most: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  readonly close: () => void;
}

/** `moodOf` may fix the mood of a request. Good answers are `body`. */
export function createChaos(
  seed: number,
  body: (url: string) => string,
  moodOf: (url: string) => Mood | null = () => null,
): Chaos {
  const random = mulberry(seed);
  const requests = new Map<string, number>();
  const counts = new Map<Mood, number>();
  const sockets = new Set<Socket>();
  let most = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const key = `${request.method} ${request.url}`;
      requests.set(key, (requests.get(key) ?? 0) + 1);
      const drawn = moods[Math.floor(random() * moods.length)] ?? 'answers';
      const mood = moodOf(request.url ?? '') ?? drawn;
      counts.set(mood, (counts.get(mood) ?? 0) + 1);
      act(mood, body(request.url ?? ''), request, response);
    });
  });
  server.keepAliveTimeout = 60_000;
  return {
    requests,
    moods: counts,
    most: () => most,
    open: () => sockets.size,
    accept(socket) {
      sockets.add(socket);
      most = Math.max(most, sockets.size);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
      server.emit('connection', socket);
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function act(mood: Mood, body: string, { socket }: IncomingMessage, response: ServerResponse): void {
  const type = { 'content-type': 'application/json' };
  switch (mood) {
    case 'answers':
      response.writeHead(200, type).end(body);
      return;
    case 'refuses':
      response.writeHead(401, { ...type, 'www-authenticate': 'Bearer error="invalid_token"' });
      response.end('{"error":"invalid_client"}');
      return;
    case 'breaks':
      response.writeHead(500, type).end('{"error":"server_error"}');
      return;
    case 'resets':
      socket.resetAndDestroy();
      return;
    case 'closes early':
      response.writeHead(200, { ...type, 'content-length': String(body.length + 10) });
      response.write(body.slice(0, 5), () => socket.destroy());
      return;
    case 'stalls':
      return;
    case 'drips':
      response.writeHead(200, type);
      for (const character of body) response.write(character);
      setImmediate(() => response.end());
      return;
    case 'talks nonsense':
      socket.end('\u0000\u0001 no HTTP at all\r\n\r\n');
      return;
    case 'hangs up when idle':
      response.writeHead(200, type).end(body, () => setImmediate(() => socket.destroy()));
      return;
  }
}

/** A small generator of numbers below 1. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
