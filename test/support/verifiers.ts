/** Servers' halves of signatures: each looks at a request as it arrived and says whether it is signed. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createVerifier, httpbis } from 'http-message-signatures';
import type { Received } from './origins.ts';

export function fieldOf(request: Received, name: string): string {
  const values = request.headers
    .filter(([each]) => each.toLowerCase() === name)
    .map(([, value]) => value.trim());
  return values.join(',');
}

/** RFC 9421, by the verifying half of a library; the body has to be that of Content-Digest. */
export async function isMessageSigned(request: Received, publicKey: string, alg: string): Promise<boolean> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    headers[lower] = [...(headers[lower] ?? []), value];
  }
  const [method, digest] = /^(sha-\d+)=:(.*):$/.exec(fieldOf(request, 'content-digest'))?.slice(1) ?? [];
  if (method && createHash(method.replace('-', '')).update(request.body).digest('base64') !== digest)
    return false;
  const message = { method: request.method, url: `${request.origin}${request.url}`, headers };
  const key = { id: 'k', algs: [alg], verify: createVerifier(publicKey, alg) };
  return (await httpbis.verifyMessage({ keyLookup: async () => key }, message)) ?? false;
}

/** AWS Signature Version 4, by the words of its documentation: from the fields that SignedHeaders names. */
export function isSigV4Signed(request: Received, secret: string): boolean {
  const authorization = fieldOf(request, 'authorization');
  const parsed =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/((\d{8})\/([^/]+)\/([^/]+)\/aws4_request), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (!parsed) return false;
  const [, scope = '', day = '', region = '', service = '', names = '', signature = ''] = parsed;
  const [path = '', query = ''] = request.url.split('?', 2);
  const encode = (text: string): string =>
    [...Buffer.from(text)]
      .map((byte) =>
        /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
          ? String.fromCharCode(byte)
          : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
      )
      .join('');
  const pairs =
    query === '' ? [] : query.split('&').map((pair) => pair.split('=', 2).map(decodeURIComponent));
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = [
    request.method,
    service === 's3' ? path : path.split('/').map(encode).join('/'),
    pairs
      .map(([name = '', value = '']) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${fieldOf(request, name).replace(/ +/g, ' ')}`),
    '',
    names,
    hash(request.body),
  ].join('\n');
  const text = `AWS4-HMAC-SHA256\n${fieldOf(request, 'x-amz-date')}\n${scope}\n${hash(canonical)}`;
  const hmac = (key: string | Buffer, part: string): Buffer =>
    createHmac('sha256', key).update(part).digest();
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex'));
}
