/** AWS Signature Version 4 in the Authorization field, over what is sent. */
import type { Field, SigV4Credential } from '../../model.ts';
import { Secret } from '../../secret.ts';
import type { Rendering } from '../rendering.ts';
import type { Signer, UnsignedRequest } from '../signer.ts';
import type { StoreParts } from '../store.ts';
import { reveal, sha256 } from './request-parts.ts';

/** What proxies may change on the way, and what says nothing about the request. The library adds `host`. */
const unsigned = new Set(
  [
    'accept',
    'accept-encoding',
    'authorization',
    'cache-control',
    'connection',
    'content-length',
    'expect',
    'from',
    'host',
    'keep-alive',
    'max-forwards',
    'pragma',
    'range',
    'referer',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'user-agent',
    'x-amzn-trace-id',
  ].concat(['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']),
);

export async function renderSigV4(credential: SigV4Credential, parts: StoreParts): Promise<Rendering> {
  const { name, session_token: session } = credential;
  const { ledger } = parts;
  const secret = ledger.secret(`${name} secret_access_key`, credential.secret_access_key);
  if (credential.access_key_id instanceof Secret)
    ledger.secret(`${name} access_key_id`, credential.access_key_id);
  const token = session === null ? null : ledger.secret(`${name} session_token`, session);
  return {
    headers: [],
    query: [],
    cookies: [],
    signer: createSigV4Signer(credential, secret, token, parts),
    use: {
      name,
      type: 'aws_sigv4',
      field: 'authorization',
      scheme: 'AWS4-HMAC-SHA256',
      fingerprint: ledger.fingerprint(secret),
      token: null,
      obtained: null,
    },
  };
}

function createSigV4Signer(
  credential: SigV4Credential,
  secret: Secret,
  token: Secret | null,
  { clock, ledger }: StoreParts,
): Signer {
  const { name, region, service, access_key_id: id } = credential;
  // Signing keys by day.
  const cache = new Map<string, ArrayBuffer>();
  return {
    fields: ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'],
    rank: 2,
    async sign(request): Promise<readonly Field[]> {
      const { AwsV4Signer } = await import('aws4fetch');
      const datetime = new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, '');
      const hash = sha256(request.body);
      const signer = new AwsV4Signer({
        method: request.method,
        url: request.url.href,
        headers: signedHeaders(request, service === 's3' ? hash : null),
        ...(request.body ? { body: Uint8Array.from(request.body) } : {}),
        accessKeyId: reveal(id),
        secretAccessKey: secret.reveal(),
        ...(token ? { sessionToken: token.reveal() } : {}),
        region,
        service,
        datetime,
        cache,
        // Those that are given are chosen here.
        allHeaders: true,
      });
      const signature = ledger.secret(`${name} signature`, await signer.signature());
      const scope = signer.credentialString;
      const authorization = Secret.join([
        'AWS4-HMAC-SHA256 Credential=',
        id,
        `/${scope}, SignedHeaders=${signer.signedHeaders}, Signature=`,
        signature,
      ]);
      return [
        ['X-Amz-Date', datetime],
        ...(service === 's3' ? [['X-Amz-Content-Sha256', hash] as const] : []),
        ...(token ? [['X-Amz-Security-Token', token] as const] : []),
        ['Authorization', authorization],
      ];
    },
    challenged: () => false,
  };
}

/** Values of a repeated field are joined by a comma alone, as the canonical request has them. */
function signedHeaders(request: UnsignedRequest, contentSha256: string | null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [field, value] of request.headers) {
    const lower = field.toLowerCase();
    if (unsigned.has(lower) || lower.startsWith('proxy-') || lower.startsWith('sec-')) continue;
    const text = reveal(value).trim();
    // It is not sent either: the sender says why.
    if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) continue;
    headers[lower] = headers[lower] === undefined ? text : `${headers[lower]},${text}`;
  }
  if (contentSha256 !== null) headers['x-amz-content-sha256'] = contentSha256;
  return headers;
}
