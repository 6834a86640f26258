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
import { renderSigV4 } from './signing/aws-sigv4.ts';
import { renderDigest } from './signing/digest.ts';
import { renderHmac } from './signing/hmac.ts';
import { renderHttpSignature } from './signing/http-signature.ts';
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
