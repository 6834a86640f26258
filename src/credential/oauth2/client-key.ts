/** The private key of a client (PEM or JWK) and the algorithms it can sign with (RFC 7518, RFC 8037). */
import { createPrivateKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { parseJson } from '../../http/json.ts';
import type { JsonMap } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import { isMap } from '../../source.ts';

export interface ClientKey {
  readonly key: KeyObject;
  /** Of the JWK, where it names one. */
  readonly kid: string | null;
  /** That of the JWK, or the usual one of the key. */
  readonly alg: string;
  /** All that the key can sign with. */
  readonly algs: readonly string[];
}
/** One sentence that quotes no part of the key, and what to do. */
export interface KeyDefect {
  readonly problem: string;
  readonly fix: string;
}

/** PKCS #8, PKCS #1 and SEC 1 in PEM; or one JWK (RFC 7517). */
export function parseClientKey(value: Value): ClientKey | KeyDefect {
  const text = (value instanceof Secret ? value.reveal() : value).trim();
  if (text.startsWith('{')) return fromJwk(text);
  const defect = pemDefect(text);
  if (defect) return defect;
  try {
    return described(createPrivateKey(text), null, null);
  } catch {
    return {
      problem: 'is a PEM text that cannot be read',
      fix: 'Check that no line of it is lost: line breaks must be kept.',
    };
  }
}

const byFile =
  'Write "${secret.NAME}", and set the environment variable NAME_FILE to the file, or NAME to what it holds.';

function pemDefect(text: string): KeyDefect | null {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  const fix = 'Give the private key: PEM (PKCS #8, PKCS #1 or SEC 1) or one JWK.';
  if (label === undefined) {
    const isPath = /^[^\s{}]+\.(?:pem|key|p8|json|jwk|pk8)$/i.test(text);
    const problem = isPath ? 'is the name of a file, not a key' : 'is neither PEM nor a JWK';
    return { problem, fix: isPath ? byFile : fix };
  }
  if (label === 'CERTIFICATE') return { problem: 'is a certificate, not a private key', fix };
  if (label.endsWith('PUBLIC KEY')) return { problem: 'is a public key', fix };
  if (label === 'ENCRYPTED PRIVATE KEY' || text.includes('Proc-Type: 4,ENCRYPTED')) {
    return {
      problem: 'is encrypted with a pass phrase',
      fix: 'Give it decrypted: openssl pkey -in key.pem.',
    };
  }
  if (label === 'OPENSSH PRIVATE KEY') {
    return {
      problem: 'is an OpenSSH key',
      fix: 'Convert a copy of it to PEM: ssh-keygen -p -m PKCS8 -f copy.',
    };
  }
  return null;
}

function fromJwk(text: string): ClientKey | KeyDefect {
  const fix = 'Give one private JWK (RFC 7517), or PEM.';
  const parsed = parseJson(text);
  if ('error' in parsed || !isMap(parsed.value)) return { problem: 'is not valid JSON', fix };
  const jwk = parsed.value;
  if (jwk['keys'] !== undefined) return { problem: 'is a JWK Set', fix: 'Give the one key of it.' };
  if (jwk['kty'] === 'oct') {
    return { problem: 'is a symmetric key', fix: 'For client_secret_jwt, give its text as client_secret.' };
  }
  if (jwk['d'] === undefined) return { problem: 'is a public key: it has no "d"', fix };
  try {
    return described(createPrivateKey(jwkInput(jwk)), textOf(jwk['kid']), textOf(jwk['alg']));
  } catch {
    return { problem: 'is a JWK that cannot be read', fix };
  }
}

function jwkInput(jwk: JsonMap): JsonWebKeyInput {
  return { key: Object.fromEntries(Object.entries(jwk)), format: 'jwk' };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function described(key: KeyObject, kid: string | null, alg: string | null): ClientKey | KeyDefect {
  const algs = algorithmsOf(key);
  const usual = algs[0];
  if (usual === undefined) {
    return {
      problem: `is of a kind that no JWS algorithm uses (${key.asymmetricKeyType ?? 'unknown'})`,
      fix: 'Use an RSA key, one on P-256, P-384 or P-521, or Ed25519.',
    };
  }
  if (
    key.asymmetricKeyDetails?.modulusLength !== undefined &&
    key.asymmetricKeyDetails.modulusLength < 2048
  ) {
    return {
      problem: `is an RSA key of ${key.asymmetricKeyDetails.modulusLength} bits`,
      fix: 'Use one of 2048 bits or more (RFC 7518 section 3.3).',
    };
  }
  return { key, kid, alg: alg ?? usual, algs };
}

const ofCurve: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string[] {
  if (asymmetricKeyType === 'rsa') return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
  if (asymmetricKeyType === 'rsa-pss') return ['PS256', 'PS384', 'PS512'];
  // The name that servers know; RFC 9864 names the same algorithm Ed25519.
  if (asymmetricKeyType === 'ed25519') return ['EdDSA', 'Ed25519'];
  if (asymmetricKeyType !== 'ec') return [];
  const alg = ofCurve[asymmetricKeyDetails?.namedCurve ?? ''];
  return alg === undefined ? [] : [alg];
}
