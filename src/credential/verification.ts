/** Signatures of presented tokens against a JWK Set (RFC 7515, RFC 7517). */
import type { JsonMap } from '../model.ts';
import type { Secret } from '../secret.ts';
import { isMap } from '../source.ts';
import { decodeToken } from './token.ts';

/** Keys that are tried: a set with more that fit one token is no set of an authorization server. */
const mostTried = 100;

export type Verification = 'verified' | 'wrong-signature' | 'unknown-key' | null;

/**
 * null where it cannot be told: not a whole JWS, a symmetric algorithm, no algorithm, a set that is no JWK Set, more
 * keys that may be meant than are tried.
 */
export async function verifySignature(token: Secret, jwks: JsonMap): Promise<Verification> {
  const { format, header, malformed } = decodeToken(token.reveal());
  const alg = header?.['alg'];
  if (format !== 'jwt' || malformed !== null || typeof alg !== 'string') return null;
  if (/^(?:none$|HS)/i.test(alg)) return null;
  const [{ compactVerify }, { createLocalJWKSet }, { errors }] = await Promise.all([
    import('jose/jws/compact/verify'),
    import('jose/jwks/local'),
    import('jose/errors').then((module) => ({ errors: module })),
  ]);
  const kid = header?.['kid'];
  const named = typeof kid === 'string' && keysOf(jwks).some((key) => key['kid'] === kid);
  try {
    const keys = createLocalJWKSet(jwks as unknown as Parameters<typeof createLocalJWKSet>[0]);
    await compactVerify(token.reveal(), keys);
    return 'verified';
  } catch (error) {
    // Without a kid the right key may be missing: only a key that the token names is shown to fail.
    const failed: Verification = named ? 'wrong-signature' : 'unknown-key';
    if (error instanceof errors.JWSSignatureVerificationFailed) return failed;
    if (error instanceof errors.JWKSNoMatchingKey) return 'unknown-key';
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return null;
    let tried = 0;
    for await (const key of error) {
      tried += 1;
      if (tried > mostTried) return null;
      const verified = await compactVerify(token.reveal(), key).catch(() => null);
      if (verified) return 'verified';
    }
    return failed;
  }
}

function keysOf(jwks: JsonMap): JsonMap[] {
  const keys = jwks['keys'];
  return Array.isArray(keys) ? keys.filter(isMap) : [];
}
