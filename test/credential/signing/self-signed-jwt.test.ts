import { createPublicKey, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { compactVerify, decodeProtectedHeader } from 'jose';
import type { SelfSignedJwtCredential } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import { base, signing, wire } from '../signing-support.ts';

const now = 1_764_320_707_123;
const iat = 1_764_320_707;
const jti = '0b6c8f4e-0000-4000-8000-000000000001';
const secret = 's'.repeat(64);
const jwtOf = (parts: Partial<SelfSignedJwtCredential> = {}): SelfSignedJwtCredential => ({
  ...base,
  name: 'service',
  type: 'self_signed_jwt',
  alg: 'HS256',
  key: Secret.named('SIGNING_KEY', secret),
  kid: null,
  typ: null,
  claims: {},
  lifetime: 300_000,
  ...parts,
});
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Header and payload of a token, its signature verified by another library. */
async function verified(token: string, key: KeyObject): Promise<{ header: object; payload: string }> {
  const { payload } = await compactVerify(token, key);
  return { header: decodeProtectedHeader(token), payload: new TextDecoder().decode(payload) };
}

async function tokenOf(credential: SelfSignedJwtCredential, bench = signing(now)): Promise<string> {
  const presentation = await bench.present(credential);
  expect(presentation.failure).to.equal(null);
  return (wire(presentation.headers)['Authorization'] ?? '').slice('Bearer '.length);
}

describe('self_signed_jwt', () => {
  it('adds iat, exp and jti to the claims, and is shown by its name', async () => {
    const bench = signing(now);
    const presentation = await bench.present(
      jwtOf({ claims: { iss: 'ci', aud: ['a', 'b'], ctx: { tenant: { id: 9007199254740993n } } } }),
    );
    expect(presentation.headers.map(([name, value]) => [name, String(value)])).to.deep.equal([
      ['Authorization', 'Bearer [secret:service]'],
    ]);
    const token = (wire(presentation.headers)['Authorization'] ?? '').slice('Bearer '.length);
    expect(await verified(token, createSecretKey(Buffer.from(secret)))).to.deep.equal({
      header: { alg: 'HS256', typ: 'JWT' },
      payload: `{"iat":${iat},"exp":${iat + 300},"jti":"${jti}","iss":"ci","aud":["a","b"],"ctx":{"tenant":{"id":9007199254740993}}}`,
    });
    expect(bench.redactor.redact(token)).to.equal('[secret:service]');
    expect(bench.redactor.redact(secret)).to.equal('[secret:SIGNING_KEY]');
    expect(presentation.use?.type).to.equal('self_signed_jwt');
    expect(presentation.use?.token?.claims?.['iss']).to.equal('ci');
  });

  it('lets written claims win, with which a token can be over from the start', async () => {
    const token = await tokenOf(jwtOf({ claims: { iat: 1, exp: 2, jti: 'mine' } }));
    const { payload } = await verified(token, createSecretKey(Buffer.from(secret)));
    expect(payload).to.equal('{"iat":1,"exp":2,"jti":"mine"}');
  });

  it('is kept, and renewed before its end', async () => {
    const bench = signing(now);
    const credential = jwtOf();
    const times: unknown[] = [];
    for (const seconds of [0, 269, 271, 542]) {
      bench.now = now + seconds * 1000;
      const token = await tokenOf(credential, bench);
      times.push(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iat - iat);
    }
    expect(times).to.deep.equal([0, 0, 271, 542]);
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const keys: Readonly<Record<string, KeyObject>> = {
    RS256: rsa,
    RS384: rsa,
    RS512: rsa,
    PS256: rsa,
    PS384: rsa,
    PS512: rsa,
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
    EdDSA: generateKeyPairSync('ed25519').privateKey,
    Ed25519: generateKeyPairSync('ed25519').privateKey,
  };
  for (const [alg, key] of Object.entries(keys)) {
    it(`signs by ${alg}, with a PEM and with a JWK whose kid it takes`, async () => {
      const jwk = JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'of-the-jwk' });
      const written = await tokenOf(jwtOf({ alg, key: pem(key), typ: 'at+jwt', kid: 'written' }));
      const taken = await tokenOf(jwtOf({ alg, key: jwk }));
      expect([
        (await verified(written, createPublicKey(key))).header,
        (await verified(taken, createPublicKey(key))).header,
      ]).to.deep.equal([
        { alg, typ: 'at+jwt', kid: 'written' },
        { alg, typ: 'JWT', kid: 'of-the-jwk' },
      ]);
    });
  }

  it('signs by HS384 and HS512', async () => {
    for (const alg of ['HS384', 'HS512']) {
      const token = await tokenOf(jwtOf({ alg }));
      expect((await verified(token, createSecretKey(Buffer.from(secret)))).header).to.deep.equal({
        alg,
        typ: 'JWT',
      });
    }
  });
});
