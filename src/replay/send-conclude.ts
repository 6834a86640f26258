/** Makes the trace of one attempt: what was sent, what came, and why not all of it. */
import type { Clock, SendRequest, Sent } from '../doors.ts';
import { addressOf, mapAddress } from '../http/address.ts';
import type { RawField, Response, TransportFailure } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { classify, errorCode, type Phase } from './failure.ts';
import type { Attempt } from './send-exchange.ts';
import type { Opening } from './send-open.ts';
import type { PortProbe } from './send-probe.ts';
import { recordBody, recordHead, recordPlanned } from './send-record.ts';

/** The trace of an attempt that is over. Throws the error of an attempt that failed by a bug of ours. */
export async function conclude(
  attempt: Attempt,
  opening: Opening,
  clock: Clock,
  redactor: Redactor,
  probe: PortProbe,
): Promise<Sent> {
  const { request, started, connection } = attempt;
  const http2 = connection?.opened.http2 ?? false;
  const ended = clock.monotonic();
  const received = attempt.received ?? clock.now();
  const busy = busySince(attempt, clock, ended);
  const error = firstError(attempt);
  const failure = error === null ? null : await explain(attempt, error, opening, redactor, probe, busy);
  const response = await readResponse(attempt);
  return {
    request: {
      method: request.method,
      url: redactor.redact(request.url.href),
      ...(attempt.written === null
        ? recordPlanned(
            request.url,
            request.method,
            attempt.fields,
            http2,
            request.body?.length ?? null,
            redactor,
          )
        : recordHead(attempt.written, attempt.fields, redactor)),
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

async function readResponse(attempt: Attempt): Promise<Response | null> {
  const { answer } = attempt;
  if (answer === null) return null;
  const coding = answer.headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .map(([, value]) => value)
    .join(',');
  const body = await answer.body.finish(coding);
  const { status, statusText, httpVersion, headers } = answer;
  return { status, statusText, httpVersion, headers: withFewerCookies(headers), body };
}

/** Set-Cookie lines of one answer that are kept: browsers have room for 180 cookies of a host. */
const mostCookies = 300;

/** What is left out is told in a line of its own, whose name no field can have. */
function withFewerCookies(headers: readonly RawField[]): readonly RawField[] {
  const surplus = new Set(headers.filter(isSetCookie).slice(mostCookies));
  if (surplus.size === 0) return headers;
  const kept = headers.filter((field) => !surplus.has(field));
  return [...kept, ['set-cookie (left out)', `${surplus.size} more lines`]];
}

function isSetCookie([name]: RawField): boolean {
  return name.toLowerCase() === 'set-cookie';
}

const proxyName = 'the proxy of this environment';
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
  probe: PortProbe,
  busy: number | null,
): Promise<TransportFailure> {
  const { url, timeouts } = attempt.request;
  const code = errorCode(error);
  // No code: not a failure of the network but a bug.
  if (code === null) throw error;
  const begins = attempt.connection ? attempt.connection.begins : await greeting(opening, code, probe);
  const seen = await codeOfPort(attempt, error, code, begins, probe);
  const phase = phaseOf(attempt, code);
  const failure = classify(error, seen, {
    phase,
    peer: peerOf(attempt.request, phase, code),
    hostname: phase === 'proxy' ? proxyName : url.hostname,
    timeouts,
    begins: begins === null ? null : redactor.redact(Buffer.from(begins, 'latin1').toString('utf8'), 'end'),
    tls: attempt.connection ? attempt.connection.opened.tls : opening.tls,
  });
  return {
    ...failure,
    message: redactor.redact(failure.message),
    ...(endedIdle(attempt, code) ? { idle: true } : {}),
    ...(busy !== null && limits.has(code) ? { busy } : {}),
  };
}

/** Codes of time limits. */
const limits: ReadonlySet<string> = new Set([
  'TOTAL_TIMEOUT',
  'CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Null where it was less than half of the time: others had the rest. */
function busySince({ busy, started }: Attempt, clock: Clock, ended: number): number | null {
  const now = clock.busy?.() ?? null;
  if (busy === null || now === null || now - busy < (ended - started) / 2) return null;
  return Math.min(now - busy, ended - started);
}

/** Codes by which a connection ends. */
const ends: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Servers close idle connections, and the request was on its way. */
function endedIdle({ connected, connection, phase }: Attempt, code: string): boolean {
  return connected === null && connection?.silent === true && phase === 'head' && ends.has(code);
}

/** In TLS 1.3 the alert about a client certificate comes after the handshake, just before the end of the connection. */
function firstError(attempt: Attempt): Error | null {
  const { error, connection } = attempt;
  if (error === null || errorCode(error) !== 'UND_ERR_SOCKET') return error;
  const first = connection?.socketError ?? null;
  return first !== null && errorCode(first) !== null ? first : error;
}

/** Who is spoken of: the origin, with where it was looked for, or the proxy before it. */
function peerOf(request: SendRequest, phase: Phase, code: string): string {
  const { url, transport } = request;
  if (phase === 'proxy' && !code.startsWith('PROXY_')) return proxyName;
  const address = addressOf(url);
  const name = `${url.hostname}:${address.port}`;
  const target = mapAddress(address, transport.connectTo);
  if (target === address || (phase !== 'dns' && phase !== 'connect')) return name;
  return `${name} (connected to ${target.host}:${target.port})`;
}

/** A connection can end before undici has begun to write; the request itself is not at fault then. */
function phaseOf(attempt: Attempt, code: string): Phase {
  if (attempt.connection === null) return attempt.phase;
  const refused = refusals.has(code) || code.startsWith('ERR_HTTP2_INVALID');
  // What was written was not refused: the assertion is about the answer.
  if (refused && attempt.written === null) return 'request';
  return attempt.phase === 'request' ? 'head' : attempt.phase;
}

/** The code of its own that the wrong protocol on a port has; else `code`. */
async function codeOfPort(
  attempt: Attempt,
  error: Error,
  code: string,
  begins: string | null,
  probe: PortProbe,
): Promise<string> {
  if (begins !== null && notTls.has(code) && !begins.startsWith('HTTP/')) return 'NOT_TLS';
  return (await isTlsPort(attempt, error, code, probe)) ? 'PLAIN_TO_TLS' : code;
}

/** Codes by which OpenSSL says that what came is no TLS; it does not say what came. */
const notTls: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

/** What stands behind a port that does not answer in TLS; null where nobody may look. */
async function greeting({ phase, peer }: Opening, code: string, probe: PortProbe): Promise<string | null> {
  return phase === 'tls' && peer !== null && notTls.has(code) ? probe.beginning(peer) : null;
}

/** Plain http met TLS: an alert record where a status line should be, or no byte at all and a peer that shakes hands. */
async function isTlsPort(attempt: Attempt, error: Error, code: string, probe: PortProbe): Promise<boolean> {
  const { connection, request } = attempt;
  if (request.url.protocol !== 'http:' || attempt.phase !== 'head' || connection === null) return false;
  if ('data' in error && typeof error.data === 'string' && error.data.startsWith('\x15\x03')) return true;
  // It has answered in plain http before.
  if (attempt.connected === null) return false;
  const silent = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET';
  return (
    silent &&
    connection.peer !== null &&
    probe.speaksTls(connection.peer, request.url.hostname.replace(/^\[|\]$/g, ''))
  );
}
