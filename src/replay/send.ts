/** The door to the network, over undici: one request, no redirect, no retry, everything recorded. */
import type { Clock, Send, SendRequest, Sent } from '../doors.ts';
import type { Response, Transport, TransportFailure } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { classify, errorCode, type Phase, WireError } from './failure.ts';
import { addressOf, mapAddress } from './send-address.ts';
import { type Attempt, exchange } from './send-exchange.ts';
import type { Opening } from './send-open.ts';
import { createPool, type Pool } from './send-pool.ts';
import { speaksTls } from './send-probe.ts';
import { recordBody, recordHead, recordPlanned } from './send-record.ts';

export interface SendOptions {
  readonly clock: Clock;
  readonly redactor: Redactor;
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
  const poolOf = (transport: Transport): Pool => {
    const known = pools.get(transport);
    if (known) return known;
    const pool = createPool(transport);
    pools.set(transport, pool);
    return pool;
  };
  return {
    async send(request) {
      const { clock } = options;
      const attempt = begin(request, clock);
      const opening: Opening = { phase: 'request', tls: null, stop: null };
      try {
        await run(attempt, opening, poolOf, clock);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        attempt.error ??= error;
      }
      return conclude(attempt, opening, options);
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
  const forget = watch(request, stop);
  try {
    if (attempt.error) return;
    const pool = poolOf(request.transport);
    for (let idle = pool.take(origin); ; idle = null) {
      const connection = idle ?? (await open(pool, attempt, opening, clock));
      const { proxy } = pool.route;
      if (connection.opened.absoluteForm && proxy?.authorization) {
        attempt.fields = [...request.headers, ['proxy-authorization', proxy.authorization]];
      }
      await exchange(attempt, connection, clock);
      connection.onHead = null;
      if (attempt.error === null) pool.give(origin, connection);
      else pool.discard(connection);
      if (idle === null || !neverBegun(attempt)) return;
      attempt.error = null;
    }
  } finally {
    forget();
  }
}

/** The peer had closed an idle connection before a byte was written: a new one loses and repeats nothing. */
function neverBegun(attempt: Attempt): boolean {
  const code = errorCode(attempt.error);
  if (code === null || attempt.phase !== 'request') return false;
  return code === 'UND_ERR_SOCKET' || code === 'UND_ERR_DESTROYED' || code === 'ECONNRESET';
}

async function open(pool: Pool, attempt: Attempt, opening: Opening, clock: Clock): ReturnType<Pool['open']> {
  const { request } = attempt;
  const timer = startTimer(request.timeouts.connect, () => {
    const error = new WireError('CONNECT_TIMEOUT');
    attempt.error ??= error;
    opening.stop?.(error);
  });
  try {
    const connection = await pool.open(request.url, opening);
    // Stopped between two parts of the opening.
    if (attempt.error) {
      pool.discard(connection);
      throw attempt.error;
    }
    attempt.connected = clock.monotonic();
    return connection;
  } catch (error) {
    attempt.phase = opening.phase;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Watches the total time and the signal; the function that it gives ends the watch. */
function watch(request: SendRequest, stop: (error: WireError) => void): () => void {
  const { signal, timeouts } = request;
  const timer = startTimer(timeouts.total, () => stop(new WireError('TOTAL_TIMEOUT')));
  if (signal === null) return () => clearTimeout(timer);
  const aborted = (): void => stop(new WireError('ABORT_ERR'));
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
  };
}

/** 0, and what is longer than a timer of Node can be, mean no limit. */
function startTimer(milliseconds: number, act: () => void): NodeJS.Timeout | undefined {
  return milliseconds > 0 && milliseconds < 2 ** 31 ? setTimeout(act, milliseconds) : undefined;
}

async function conclude(attempt: Attempt, opening: Opening, options: SendOptions): Promise<Sent> {
  const { clock, redactor } = options;
  const { request, started, connection } = attempt;
  const http2 = connection?.opened.http2 ?? false;
  const ended = clock.monotonic();
  const received = attempt.received ?? clock.now();
  const failure = attempt.error === null ? null : await explain(attempt, attempt.error, opening, redactor);
  const response = await readResponse(attempt, http2);
  return {
    request: {
      method: request.method,
      url: redactor.redact(request.url.href),
      headers:
        attempt.written === null
          ? recordPlanned(
              request.url,
              request.method,
              attempt.fields,
              http2,
              request.body?.length ?? null,
              redactor,
            )
          : recordHead(attempt.written, attempt.fields, redactor),
      body: recordBody(request.body, redactor),
      httpVersion: http2 ? '2' : '1.1',
    },
    response,
    failure,
    tls: connection ? connection.opened.tls : opening.tls,
    remote: connection?.remote ?? null,
    timings: {
      connect: attempt.connected === null ? null : attempt.connected - started,
      head: attempt.head === null ? null : attempt.head - started,
      total: ended - started,
    },
    clock: { sent: attempt.sent, received },
  };
}

async function readResponse(attempt: Attempt, http2: boolean): Promise<Response | null> {
  const { answer } = attempt;
  if (answer === null) return null;
  const coding = answer.headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .map(([, value]) => value)
    .join(',');
  const body = await answer.body.finish(coding);
  const { status, statusText, headers } = answer;
  return { status, statusText, httpVersion: http2 ? '2' : '1.1', headers, body };
}

/** Codes by which undici and Node refuse to write a request. */
const refusals: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'ERR_ASSERTION',
]);

async function explain(
  attempt: Attempt,
  error: Error,
  opening: Opening,
  redactor: Redactor,
): Promise<TransportFailure> {
  const { url, timeouts } = attempt.request;
  const code = errorCode(error);
  // No code: not a failure of the network but a bug.
  if (code === null) throw error;
  const seen = (await isTlsPort(attempt, error, code)) ? 'PLAIN_TO_TLS' : code;
  const phase = phaseOf(attempt, code);
  const failure = classify(error, seen, {
    phase,
    peer: peerOf(attempt.request, phase, code),
    hostname: url.hostname,
    timeouts,
    tls: attempt.connection ? attempt.connection.opened.tls : opening.tls,
  });
  return { ...failure, message: redactor.redact(failure.message) };
}

/** Who is spoken of: the origin, with where it was looked for, or the proxy before it. */
function peerOf(request: SendRequest, phase: Phase, code: string): string {
  const { url, transport } = request;
  if (phase === 'proxy' && !code.startsWith('PROXY_')) return 'the proxy of this environment';
  const address = addressOf(url);
  const name = `${url.hostname}:${address.port}`;
  const target = mapAddress(address, transport.connectTo);
  if (target === address || (phase !== 'dns' && phase !== 'connect')) return name;
  return `${name} (connected to ${target.host}:${target.port})`;
}

/** A connection can end before undici has begun to write; the request itself is not at fault then. */
function phaseOf(attempt: Attempt, code: string): Phase {
  if (attempt.connection === null) return attempt.phase;
  if (refusals.has(code) || code.startsWith('ERR_HTTP2_INVALID')) return 'request';
  return attempt.phase === 'request' ? 'head' : attempt.phase;
}

/** Plain http met TLS: an alert record where a status line should be, or no byte at all and a peer that shakes hands. */
async function isTlsPort(attempt: Attempt, error: Error, code: string): Promise<boolean> {
  const { connection, request } = attempt;
  if (request.url.protocol !== 'http:' || attempt.phase !== 'head' || connection === null) return false;
  if ('data' in error && typeof error.data === 'string' && error.data.startsWith('\x15\x03')) return true;
  const silent = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET';
  return (
    silent &&
    connection.peer !== null &&
    speaksTls(connection.peer, request.url.hostname.replace(/^\[|\]$/g, ''))
  );
}
