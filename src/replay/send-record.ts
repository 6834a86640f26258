/** The request as the trace keeps it: what was serialised, secrets shown by name. */
import { createHash } from 'node:crypto';
import type { Field, RawField, SentBody, SentRequest } from '../model.ts';
import { type Redactor, Secret } from '../secret.ts';
import { digest } from './body.ts';

/** Characters of a request body that the trace shows. */
const excerptLength = 2048;
/** Bytes looked at for the excerpt: a secret that is cut by this border must not be shown in part. */
const excerptWindow = 64 * 1024;
/** undici writes these itself, at their own places. */
const generated: ReadonlySet<string> = new Set(['host', 'connection', 'content-length']);

/** The fields of an HTTP/1.1 request head. `fields` are those that were asked for, in order. */
export function recordHead(head: string, fields: readonly Field[], redactor: Redactor): RawField[] {
  const asked = fields.filter(([name]) => !generated.has(name.toLowerCase()));
  const record: RawField[] = [];
  let next = 0;
  const lines = head.split('\r\n');
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') break;
    const colon = line.indexOf(': ');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 2);
    const field = asked[next];
    if (field && field[0] === name && reveal(field) === value) {
      record.push([name, show(field, redactor)]);
      next += 1;
    } else record.push([name, redactor.redact(value)]);
  }
  return record;
}

/** The fields of a request that was never written, or whose serialisation is HTTP/2's (RFC 9113 section 8.3). */
export function recordPlanned(
  url: URL,
  method: string,
  fields: readonly Field[],
  http2: boolean,
  bodyBytes: number | null,
  redactor: Redactor,
): RawField[] {
  if (!http2) {
    const named = fields.some(([name]) => name.toLowerCase() === 'host');
    const shown = fields.map((field): RawField => [field[0], show(field, redactor)]);
    return named ? shown : [['host', url.host], ...shown];
  }
  const host = fields.find(([name]) => name.toLowerCase() === 'host');
  const record: RawField[] = [
    [':authority', host ? show(host, redactor) : url.host],
    [':method', method],
    [':path', redactor.redact(`${url.pathname}${url.search}`)],
    [':scheme', url.protocol.slice(0, -1)],
  ];
  return [...record, ...joined(fields, redactor), ...length(method, bodyBytes)];
}

/** In HTTP/2 undici joins the values of a repeated name (RFC 9110 section 5.3); Cookie stays apart. */
function joined(fields: readonly Field[], redactor: Redactor): RawField[] {
  const record = new Map<string, string[]>();
  for (const field of fields) {
    const name = field[0].toLowerCase();
    if (generated.has(name)) continue;
    const values = record.get(name) ?? [];
    values.push(show(field, redactor));
    record.set(name, values);
  }
  return [...record].flatMap(([name, values]) =>
    name === 'cookie' ? values.map((value): RawField => [name, value]) : [[name, values.join(', ')] as const],
  );
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
  const shown = redactor.redact(text, cut);
  const safe = cut ? shown.slice(0, Math.max(0, shown.length - excerptWindow / 4)) : shown;
  return safe.slice(0, excerptLength);
}

/** Name and real value, flat, as undici takes them. */
export function flatten(fields: readonly Field[], lowerCase: boolean): string[] {
  const flat: string[] = [];
  for (const field of fields) flat.push(lowerCase ? field[0].toLowerCase() : field[0], reveal(field));
  return flat;
}

function reveal(field: Field): string {
  return field[1] instanceof Secret ? field[1].reveal() : field[1];
}

function show(field: Field, redactor: Redactor): string {
  return redactor.redact(String(field[1]));
}
