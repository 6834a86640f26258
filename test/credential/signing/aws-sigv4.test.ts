import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { Field, SigV4Credential } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import { base, requestOf, shown, signing, vectors, wire } from '../signing-support.ts';

const sigV4 = (parts: Partial<SigV4Credential> = {}): SigV4Credential => ({
  ...base,
  name: 'cloud',
  type: 'aws_sigv4',
  access_key_id: 'KEYID0123456789',
  secret_access_key: Secret.named('CLOUD_KEY', 'secret/key+0123456789'),
  session_token: null,
  region: 'eu-central-1',
  service: 'execute-api',
  ...parts,
});
const now = Date.UTC(2026, 10, 28, 9, 5, 7, 123);

interface Vector {
  readonly id: string;
  readonly request: string;
  readonly context: {
    readonly credentials: { readonly access_key_id: string; readonly secret_access_key: string };
    readonly region: string;
    readonly service: string;
    readonly normalize: boolean;
    readonly timestamp: string;
  };
  readonly header_canonical_request: string;
  readonly header_signature: string;
}

/** The signature that a canonical request needs, by the rules of the documentation. */
function signatureOf(canonical: string, service = 'execute-api'): string {
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const scope = `20261128/eu-central-1/${service}/aws4_request`;
  const hash = createHash('sha256').update(canonical).digest('hex');
  const key = ['eu-central-1', service, 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac('AWS4secret/key+0123456789', '20261128'),
  );
  return hmac(key, `AWS4-HMAC-SHA256\n20261128T090507Z\n${scope}\n${hash}`).toString('hex');
}
const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

async function sign(
  credential: SigV4Credential,
  request: ReturnType<typeof requestOf>,
): Promise<readonly Field[]> {
  return (await signing(now).signer(credential)).sign(request);
}

describe('aws_sigv4', () => {
  it('gives the signature of every published vector that a URL can hold', async function () {
    const { cases } = vectors<{ cases: readonly Vector[] }>(this, 'sigv4.json');
    const left: string[] = [];
    for (const { id, request, context, header_canonical_request, header_signature } of cases) {
      const [method = '', target = ''] = request.split(' ', 2);
      const url = `https://example.amazonaws.com${target}`;
      // Paths are left as they are for S3 alone, whose canonical request has a field more; and the path of a URL is
      // US-ASCII, so that another one is never sent.
      if (!context.normalize || /\P{ASCII}/u.test(target.split('?')[0] ?? '')) {
        left.push(id);
        continue;
      }
      const { access_key_id, secret_access_key } = context.credentials;
      const { region, service } = context;
      const signer = await signing(Date.parse(context.timestamp)).signer(
        sigV4({ access_key_id, secret_access_key, region, service }),
      );
      const { Authorization = '' } = wire(await signer.sign(requestOf(url, { method })));
      expect(Authorization.split('Signature=')[1], `${id}\n${header_canonical_request}`).to.equal(
        header_signature,
      );
    }
    expect(left).to.deep.equal([
      'sigv4/get-relative-unnormalized',
      'sigv4/get-slashes-unnormalized',
      'sigv4/get-utf8',
    ]);
    expect(cases.length).to.be.greaterThan(10);
  });

  it('signs query, fields, body and session token, and shows no signature', async () => {
    const body = Buffer.from([0, 255, 10, 13]);
    const request = requestOf('https://api.example.test:8443/a%20b/c?z=1&a=%2F&a=+', {
      method: 'POST',
      headers: [
        ['User-Agent', 'why401'],
        ['Accept', '*/*'],
        ['Content-Type', 'application/octet-stream'],
        ['X-Amz-Meta-A', '  two   words '],
        ['X-Twice', 'b'],
        ['X-Twice', 'a'],
      ],
      body,
    });
    const fields = await sign(
      sigV4({ session_token: Secret.named('CLOUD_SESSION', 'session-token') }),
      request,
    );
    const signed = 'content-type;host;x-amz-date;x-amz-meta-a;x-amz-security-token;x-twice';
    const canonical = [
      'POST',
      '/a%2520b/c',
      'a=%20&a=%2F&z=1',
      'content-type:application/octet-stream',
      'host:api.example.test:8443',
      'x-amz-date:20261128T090507Z',
      'x-amz-meta-a:two words',
      'x-amz-security-token:session-token',
      'x-twice:b,a',
      '',
      signed,
      sha256(body),
    ].join('\n');
    const start = `AWS4-HMAC-SHA256 Credential=KEYID0123456789/20261128/eu-central-1/execute-api/aws4_request, SignedHeaders=${signed}, Signature=`;
    expect(wire(fields)).to.deep.equal({
      'X-Amz-Date': '20261128T090507Z',
      'X-Amz-Security-Token': 'session-token',
      Authorization: `${start}${signatureOf(canonical)}`,
    });
    expect(shown(fields)).to.deep.equal({
      'X-Amz-Date': '20261128T090507Z',
      'X-Amz-Security-Token': '[secret:CLOUD_SESSION]',
      Authorization: `${start}[secret:cloud signature]`,
    });
  });

  it('encodes the path of S3 once, normalises nothing and sends the hash of the body', async () => {
    const fields = await sign(sigV4({ service: 's3' }), requestOf('https://bucket.example.test/a%20b//c'));
    const signed = 'host;x-amz-content-sha256;x-amz-date';
    const empty = sha256('');
    const canonical = `GET\n/a%20b//c\n\nhost:bucket.example.test\nx-amz-content-sha256:${empty}\nx-amz-date:20261128T090507Z\n\n${signed}\n${empty}`;
    expect(wire(fields)).to.deep.equal({
      'X-Amz-Date': '20261128T090507Z',
      'X-Amz-Content-Sha256': empty,
      Authorization: `AWS4-HMAC-SHA256 Credential=KEYID0123456789/20261128/eu-central-1/s3/aws4_request, SignedHeaders=${signed}, Signature=${signatureOf(canonical, 's3')}`,
    });
  });

  it('leaves out a field that cannot be sent, which the sender tells of', async () => {
    const headers = [['X-Note', 'a\u2026']] as const;
    const fields = await sign(sigV4(), requestOf('https://api.example.test/', { headers }));
    expect(wire(fields)['Authorization']).to.include('SignedHeaders=host;x-amz-date,');
  });

  it('says which key it is by the fingerprint of the key', async () => {
    const bench = signing(now);
    const [a, b, c] = await Promise.all(
      [sigV4(), sigV4({ region: 'us-east-1' }), sigV4({ secret_access_key: 'another' })].map((each) =>
        bench.present(each),
      ),
    );
    expect(a?.use).to.deep.equal({
      name: 'cloud',
      type: 'aws_sigv4',
      field: 'authorization',
      scheme: 'AWS4-HMAC-SHA256',
      fingerprint: b?.use?.fingerprint,
      token: null,
      obtained: null,
    });
    expect(c?.use?.fingerprint).to.not.equal(a?.use?.fingerprint);
  });
});
