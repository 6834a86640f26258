/** The request as the trace keeps it: what was serialised, secrets shown by name. */
import { createHash } from 'node:crypto';
import type { Field, FieldSource, HeadSize, RawField, SentBody, SentRequest } from '../model.ts';
import { type Redactor, Secret } from '../secret.ts';
import { digest } from './body.ts';

/** Characters of a request body that the trace shows. */
const excerptLength = 2048;
/** Bytes looked at for the excerpt: a secret that is cut by this border must not be shown in part. */
const excerptWindow = 64 * 1024;
/** undici writes these itself, at their own places. */
const generated: ReadonlySet<string> = new Set(['host', 'connection', 'content-length']);

const lineEnd = 2;
/** What RFC 9113 section 10.5.1 adds to name and value. */
const overhead = 32;

const ofTransport: readonly FieldSource[] = ['transport'];
const ofTool: readonly FieldSource[] = ['why401'];

export interface FieldRecord {
  readonly headers: readonly RawField[];
  /** Of each of them. */
  readonly sources: readonly (readonly FieldSource[])[];
  readonly size: HeadSize;
}

/** The fields of an HTTP/1.1 request head. `fields` are those that were asked for, in order. */
export function recordHead(head: string, fields: readonly Field[], redactor: Redactor): FieldRecord {
  const asked = fields.filter(([name]) => !generated.has(name.toLowerCase()));
  const headers: RawField[] = [];
  const sources: (readonly FieldSource[])[] = [];
  const sizes: number[] = [];
  let next = 0;
  const lines = head.split('\r\n');
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') break;
    const colon = line.indexOf(': ');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 2);
    // One character is one byte: the head is written as latin1.
    sizes.push(line.length + lineEnd);
    const field = asked[next];
    if (field && field[0] === name && reveal(field) === value) {
      headers.push([name, show(field, redactor)]);
      sources.push(field[2] ?? ofTool);
      next += 1;
    } else {
      headers.push([name, redactor.redact(value)]);
      sources.push(sourceOfGenerated(name, fields));
    }
  }
  return { headers, sources, size: { head: head.length, fields: sizes } };
}

/** A step may state a Host or a Content-Length itself: undici writes it at its own place. */
function sourceOfGenerated(name: string, fields: readonly Field[]): readonly FieldSource[] {
  const stated = fields.find((field) => field[0].toLowerCase() === name.toLowerCase());
  return stated === undefined ? ofTransport : (stated[2] ?? ofTool);
}

/** The fields of a request that was never written, or whose serialisation is HTTP/2's (RFC 9113 section 8.3). */
export function recordPlanned(
  url: URL,
  method: string,
  fields: readonly Field[],
  http2: boolean,
  bodyBytes: number | null,
  redactor: Redactor,
): FieldRecord {
  if (!http2) {
    const named = fields.some(([name]) => name.toLowerCase() === 'host');
    const headers = fields.map((field): RawField => [field[0], show(field, redactor)]);
    const sources = fields.map((field) => field[2] ?? ofTool);
    const sizes = fields.map(([name, value]) => name.length + 2 + bytesOf(value) + lineEnd);
    const line = `${method} ${url.pathname}${url.search} HTTP/1.1`.length + lineEnd;
    if (named) return { headers, sources, size: sized(line + lineEnd, sizes) };
    const host = `host: ${url.host}`.length + lineEnd;
    return {
      headers: [['host', url.host], ...headers],
      sources: [ofTransport, ...sources],
      size: sized(line + lineEnd, [host, ...sizes]),
    };
  }
  const host = fields.find(([name]) => name.toLowerCase() === 'host');
  const pseudo: RawField[] = [
    [':authority', host ? show(host, redactor) : url.host],
    [':method', method],
    [':path', redactor.redact(`${url.pathname}${url.search}`)],
    [':scheme', url.protocol.slice(0, -1)],
  ];
  const asked = joined(fields, redactor);
  const framing = length(method, bodyBytes);
  const path = url.pathname.length + url.search.length;
  const inClear = [
    ...pseudo.map(([name, value]) => name.length + (name === ':path' ? path : value.length) + overhead),
    ...asked.map(([, , bytes]) => bytes),
    ...framing.map(([name, value]) => name.length + value.length + overhead),
  ];
  return {
    size: sized(0, inClear),
    headers: [...pseudo, ...asked.map(([field]) => field), ...framing],
    sources: [
      sourceOfGenerated('host', fields),
      ...pseudo.slice(1).map(() => ofTransport),
      ...asked.map(([, by]) => by),
      ...framing.map(({ 0: name }) => sourceOfGenerated(name, fields)),
    ],
  };
}

/** In HTTP/2 undici joins the values of a repeated name (RFC 9110 section 5.3); Cookie stays apart. */
function joined(
  fields: readonly Field[],
  redactor: Redactor,
): (readonly [RawField, readonly FieldSource[], number])[] {
  const record = new Map<string, Field[]>();
  for (const field of fields) {
    const name = field[0].toLowerCase();
    if (generated.has(name)) continue;
    const same = record.get(name);
    if (same) same.push(field);
    else record.set(name, [field]);
  }
  return [...record].flatMap(([name, same]) => {
    const lines = name === 'cookie' ? same.map((field) => [field]) : [same];
    return lines.map(
      (line) =>
        [
          [name, line.map((field) => show(field, redactor)).join(', ')] as const,
          [...new Set(line.flatMap((field) => field[2] ?? ofTool))],
          line.reduce((sum, [, value]) => sum + bytesOf(value) + 2, name.length + overhead - 2),
        ] as const,
    );
  });
}

function length(method: string, bytes: number | null): RawField[] {
  const expected = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return expected ? [['content-length', String(bytes ?? 0)]] : [];
}

export function recordBody(body: Uint8Array | null, redactor: Redactor): SentRequest['body'] {
  if (body === null) return null;
  const digests = formDigests(body);
  const record = { bytes: body.length, sha256: digest(body), excerpt: excerptOf(body, redactor) };
  return digests === undefined ? record : { ...record, digests };
}

/** Parameters by which the steps of a flow belong together. */
const flowParameters = ['code', 'code_verifier', 'refresh_token'];

/** Undefined where the body is no token request (RFC 6749 section 4.1.3). */
function formDigests(body: Uint8Array): SentBody['digests'] {
  if (body.length > excerptWindow) return undefined;
  const form = new URLSearchParams(Buffer.from(body).toString('latin1'));
  if (!form.has('grant_type')) return undefined;
  const found = flowParameters.flatMap((name) => {
    const value = form.get(name);
    return value === null || value === ''
      ? []
      : [[name, createHash('sha256').update(value, 'utf8').digest('base64url')] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Empty where the body is not text. */
function excerptOf(body: Uint8Array, redactor: Redactor): string {
  const cut = body.length > excerptWindow;
  const window = cut ? body.subarray(0, excerptWindow) : body;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(window, { stream: cut });
  } catch {
    return '';
  }
  const shown = redactor.redact(text, cut ? 'end' : 'none');
  const safe = cut ? shown.slice(0, Math.max(0, shown.length - excerptWindow / 4)) : shown;
  return safe.slice(0, excerptLength);
}

/** Name and real value, flat, as undici takes them. */
export function flatten(fields: readonly Field[], lowerCase: boolean): string[] {
  const flat: string[] = [];
  for (const field of fields) flat.push(lowerCase ? field[0].toLowerCase() : field[0], reveal(field));
  return flat;
}

function sized(start: number, fields: readonly number[]): HeadSize {
  return { head: fields.reduce((sum, bytes) => sum + bytes, start), fields };
}

function bytesOf(value: Field[1]): number {
  return Buffer.byteLength(value instanceof Secret ? value.reveal() : value, 'utf8');
}

function reveal(field: Field): string {
  return field[1] instanceof Secret ? field[1].reveal() : field[1];
}

function show(field: Field, redactor: Redactor): string {
  return redactor.redact(String(field[1]));
}
