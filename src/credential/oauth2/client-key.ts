/** The private key of a client and the algorithms with which it can sign (RFC 7518, RFC 8037). */
import type { KeyObject } from 'node:crypto';
import type { Client } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import { describeKey, type KeyFault, readKey } from '../key.ts';
import { jwsAlgorithms } from '../key-fit.ts';

export interface ClientKey {
  readonly key: KeyObject;
  /** Of the JWK, where it names one. */
  readonly kid: string | null;
  /** That of the JWK, or the usual one of the key. */
  readonly alg: string;
  /** All that the key can sign with. */
  readonly algs: readonly string[];
}

/** A PEM or one JWK; shared secrets are of other methods. */
export function parseClientKey(value: Value): ClientKey | KeyFault {
  const read = readKey(value instanceof Secret ? value.reveal() : value);
  if ('fault' in read) return read;
  const { key, kid, alg } = read;
  if (key.type === 'secret') return { fault: 'is neither PEM nor the JWK of a private key' };
  const algs = Object.entries(jwsAlgorithms).flatMap(([name, { fits }]) => (fits(read) ? [name] : []));
  const [usual] = algs;
  if (usual === undefined) {
    return {
      fault: `is ${describeKey(read)}; private_key_jwt needs an RSA key of at least 2048 bits, an EC key on P-256, P-384 or P-521, or an Ed25519 key`,
    };
  }
  return { key, kid, alg: alg ?? usual, algs };
}

/** With which algorithm the client signs its assertions; null where it signs none, or its key cannot be read. */
export function assertionAlg({ token_endpoint_auth_method: method, settings }: Client): string | null {
  if (method !== 'private_key_jwt' && method !== 'client_secret_jwt') return null;
  const stated = settings?.token_endpoint_auth_signing_alg ?? null;
  if (stated !== null) return stated;
  if (method === 'client_secret_jwt') return 'HS256';
  const key = settings?.private_key ? parseClientKey(settings.private_key) : null;
  return key && 'alg' in key ? key.alg : null;
}
