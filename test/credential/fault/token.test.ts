import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import { tamperedFields, withoutValue } from '../../../src/credential/fault/signer.ts';
import {
  malformed,
  replaceAt,
  tamperedToken,
  withoutAlgorithm,
} from '../../../src/credential/fault/token.ts';
import { Secret } from '../../../src/secret.ts';

describe('tokens made wrong', () => {
  const key = randomBytes(32);
  let token = '';
  before(async () => {
    token = await new SignJWT({ sub: 'ci' }).setProtectedHeader({ alg: 'HS256', kid: '1' }).sign(key);
  });
  const textOf = (changed: ReturnType<typeof malformed>): string => ('text' in changed ? changed.text : '');

  it('lose the signature, or one character of an opaque one', () => {
    expect(malformed(token)).to.deep.equal({ text: token.slice(0, token.lastIndexOf('.')) });
    expect(malformed('abcde')).to.deep.equal({ text: 'abade' });
    expect(malformed('1234')).to.deep.equal({ text: '1204' });
  });

  it('have another signature over the same content', async () => {
    const text = textOf(tamperedToken(token));
    expect(decodeJwt(text)).to.deep.equal({ sub: 'ci' });
    const bytes = (jwt: string): Buffer => Buffer.from(jwt.split('.')[2] ?? '', 'base64url');
    expect(bytes(text).length).to.equal(bytes(token).length);
    expect(bytes(text).equals(bytes(token))).to.equal(false);
    const code = await jwtVerify(text, key).catch((error: { code: string }) => error.code);
    expect(code).to.equal('ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
  });

  it('say alg none, and keep the rest of the header and all claims', () => {
    const [header = '', claims, signature] = textOf(withoutAlgorithm(token)).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).to.deep.equal({ alg: 'none', kid: '1' });
    expect([claims, signature]).to.deep.equal([token.split('.')[1], '']);
  });

  it('cannot be made of what has no signature', () => {
    expect(tamperedToken('opaque')).to.deep.equal({ problem: 'is no signed JWT' });
    expect(withoutAlgorithm('opaque')).to.deep.equal({ problem: 'is no JWT' });
  });

  it('are never what they were, and as long', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._~+/=-]{1,40}$/), fc.nat(39), (text, at) => {
        const changed = replaceAt(text, at % text.length);
        return changed !== text && changed.length === text.length;
      }),
    );
  });
});

describe('signed fields made wrong', () => {
  const secret = (value: string): Secret => Secret.named('hook', value);
  const hex = 'd'.repeat(64);
  const cases: readonly (readonly [
    type: Parameters<typeof tamperedFields>[0],
    name: string,
    value: string,
    expected: string,
  ])[] = [
    [
      'digest',
      'Authorization',
      `Digest username="${'c'.repeat(20)}", nonce="${hex}", response="${hex}", qop=auth`,
      `Digest username="${'c'.repeat(20)}", nonce="${hex}", response="a${hex.slice(1)}", qop=auth`,
    ],
    [
      'aws_sigv4',
      'Authorization',
      `AWS4-HMAC-SHA256 Credential=${'A'.repeat(20)}/x, SignedHeaders=host, Signature=${hex}`,
      `AWS4-HMAC-SHA256 Credential=${'A'.repeat(20)}/x, SignedHeaders=host, Signature=a${hex.slice(1)}`,
    ],
    ['http_signature', 'Signature', `sig1=:${'Q'.repeat(43)}=:`, `sig1=:A${'Q'.repeat(42)}=:`],
    [
      'http_signature',
      'Signature-Input',
      `sig1=("@method");keyid="${'k'.repeat(40)}"`,
      `sig1=("@method");keyid="${'k'.repeat(40)}"`,
    ],
    ['hmac', 'X-Signature', `t=1700000000,v1=${hex}`, `t=1700000000,v1=a${hex.slice(1)}`],
    ['hmac', 'X-Timestamp', '1700000000', '1700000000'],
  ];
  for (const [type, name, value, expected] of cases) {
    it(`change the signature of ${type} in ${name}`, () => {
      const learnt: string[] = [];
      const fields = tamperedFields(type, [[name, secret(value)]], (text) => learnt.push(text));
      expect(learnt.every((text) => expected.includes(text) && !value.includes(text))).to.equal(true);
      expect(learnt.length).to.equal(value === expected ? 0 : 1);
      expect(fields.map(([field, made]) => [field, made instanceof Secret && made.reveal()])).to.deep.equal([
        [name, expected],
      ]);
      expect(fields.map(([, made]) => String(made))).to.deep.equal(['[secret:hook]']);
    });
  }

  it('keep the scheme alone', () => {
    expect(
      withoutValue([
        ['Authorization', secret('Digest username="a"')],
        ['X-Signature', secret('abc')],
      ]),
    ).to.deep.equal([
      ['Authorization', 'Digest'],
      ['X-Signature', ''],
    ]);
  });
});
