/** Keys of credentials: PEM (RFC 7468), JWK (RFC 7517) or the text of a shared secret. Messages quote no part of a key. */
import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import { parseJson } from '../http/json.ts';
import type { Json, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';

export interface Key {
  readonly key: KeyObject;
  /** `kid` and `alg` of a JWK. */
  readonly kid: string | null;
  readonly alg: string | null;
}
/** The text is no key; the end of a sentence that begins with what the key is called. */
export interface KeyFault {
  readonly fault: string;
}

/** Whatever is neither a PEM nor a JWK is a shared secret, its bytes those of its UTF-8 text. Never throws. */
export function readKey(text: string): Key | KeyFault {
  const trimmed = text.trim();
  if (trimmed === '') return { fault: 'is empty' };
  if (trimmed.startsWith('{')) return readJwk(trimmed);
  if (trimmed.includes('-----BEGIN')) return readPem(trimmed);
  if (/^[^\s]+\.(?:pem|key|p8|der|jwk|json)$/i.test(trimmed))
    return {
      fault:
        'is the name of a file; what is in the file is wanted, and NAME_FILE reads it for the secret NAME',
    };
  return { key: createSecretKey(Buffer.from(text, 'utf8')), kid: null, alg: null };
}

function readJwk(text: string): Key | KeyFault {
  const parsed = parseJson(text);
  if ('error' in parsed) return { fault: 'begins as a JWK does and is not JSON' };
  const jwk = parsed.value;
  if (!isMap(jwk)) return { fault: 'is JSON and no JWK' };
  if (Array.isArray(jwk['keys'])) return { fault: 'is a JWK Set; one JWK is needed' };
  const { kty } = jwk;
  if (typeof kty !== 'string') return { fault: 'is JSON without "kty", so no JWK' };
  const named = { kid: textOf(jwk['kid']), alg: textOf(jwk['alg']) };
  if (kty === 'oct') {
    const secret = textOf(jwk['k']);
    if (!secret || !/^[A-Za-z0-9_-]+$/.test(secret)) {
      return { fault: 'is a JWK of kty "oct" without a base64url "k"' };
    }
    return { key: createSecretKey(Buffer.from(secret, 'base64url')), ...named };
  }
  if (!['RSA', 'EC', 'OKP'].includes(kty)) {
    return { fault: 'is a JWK whose "kty" is none of RSA, EC, OKP and oct' };
  }
  if (jwk['d'] === undefined) return { fault: 'is the public half of a key; signing needs the private one' };
  const key = privateKeyOf({ key: stringsOf(jwk), format: 'jwk' });
  return key ? { key, ...named } : { fault: `is a JWK of kty "${kty}" that does not parse` };
}

function readPem(text: string): Key | KeyFault {
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label = '']) => label);
  const label = labels.find((each) => each.endsWith('PRIVATE KEY'));
  if (!label) {
    const [first] = labels;
    return { fault: first ? `is a PEM of "${first}"; a private key is needed` : 'is a PEM without a label' };
  }
  if (/\\[rn]/.test(text)) return { fault: 'is a PEM whose line breaks are written as \\n' };
  if (!/\n/.test(text)) return { fault: 'is a PEM that has lost its line breaks' };
  if (label.startsWith('ENCRYPTED') || /^Proc-Type: *4,ENCRYPTED/m.test(text)) {
    return { fault: 'is a PEM with a passphrase; one without is needed' };
  }
  if (label.startsWith('OPENSSH')) return { fault: 'is a key of OpenSSH; PKCS#8 is needed' };
  if (!text.includes(`-----END ${label}-----`))
    return { fault: 'is a PEM that is cut: its END line is missing' };
  const start = text.indexOf(`-----BEGIN ${label}`);
  const key = privateKeyOf({ key: text.slice(start), format: 'pem' });
  return key ? { key, kid: null, alg: null } : { fault: `is a PEM of "${label}" that does not parse` };
}

/** The messages of OpenSSL say nothing to a reader, and may hold parts of what they could not read. */
function privateKeyOf(input: Parameters<typeof createPrivateKey>[0]): KeyObject | null {
  try {
    return createPrivateKey(input);
  } catch {
    return null;
  }
}

function stringsOf(jwk: JsonMap): Record<string, string> {
  return Object.fromEntries(
    Object.entries(jwk).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** What a key is, for messages: `an RSA key of 2048 bits`. */
export function describeKey({ key }: Key): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  switch (type) {
    case undefined:
      return `a shared secret of ${key.symmetricKeySize} bytes`;
    case 'rsa':
      return `an RSA key of ${details?.modulusLength} bits`;
    case 'rsa-pss':
      return `an RSA-PSS key of ${details?.modulusLength} bits`;
    case 'ec':
      return `an EC key on ${details?.namedCurve}`;
    default:
      return `an ${type} key`;
  }
}
