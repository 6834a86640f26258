/** What signers read of a request, its framing fields included. */
import { createHash } from 'node:crypto';
import { Secret, type Value } from '../../secret.ts';
import type { UnsignedRequest } from '../signer.ts';

export function reveal(value: Value): string {
  return value instanceof Secret ? value.reveal() : value;
}

/** The values of a field, as they will be sent; Host and Content-Length are those that the sender adds. */
export function requestField(request: UnsignedRequest, name: string): string[] {
  const lower = name.toLowerCase();
  const values = request.headers
    .filter(([field]) => field.toLowerCase() === lower)
    .map(([, value]) => reveal(value).trim());
  if (values.length > 0) return values;
  if (lower === 'host') return [request.url.host];
  if (lower === 'content-length') return contentLength(request);
  return [];
}

function contentLength({ method, body }: UnsignedRequest): string[] {
  if (body) return [String(body.length)];
  return ['POST', 'PUT', 'PATCH'].includes(method) ? ['0'] : [];
}

/** The target URI (RFC 9110 section 7.1): a fragment is never sent. */
export function targetUri({ url }: UnsignedRequest): string {
  return url.hash === '' ? url.href : url.href.slice(0, -url.hash.length);
}

export function sha256(body: Uint8Array | null): string {
  return createHash('sha256')
    .update(body ?? '')
    .digest('hex');
}
