/** Servers that misbehave, written down as data: what they send, in which order, with which pauses. */
import type { Socket } from 'node:net';
import type { JsonMap } from '../../src/model.ts';

/**
 * What a server does next: bytes, a pause in milliseconds, an end of the connection, `hold` (nothing more), or a piece
 * that is sent again and again, for ever (`times` absent), at once or `every` so many milliseconds.
 */
export type Act =
  | string
  | Uint8Array
  | number
  | 'FIN'
  | 'RST'
  | 'HOLD'
  | { readonly again: string | Uint8Array; readonly every?: number; readonly times?: number };

export interface Case {
  readonly name: string;
  /** What follows the request. */
  readonly acts?: readonly Act[];
  /** What comes as soon as somebody connects; the case then has an address of its own. */
  readonly greets?: readonly Act[];
  /** The case has an address of its own: it leaves the connection in a state that may harm whoever comes next. */
  readonly alone?: true;
  /** Where the address of its own speaks another protocol than plain TCP. */
  readonly over?: 'tls' | 'plain-behind-https';
  readonly step?: JsonMap;
  /** Instead of one step. */
  readonly steps?: readonly JsonMap[];
  /**
   * `passed`, or `failed` or `errored` with what it was: the failure's code, the causes with their certainty, and what
   * the failed checks found.
   */
  readonly ends: string;
}

/** Bytes as they are on the wire: one character, one byte. */
export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A whole answer with its length. */
export function answer(
  body: string | Uint8Array = '',
  fields: readonly string[] = [],
  status = '200 OK',
): Buffer {
  const content = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  const head = [`HTTP/1.1 ${status}`, `Content-Length: ${content.length}`, ...fields].join('\r\n');
  return Buffer.concat([bytes(`${head}\r\n\r\n`), content]);
}

/** A head and whatever follows. */
export function head(fields: readonly string[], status = '200 OK'): Buffer {
  return bytes(`HTTP/1.1 ${status}\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`);
}

export const chunked = 'Transfer-Encoding: chunked';
export const json = 'Content-Type: application/json';
export const html = 'Content-Type: text/html';

/** Plays the acts; resolves when all are done or the peer is gone. */
export async function play(acts: readonly Act[], socket: Socket): Promise<void> {
  for (const act of acts) {
    if (socket.destroyed) return;
    if (act === 'HOLD') return;
    if (act === 'FIN') socket.end();
    else if (act === 'RST') {
      // What was written before arrives before: a reset would overtake it.
      await pause(15);
      if ('encrypted' in socket) socket.destroy();
      else socket.resetAndDestroy();
    } else if (typeof act === 'number') await pause(act);
    else if (typeof act === 'string') await write(bytes(act), socket);
    else if (act instanceof Uint8Array) await write(act, socket);
    else await repeat(act, socket);
  }
}

async function repeat(act: Extract<Act, { again: unknown }>, socket: Socket): Promise<void> {
  const piece = typeof act.again === 'string' ? bytes(act.again) : act.again;
  for (let left = act.times ?? Number.POSITIVE_INFINITY; left > 0 && !socket.destroyed; left -= 1) {
    await write(piece, socket);
    await pause(act.every ?? 0);
  }
}

/** Waits until the peer has taken it: a server that floods must not fill the memory of the test. */
function write(data: Uint8Array, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (!socket.writable || socket.write(data)) resolve();
    else socket.once('drain', resolve).once('close', () => resolve());
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => (ms === 0 ? setImmediate(resolve) : setTimeout(resolve, ms)));
}
