/** The door to the network, over undici: one request, no redirect, no retry, everything recorded. */
import type { LookupFunction } from 'node:net';
import type { Clock, Send, SendRequest } from '../doors.ts';
import { isIdempotent } from '../http/method.ts';
import type { Zone } from '../http/origin.ts';
import type { Transport } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { errorCode, WireError } from './failure.ts';
import { conclude } from './send-conclude.ts';
import type { Connection } from './send-connection.ts';
import { type Attempt, exchange } from './send-exchange.ts';
import { type Gate, pass, unlessStopped, within } from './send-gate.ts';
import { startLimit } from './send-limit.ts';
import { admit, guarded, homesOf, system } from './send-lookup.ts';
import type { Opening } from './send-open.ts';
import { type Contexts, createPool, type Pool } from './send-pool.ts';
import { createPortProbe } from './send-probe.ts';
import { createProxyTurns } from './send-proxy.ts';

export interface SendOptions {
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Names to addresses; the system's by default. */
  readonly lookup?: LookupFunction;
}
export interface Sender {
  readonly send: Send;
  /** Closes all connections, also those in use. */
  close(): Promise<void>;
}

/**
 * Connections are pooled by Transport object, then by origin, so the settings of two environments never mix. A
 * connection serves one request at a time.
 */
export function createSend(options: SendOptions): Sender {
  const pools = new Map<Transport, Pool>();
  const contexts: Contexts = new Map();
  const probe = createPortProbe();
  const turns = createProxyTurns();
  const { lookup = system } = options;
  const homes = new WeakMap<Transport, Promise<ReadonlySet<Zone>>>();
  const homesIn = (transport: Transport): Promise<ReadonlySet<Zone>> => {
    // A name that does not resolve now may do so later.
    const found = homes.get(transport) ?? homesOf(transport, lookup, () => homes.delete(transport));
    homes.set(transport, found);
    return found;
  };
  const poolOf = (transport: Transport): Pool => {
    const known = pools.get(transport);
    if (known) return known;
    const pool = createPool(transport, contexts);
    pools.set(transport, pool);
    return pool;
  };
  return {
    async send(request) {
      const { clock } = options;
      const attempt = begin(request, clock);
      const opening: Opening = {
        phase: 'request',
        tls: null,
        peer: null,
        stop: null,
        lookup: guarded(lookup),
      };
      const doorkeeper = request.namedBy
        ? () => admit(request.url, request.transport, lookup, homesIn)
        : null;
      const turn = turns.turn(attempt);
      try {
        await run(attempt, opening, { doorkeeper, turn }, poolOf, clock);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        attempt.error ??= error;
      } finally {
        turn.leave(null);
      }
      return conclude(attempt, opening, clock, options.redactor, probe);
    },
    async close() {
      const closing = [...pools.values()].map((pool) => pool.close());
      pools.clear();
      await Promise.all(closing);
    },
  };
}

function begin(request: SendRequest, clock: Clock): Attempt {
  return {
    request,
    started: clock.monotonic(),
    busy: clock.busy?.() ?? null,
    fields: request.headers,
    phase: 'request',
    connection: null,
    connected: null,
    written: null,
    sent: clock.now(),
    received: null,
    head: null,
    answer: null,
    error: null,
  };
}

async function run(
  attempt: Attempt,
  opening: Opening,
  { doorkeeper, turn }: Gate,
  poolOf: (transport: Transport) => Pool,
  clock: Clock,
): Promise<void> {
  const { request } = attempt;
  const { origin } = request.url;
  const stop = (error: WireError): void => {
    attempt.error ??= error;
    opening.stop?.(error);
    if (attempt.connection) void attempt.connection.client.destroy(error);
  };
  const forget = watch(request, clock, stop);
  try {
    if (attempt.error) return;
    const pool = poolOf(request.transport);
    if (doorkeeper) await pass(doorkeeper, attempt, opening, clock);
    if (pool.route.proxy) await unlessStopped(turn.enter(pool.route.proxy), opening);
    for (let idle = takeIdle(pool, request); ; idle = null) {
      const connection = idle ?? (await open(pool, attempt, opening, clock));
      turn.leave(connection);
      const { proxy } = pool.route;
      if (connection.opened.absoluteForm && proxy?.authorization) {
        attempt.fields = [...request.headers, ['proxy-authorization', proxy.authorization, ['proxy']]];
      }
      await exchange(attempt, connection, clock);
      connection.onHead = null;
      if (attempt.error === null && !isBodyBehind204(attempt)) pool.give(origin, connection);
      else pool.discard(connection);
      if (idle === null || !neverBegun(attempt)) return;
      attempt.error = null;
      attempt.connection = null;
    }
  } finally {
    forget();
  }
}

/** RFC 9112 section 6.3: a 204 has no body. The bytes of one that is announced would be taken for the next answer. */
function isBodyBehind204({ answer }: Attempt): boolean {
  if (answer?.status !== 204) return false;
  return answer.headers.some(([name, value]) => {
    const field = name.toLowerCase();
    return field === 'transfer-encoding' || (field === 'content-length' && value !== '0');
  });
}

/**
 * What must not be sent twice never goes over a connection that may be at its end (RFC 9112 section 9.3.1); a new one
 * takes its place.
 */
function takeIdle(pool: Pool, { url, method, fresh }: SendRequest): Connection | null {
  const idle = pool.take(url.origin);
  if (idle === null || (isIdempotent(method) && !fresh)) return idle;
  pool.discard(idle);
  return null;
}

/**
 * The idle connection ended, or bytes that nobody asked for had come over it, before a byte was written: a new one loses
 * and repeats nothing.
 */
function neverBegun({ error, phase }: Attempt): boolean {
  const code = errorCode(error);
  return phase === 'request' && code !== null && !(error instanceof WireError && stops.has(code));
}

/** Codes of our own ends. */
const stops: ReadonlySet<string> = new Set(['TOTAL_TIMEOUT', 'ABORT_ERR']);

async function open(pool: Pool, attempt: Attempt, opening: Opening, clock: Clock): ReturnType<Pool['open']> {
  return within(attempt, opening, clock, async () => {
    const connection = await pool.open(attempt.request.url, opening);
    // Stopped between two parts of the opening.
    if (attempt.error) {
      pool.discard(connection);
      throw attempt.error;
    }
    attempt.connected = clock.monotonic();
    return connection;
  });
}

/** Watches the total time and the signal; the function that it gives ends the watch. */
function watch(request: SendRequest, clock: Clock, stop: (error: WireError) => void): () => void {
  const { signal, timeouts } = request;
  const end = startLimit(timeouts.total, clock, () => stop(new WireError('TOTAL_TIMEOUT')));
  if (signal === null) return end;
  const aborted = (): void => stop(new WireError('ABORT_ERR'));
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  return () => {
    end();
    signal.removeEventListener('abort', aborted);
  };
}
