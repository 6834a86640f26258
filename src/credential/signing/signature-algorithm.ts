/** The six algorithms of RFC 9421 section 3.3. */
import { constants, createHmac, type KeyObject, sign } from 'node:crypto';

export function signBytes(alg: string, key: KeyObject, bytes: Uint8Array): Buffer {
  switch (alg) {
    case 'rsa-pss-sha512':
      // Section 3.3.1: a salt of 64 bytes.
      return sign('sha512', bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 });
    case 'rsa-v1_5-sha256':
      return sign('sha256', bytes, { key, padding: constants.RSA_PKCS1_PADDING });
    case 'hmac-sha256':
      return createHmac('sha256', key).update(bytes).digest();
    case 'ecdsa-p256-sha256':
      return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
    case 'ecdsa-p384-sha384':
      return sign('sha384', bytes, { key, dsaEncoding: 'ieee-p1363' });
    case 'ed25519':
      return sign(null, bytes, key);
    default:
      throw new Error(`no algorithm is called ${alg}`);
  }
}
