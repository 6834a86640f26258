/** Credentials that need no server to be presented: fixed values, and keys that sign. */
import type {
  ApiKeyCredential,
  BasicCredential,
  BearerCredential,
  DigestCredential,
  HmacCredential,
  HttpSignatureCredential,
  SigV4Credential,
} from '../model.ts';
import { renderApiKey } from './api-key.ts';
import { renderBasic } from './basic.ts';
import { renderBearer } from './bearer.ts';
import type { Rendering } from './rendering.ts';
import type { StoreParts } from './store.ts';

export type FixedCredential =
  | ApiKeyCredential
  | BasicCredential
  | BearerCredential
  | DigestCredential
  | HmacCredential
  | HttpSignatureCredential
  | SigV4Credential;

/** What few runs need is loaded when it is needed. */
export async function renderFixed(credential: FixedCredential, parts: StoreParts): Promise<Rendering> {
  const { ledger } = parts;
  switch (credential.type) {
    case 'bearer':
      return renderBearer(credential, ledger);
    case 'basic':
      return renderBasic(credential, ledger);
    case 'api_key':
      return renderApiKey(credential, ledger);
    case 'digest':
      return (await import('./signing/digest.ts')).renderDigest(credential, parts);
    case 'hmac':
      return (await import('./signing/hmac.ts')).renderHmac(credential, parts);
    case 'aws_sigv4':
      return (await import('./signing/aws-sigv4.ts')).renderSigV4(credential, parts);
    case 'http_signature':
      return (await import('./signing/http-signature.ts')).renderHttpSignature(credential, parts);
  }
}
