/** Response bodies: kept up to a limit, counted and hashed beyond it, content codings undone (RFC 9110 section 8.4). */
import { createHash, type Hash } from 'node:crypto';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { Body } from '../model.ts';

export interface BodyCollector {
  /** false: the hard ceiling is reached, nothing more is taken. */
  add(chunk: Buffer): boolean;
  /** `coding` is the joined value of all Content-Encoding fields. */
  finish(coding: string): Body | Promise<Body>;
}

/** Past the limit a body is counted up to this many times the limit, then cut. */
const ceilingFactor = 100;
const smallestCeiling = 1024 * 1024;
const largestCeiling = 1024 * 1024 * 1024;

function bodyCeiling(limit: number): number {
  return Math.max(Math.min(limit * ceilingFactor, largestCeiling), smallestCeiling);
}

/** `limit` is in bytes, of what is received and again of what is decoded. */
export function collectBody(limit: number): BodyCollector {
  const chunks: Buffer[] = [];
  const ceiling = bodyCeiling(limit);
  let bytes = 0;
  let kept = 0;
  let hash: Hash | null = null;
  return {
    add(chunk) {
      bytes += chunk.length;
      if (bytes > ceiling) return false;
      const room = limit - kept;
      if (chunk.length <= room) {
        chunks.push(chunk);
        kept += chunk.length;
        return true;
      }
      hash ??= chunks.reduce((sum, part) => sum.update(part), createHash('sha256'));
      hash.update(chunk);
      if (room > 0) {
        chunks.push(chunk.subarray(0, room));
        kept += room;
      }
      return true;
    },
    finish(coding) {
      const content = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      const truncated = hash !== null;
      const codings = listCodings(coding);
      if (codings.length > 0 && content.length > 0) return decodeBody(content, codings, truncated, limit);
      const sha256 = hash?.digest('hex') ?? digest(content);
      return { content, bytes, sha256, truncated, decodeError: null };
    },
  };
}

/** SHA-256 in lower-case hexadecimal. */
export function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function listCodings(value: string): string[] {
  return value
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

/** As curl: nobody means more, and each can cost the time of a whole body. */
const mostCodings = 5;

/** Codings stand in the order in which they were applied. `bytes` and `sha256` are of what was decoded. */
async function decodeBody(received: Buffer, codings: string[], cut: boolean, limit: number): Promise<Body> {
  let content = received;
  let truncated = cut;
  let decodeError: string | null =
    codings.length > mostCodings
      ? `It has ${codings.length} content codings; more than ${mostCodings} are not undone.`
      : null;
  if (decodeError !== null)
    return { content, bytes: content.length, sha256: digest(content), truncated, decodeError };
  for (const coding of codings.toReversed()) {
    const decoder = createDecoder(coding, content);
    if (decoder === null) {
      decodeError ??= `The content coding "${coding}" is not known; the bytes are as received.`;
      break;
    }
    const decoded = await decode(decoder, content, limit);
    content = decoded.content;
    if (decoded.code !== null && !truncated) decodeError ??= explain(coding, decoded.code);
    truncated ||= decoded.truncated;
  }
  return { content, bytes: content.length, sha256: digest(content), truncated, decodeError };
}

function explain(coding: string, code: string): string {
  if (code === 'Z_BUF_ERROR') return `The ${coding} stream ends before its end marker (${code}).`;
  return `The bytes are not a valid ${coding} stream (${code}).`;
}

type MaybeZstd = { readonly createZstdDecompress?: () => Transform };

function createDecoder(coding: string, content: Buffer): Transform | null {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return isZlib(content) ? zlib.createInflate() : zlib.createInflateRaw();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      // Node 22.15 and later.
      return (zlib as MaybeZstd).createZstdDecompress?.() ?? null;
    default:
      return null;
  }
}

/** The two header bytes of RFC 1950; many servers send raw deflate (RFC 1951) under the same name. */
function isZlib(content: Buffer): boolean {
  const [first = 0, second = 0] = content;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

interface Decoded {
  readonly content: Buffer;
  readonly truncated: boolean;
  readonly code: string | null;
}

/** Keeps what came out before an error, and stops at the limit: a small body can decode to any size. */
function decode(decoder: Transform, content: Buffer, limit: number): Promise<Decoded> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (truncated: boolean, code: string | null): void => {
      resolve({ content: Buffer.concat(chunks), truncated, code });
    };
    decoder.on('data', (chunk: Buffer) => {
      const room = limit - bytes;
      chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
      bytes += Math.min(chunk.length, room);
      if (chunk.length > room) {
        decoder.destroy();
        settle(true, null);
      }
    });
    decoder.on('error', (error: NodeJS.ErrnoException) => settle(false, error.code ?? error.name));
    decoder.on('end', () => settle(false, null));
    decoder.end(content);
  });
}
