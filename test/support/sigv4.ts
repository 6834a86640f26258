/** AWS Signature Version 4, verified by the SDK's own signer: what arrived is signed again, and the two are held together. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Received } from './origins.ts';
import { fieldOf } from './verifiers.ts';

const credential = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), /;

/** Whether `request` carries the signature that the SDK makes of the fields that SignedHeaders names. */
export async function isSignedAsSdk(request: Received, secretAccessKey: string): Promise<boolean> {
  const authorization = fieldOf(request, 'authorization');
  const [, accessKeyId = '', region = '', service = '', names = ''] = credential.exec(authorization) ?? [];
  if (names === '') return false;
  const headers = Object.fromEntries(names.split(';').map((name) => [name, fieldOf(request, name)]));
  const url = new URL(request.url, request.origin);
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  });
  const date = fieldOf(request, 'x-amz-date').replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers,
      body: request.body,
    },
    { signingDate: new Date(date), signableHeaders: new Set(names.split(';')) },
  );
  return signed.headers['authorization'] === authorization;
}
