/** Keys of signing credentials: that they parse, and fit their algorithm. No message quotes a part of one. */
import type {
  HmacCredential,
  HttpSignatureCredential,
  SelfSignedJwtCredential,
  SigV4Credential,
} from '../../model.ts';
import { jwsAlgorithms } from '../key-fit.ts';
import type { PreflightFault } from '../preflight.ts';
import { unsendable } from '../rendering.ts';
import { hmacKey } from './hmac-key.ts';
import { signatureKey } from './http-signature.ts';
import { reveal } from './request-parts.ts';
import { jwsKey } from './self-signed-jwt.ts';

type Signing = HmacCredential | HttpSignatureCredential | SelfSignedJwtCredential | SigV4Credential;

export async function signingProblems(credential: Signing): Promise<PreflightFault[]> {
  const { name } = credential;
  switch (credential.type) {
    case 'hmac':
      return keyFault(
        name,
        hmacKey(reveal(credential.key), credential.key_encoding),
        'Give the shared key, written as key_encoding says.',
      );
    case 'self_signed_jwt':
      // The plan has told of an alg that there is not.
      if (!Object.hasOwn(jwsAlgorithms, credential.alg)) return [];
      return keyFault(
        name,
        jwsKey(reveal(credential.key), credential.alg),
        'Give a private key as PEM (PKCS#8) or JWK that fits alg, or a shared secret for HS256, HS384 and HS512.',
      );
    case 'http_signature':
      return keyFault(
        name,
        signatureKey(reveal(credential.key), credential.alg),
        'Give a private key as PEM (PKCS#8) or JWK that fits alg, or a shared secret for hmac-sha256.',
      );
    case 'aws_sigv4':
      return sigV4Faults(credential);
  }
}

function keyFault(name: string, read: object, fix: string): PreflightFault[] {
  if (!('fault' in read)) return [];
  return [{ key: 'key', message: `The key of credential "${name}" ${read.fault}.`, fix }];
}

function sigV4Faults(credential: SigV4Credential): PreflightFault[] {
  const faults: PreflightFault[] = [];
  for (const key of ['access_key_id', 'secret_access_key', 'session_token'] as const) {
    const value = credential[key];
    if (value === null) continue;
    const text = reveal(value);
    const fault = unsendable(text) ?? (/\s/.test(text) ? 'holds white space' : null);
    if (fault === null) continue;
    const message = `The ${key} of credential "${credential.name}" ${fault}.`;
    faults.push({ key, message, fix: 'Give it as it was issued, without anything around it.' });
  }
  return faults;
}
