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
import { renderSigV4 } from './aws-sigv4.ts';
import { renderBasic } from './basic.ts';
import { renderBearer } from './bearer.ts';
import { renderDigest } from './digest.ts';
import { renderHmac } from './hmac.ts';
import { renderHttpSignature } from './http-signature.ts';
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
      return renderDigest(credential, parts);
    case 'hmac':
      return renderHmac(credential, parts);
    case 'aws_sigv4':
      return renderSigV4(credential, parts);
    case 'http_signature':
      return renderHttpSignature(credential, parts);
  }
}
