/** A keyed hash (RFC 2104) over a text that is made of the request: the template `over`. */
import { createHmac } from 'node:crypto';
import { type HmacPart, parseHmacTemplate } from '../../http/hmac-template.ts';
import type { Field, HmacCredential } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import type { Rendering } from '../rendering.ts';
import type { Signer, UnsignedRequest } from '../signer.ts';
import type { StoreParts } from '../store.ts';
import { hmacKey } from './hmac-key.ts';
import { requestField, reveal, sha256, targetUri } from './request-parts.ts';

export async function renderHmac(credential: HmacCredential, parts: StoreParts): Promise<Rendering> {
  const { name } = credential;
  const { ledger } = parts;
  const secret = ledger.secret(`${name} key`, credential.key);
  const key = hmacKey(secret.reveal(), credential.key_encoding);
  if ('fault' in key) return { problem: `The key of credential "${name}" ${key.fault}.` };
  const scheme = /^([A-Za-z][A-Za-z0-9-]*) /.exec(credential.value);
  const field = credential.header.toLowerCase();
  return {
    headers: [],
    query: [],
    cookies: [],
    signer: createHmacSigner(credential, key.bytes, parts),
    use: {
      name,
      type: 'hmac',
      field,
      scheme: field === 'authorization' ? (scheme?.[1] ?? null) : null,
      fingerprint: ledger.fingerprint(secret),
      token: null,
      obtained: null,
    },
  };
}

function createHmacSigner(credential: HmacCredential, key: Uint8Array, parts: StoreParts): Signer {
  const { name, algorithm, encoding, over, header, value, headers } = credential;
  const { clock, random, ledger } = parts;
  return {
    fields: [header, ...Object.keys(headers)].map((each) => each.toLowerCase()),
    rank: 1,
    fault(request) {
      const texts = [over, value, ...Object.values(headers)].flatMap(parseHmacTemplate);
      const absent = texts.find((part) => typeof part !== 'string' && isAbsent(part, request));
      if (typeof absent !== 'object') return null;
      return `The credential "${name}" signs the header "${absent.name.slice(7)}", which the request does not have.`;
    },
    async sign(request): Promise<readonly Field[]> {
      const now = clock.now();
      const names = namesOf(request, now, random.uuid());
      const hash = createHmac(algorithm, key);
      for (const part of parseHmacTemplate(over)) hash.update(bytesOf(part, request, names));
      const signature = ledger.secret(`${name} signature`, hash.digest(encoding));
      const filled = (template: string): Value =>
        Secret.join(
          parseHmacTemplate(template).map((part) =>
            isNamed(part, 'signature') ? signature : textOf(part, request, names),
          ),
        );
      const further = Object.entries(headers).map(([field, text]): Field => [field, filled(text)]);
      return [...further, [header, filled(value)]];
    },
    challenged: () => false,
  };
}

function isNamed(part: HmacPart, name: string): boolean {
  return typeof part !== 'string' && part.name === name;
}

function isAbsent({ name, otherwise }: Exclude<HmacPart, string>, request: UnsignedRequest): boolean {
  return (
    name.startsWith('header.') && otherwise === null && requestField(request, name.slice(7)).length === 0
  );
}

/** One time and one nonce for all that is said of a request. */
function namesOf(request: UnsignedRequest, now: number, nonce: string): Readonly<Record<string, string>> {
  const { method, url, body } = request;
  return {
    timestamp: String(Math.floor(now / 1000)),
    timestamp_ms: String(now),
    nonce,
    method,
    url: targetUri(request),
    path: url.pathname,
    query: url.search.slice(1),
    host: url.host,
    body_sha256: sha256(body),
  };
}

/** The bytes of the body as they are; everything else is text. */
function bytesOf(
  part: HmacPart,
  request: UnsignedRequest,
  names: Readonly<Record<string, string>>,
): Uint8Array | string {
  if (isNamed(part, 'body')) return request.body ?? '';
  return reveal(textOf(part, request, names));
}

/** Fields that hold secrets stay secret, wherever they are put. */
function textOf(part: HmacPart, request: UnsignedRequest, names: Readonly<Record<string, string>>): Value {
  if (typeof part === 'string') return part;
  const { name, otherwise } = part;
  if (name === 'body') return Buffer.from(request.body ?? '').toString('utf8');
  if (!name.startsWith('header.')) return names[name] ?? '';
  const field = name.slice(7).toLowerCase();
  const values = requestField(request, field);
  if (values.length === 0) return otherwise ?? '';
  const shown = request.headers.filter(([each]) => each.toLowerCase() === field).map(([, value]) => value);
  const text = values.join(', ');
  return shown.some((value) => value instanceof Secret) ? new Secret(text, shown.join(', ')) : text;
}
