/** One request on one connection: writes it and reads the answer, noting when what happened. */
import type { Dispatcher } from 'undici';
import type { Clock, SendRequest } from '../doors.ts';
import type { Field, RawField } from '../model.ts';
import { type BodyCollector, collectBody } from './body.ts';
import { errorCode, type Phase, WireError } from './failure.ts';
import type { Connection } from './send-connection.ts';
import { flatten } from './send-record.ts';

/** What is known of one request while it runs. Instants of `clock.monotonic()` unless said otherwise. */
export interface Attempt {
  readonly request: SendRequest;
  readonly started: number;
  /** `clock.busy()` then; null: not known. */
  readonly busy: number | null;
  /** All fields that are sent, those for a proxy included. */
  fields: readonly Field[];
  phase: Phase;
  connection: Connection | null;
  connected: number | null;
  /** Text of the HTTP/1.1 request head that was written. */
  written: string | null;
  /** `clock.now()`. */
  sent: number;
  /** `clock.now()` when the answer's head was there. */
  received: number | null;
  head: number | null;
  answer: Answer | null;
  error: Error | null;
}
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly headers: readonly RawField[];
  readonly body: BodyCollector;
}

/** Fields that tell where a body ends. */
const framing = /^(?:content-length|transfer-encoding)$/i;
/** Later than any timer of Node can be set. */
const longest = 2 ** 31 - 1;

/** Resolves when the answer is complete or the exchange has failed (`attempt.error`). */
export function exchange(attempt: Attempt, connection: Connection, clock: Clock): Promise<void> {
  const { request } = attempt;
  attempt.connection = connection;
  connection.onHead = (text) => {
    attempt.written ??= text;
  };
  return new Promise((resolve) => {
    const options = dispatchOptions(attempt, connection);
    connection.client.dispatch(options, {
      onRequestStart() {
        attempt.phase = 'head';
        // What came before, on a connection that had been used, belongs to nobody: undici closes it.
        connection.begins = null;
        connection.begun = true;
        connection.silent = true;
        connection.lasting = true;
        attempt.sent = clock.now();
      },
      onResponseStart(controller, status, _headers, statusText) {
        connection.silent = false;
        if (status < 200) return;
        attempt.phase = 'body';
        attempt.received = clock.now();
        attempt.head = clock.monotonic();
        const headers = rawFields(controller.rawHeaders);
        connection.lasting = !headers.some(([name]) => framing.test(name));
        attempt.answer = {
          status,
          statusText: statusText ?? '',
          httpVersion: httpVersionOf(connection),
          headers,
          body: collectBody(request.bodyLimit),
        };
      },
      onResponseData(controller, chunk) {
        if (attempt.answer?.body.add(chunk) === false) controller.abort(new WireError('BODY_TOO_LARGE'));
      },
      onResponseEnd() {
        // undici takes a reset for the end of a body that lasts as long as the connection.
        attempt.error ??= connection.socketError;
        connection.lasting = false;
        connection.readOn();
        resolve();
      },
      onResponseError(_controller, error) {
        if (!isBodilessLength(attempt, error)) attempt.error ??= error;
        resolve();
      },
    });
  });
}

/** undici wants the body that the Content-Length of a 204 or 304 speaks of; there is none (RFC 9112 section 6.3). */
function isBodilessLength({ answer }: Attempt, error: Error): boolean {
  const bodiless = answer?.status === 204 || answer?.status === 304;
  return bodiless && errorCode(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

function httpVersionOf({ opened, begins }: Connection): string {
  if (opened.http2) return '2';
  return begins?.startsWith('HTTP/1.0 ') ? '1.0' : '1.1';
}

function dispatchOptions(attempt: Attempt, connection: Connection): Dispatcher.DispatchOptions {
  const { request } = attempt;
  const { url } = request;
  const path = `${url.pathname}${url.search}`;
  const options: Dispatcher.DispatchOptions & { readonly servername?: string } = {
    origin: url.origin,
    path: connection.opened.absoluteForm ? `${url.origin}${path}` : path,
    method: request.method as Dispatcher.HttpMethod,
    headers: flatten(attempt.fields, connection.opened.http2),
    body:
      request.body === null
        ? null
        : Buffer.from(request.body.buffer, request.body.byteOffset, request.body.length),
    headersTimeout: limitOf(request.timeouts.head, request.timeouts),
    bodyTimeout: limitOf(request.timeouts.body, request.timeouts),
    // Constant, so that a Host field of the user never makes undici look for another TLS connection.
    servername: url.hostname,
  };
  return options;
}

/** What is no shorter than the total time is left to that: it asks whether this process was listening. 0: no limit. */
function limitOf(milliseconds: number, { total }: SendRequest['timeouts']): number {
  return total > 0 && milliseconds >= total ? 0 : Math.min(milliseconds, longest);
}

/** Names and values in turn, bytes read as latin1 (RFC 9110 section 5.5). */
function rawFields(raw: Dispatcher.DispatchController['rawHeaders']): RawField[] {
  const fields: RawField[] = [];
  if (!Array.isArray(raw)) return fields;
  for (let index = 0; index + 1 < raw.length; index += 2)
    fields.push([text(raw[index]), text(raw[index + 1])]);
  return fields;
}

function text(part: Buffer | string | undefined): string {
  return typeof part === 'string' ? part : (part?.toString('latin1') ?? '');
}
