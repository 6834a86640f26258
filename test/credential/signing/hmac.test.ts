import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { HmacCredential } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import { base, requestOf, shown, signing, wire } from '../signing-support.ts';

const hmacOf = (parts: Partial<HmacCredential> = {}): HmacCredential => ({
  ...base,
  name: 'hook',
  type: 'hmac',
  algorithm: 'sha256',
  key: Secret.named('HOOK_KEY', 'hook-key-0123'),
  key_encoding: 'utf8',
  over: '${body}',
  header: 'X-Signature',
  value: '${signature}',
  encoding: 'hex',
  headers: {},
  ...parts,
});
const expected = (text: string | Uint8Array, key: string | Buffer = 'hook-key-0123', algorithm = 'sha256') =>
  createHmac(algorithm, key).update(text).digest();
const nonce = '0b6c8f4e-0000-4000-8000-000000000001';

describe('hmac', () => {
  it('signs the bytes of the body as they are', async () => {
    const body = Buffer.from([0xff, 0xfe, 0, 10, 13, 0x80]);
    const signer = await signing().signer(hmacOf());
    const fields = await signer.sign(requestOf('https://hook.example.test/', { method: 'POST', body }));
    expect(wire(fields)).to.deep.equal({ 'X-Signature': expected(body).toString('hex') });
    expect(shown(fields)).to.deep.equal({ 'X-Signature': '[secret:hook signature]' });
  });

  it('gives every name its value, once for all templates', async () => {
    const over =
      '$${x}|${timestamp}|${timestamp_ms}|${nonce}|${method}|${url}|${path}|${query}|${host}|${body}|${body_sha256}|${header.X-Tenant}|${header.host}|${header.content-length}|${header.X-None:-none}';
    const credential = hmacOf({
      over,
      encoding: 'base64',
      value: 't=${timestamp},v1=${signature}',
      headers: { 'X-Timestamp': '${timestamp}', 'X-Nonce': '${nonce}' },
    });
    const signer = await signing(1_764_320_707_123).signer(credential);
    const request = requestOf('https://hook.example.test:8443/a/b?c=d%20e#f', {
      method: 'PUT',
      headers: [
        ['X-Tenant', 'one'],
        ['x-tenant', 'two'],
      ],
      body: '{"\u00e4":1}',
    });
    const digest = createHash('sha256').update('{"\u00e4":1}').digest('hex');
    const text = `\${x}|1764320707|1764320707123|${nonce}|PUT|https://hook.example.test:8443/a/b?c=d%20e|/a/b|c=d%20e|hook.example.test:8443|{"\u00e4":1}|${digest}|one, two|hook.example.test:8443|8|none`;
    expect(signer.fault?.(request)).to.equal(null);
    expect(wire(await signer.sign(request))).to.deep.equal({
      'X-Timestamp': '1764320707',
      'X-Nonce': nonce,
      'X-Signature': `t=1764320707,v1=${expected(text).toString('base64')}`,
    });
    expect(signer.fields).to.deep.equal(['x-signature', 'x-timestamp', 'x-nonce']);
  });

  it('keeps what is secret in a field secret where it is repeated', async () => {
    const credential = hmacOf({ over: '${header.X-Id}', headers: { 'X-Copy': 'id ${header.X-Id}' } });
    const signer = await signing().signer(credential);
    const headers = [['X-Id', Secret.named('ID', 'id-secret')]] as const;
    const fields = await signer.sign(requestOf('https://hook.example.test/', { headers }));
    expect(wire(fields)).to.deep.equal({
      'X-Copy': 'id id-secret',
      'X-Signature': expected('id-secret').toString('hex'),
    });
    expect(shown(fields)['X-Copy']).to.equal('id [secret:ID]');
  });

  for (const [algorithm, key_encoding, key, bytes, encoding] of [
    ['sha1', 'hex', '00ff7f', Buffer.from([0, 255, 127]), 'hex'],
    ['sha384', 'base64', 'AP9/', Buffer.from([0, 255, 127]), 'base64url'],
    ['sha512', 'base64', '_-8=\n', Buffer.from([255, 239]), 'base64'],
  ] as const) {
    it(`signs by ${algorithm} with a key in ${key_encoding}, in ${encoding}`, async () => {
      const signer = await signing().signer(hmacOf({ algorithm, key_encoding, key, encoding, over: 'text' }));
      expect(wire(await signer.sign(requestOf('https://hook.example.test/')))).to.deep.equal({
        'X-Signature': expected('text', bytes, algorithm).toString(encoding),
      });
    });
  }

  it('tells of a field that the request does not have', async () => {
    const signer = await signing().signer(hmacOf({ over: '${header.Date}' }));
    expect(signer.fault?.(requestOf('https://hook.example.test/'))).to.equal(
      'The credential "hook" signs the header "Date", which the request does not have.',
    );
    expect(signer.fault?.(requestOf('https://hook.example.test/', { headers: [['date', 'now']] }))).to.equal(
      null,
    );
  });

  for (const [key_encoding, key] of [
    ['hex', 'abc'],
    ['hex', 'no hex'],
    ['base64', 'a?b'],
    ['base64', 'abcde'],
    ['utf8', ''],
  ] as const) {
    it(`is a failure with the key "${key}" in ${key_encoding}, which is not quoted`, async () => {
      const { failure } = await signing().present(hmacOf({ key_encoding, key }));
      const fault = key === '' ? 'is empty' : `is not ${key_encoding}, which key_encoding says it is`;
      expect(failure?.message).to.equal(`The key of credential "hook" ${fault}.`);
    });
  }

  it('names the scheme where it signs into Authorization', async () => {
    const { use } = await signing().present(
      hmacOf({ header: 'Authorization', value: 'HMAC id:${signature}' }),
    );
    expect(use && { ...use, fingerprint: '' }).to.deep.equal({
      name: 'hook',
      type: 'hmac',
      field: 'authorization',
      scheme: 'HMAC',
      fingerprint: '',
      token: null,
      obtained: null,
    });
  });
});
