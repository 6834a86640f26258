/** Which key an algorithm takes: JWS (RFC 7518 section 3, RFC 8037) and HTTP Message Signatures (RFC 9421 section 3.3). */
import { describeKey, type Key } from './key.ts';

interface Wants {
  readonly what: string;
  readonly fits: (key: Key) => boolean;
}

const rsa = (...types: string[]): Wants => ({
  what: 'an RSA key of at least 2048 bits',
  fits: ({ key }) =>
    types.includes(key.asymmetricKeyType ?? '') && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048,
});
const ec = (curve: string, name: string): Wants => ({
  what: `an EC key on ${name}`,
  fits: ({ key }) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve,
});
/** RFC 7518 section 3.2: no shorter than the hash. */
const secret = (bytes: number): Wants => ({
  what: bytes > 1 ? `a shared secret of at least ${bytes} bytes` : 'a shared secret',
  fits: ({ key }) => key.type === 'secret' && (key.symmetricKeySize ?? 0) >= bytes,
});
const ed25519: Wants = {
  what: 'an Ed25519 key',
  fits: ({ key }) => key.asymmetricKeyType === 'ed25519',
};

export const jwsAlgorithms: Readonly<Record<string, Wants>> = {
  HS256: secret(32),
  HS384: secret(48),
  HS512: secret(64),
  RS256: rsa('rsa'),
  RS384: rsa('rsa'),
  RS512: rsa('rsa'),
  PS256: rsa('rsa'),
  PS384: rsa('rsa'),
  PS512: rsa('rsa'),
  ES256: ec('prime256v1', 'P-256'),
  ES384: ec('secp384r1', 'P-384'),
  ES512: ec('secp521r1', 'P-521'),
  EdDSA: ed25519,
  Ed25519: ed25519,
};

export const signatureAlgorithms: Readonly<Record<string, Wants>> = {
  'rsa-pss-sha512': rsa('rsa', 'rsa-pss'),
  'rsa-v1_5-sha256': rsa('rsa'),
  'hmac-sha256': secret(1),
  'ecdsa-p256-sha256': ec('prime256v1', 'P-256'),
  'ecdsa-p384-sha384': ec('secp384r1', 'P-384'),
  ed25519,
};

/** The end of a sentence that begins with what the key is called; null where the key fits. */
export function misfit(key: Key, alg: string, algorithms: Readonly<Record<string, Wants>>): string | null {
  const wants = Object.hasOwn(algorithms, alg) ? algorithms[alg] : undefined;
  if (!wants) return `cannot be used: "${alg}" is none of ${Object.keys(algorithms).join(', ')}`;
  if (key.alg !== null && algorithms === jwsAlgorithms && key.alg !== alg) {
    return `is a JWK for "${key.alg}", and alg is "${alg}"`;
  }
  return wants.fits(key) ? null : `is ${describeKey(key)}; ${alg} needs ${wants.what}`;
}

/** The algorithm of RFC 9421 that a key is for; null: none. RSA keys that are not told apart sign with PSS. */
export function algorithmOf(key: Key): string | null {
  return (
    Object.keys(signatureAlgorithms).find((alg) => misfit(key, alg, signatureAlgorithms) === null) ?? null
  );
}
