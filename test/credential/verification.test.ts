import { expect } from 'chai';
import { CompactSign, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { verifySignature } from '../../src/credential/verification.ts';
import type { JsonMap } from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';

describe('verifySignature', () => {
  it('tells a right key, a wrong one, a missing one, and what cannot be told', async () => {
    const [right, wrong, curve] = await Promise.all([
      generateKeyPair('RS256'),
      generateKeyPair('RS256'),
      generateKeyPair('ES256'),
    ]);
    const jwk = async (pair: typeof right, members: JsonMap): Promise<JsonMap> => ({
      ...((await exportJWK(pair.publicKey)) as JsonMap),
      ...members,
    });
    const [k1, k2, w1, e1] = await Promise.all([
      jwk(right, { kid: 'k1' }),
      jwk(right, { kid: 'k2' }),
      jwk(wrong, { kid: 'k1' }),
      jwk(curve, { kid: 'k1' }),
    ]);
    const sign = (header: object): Promise<string> =>
      new SignJWT({ sub: 'a' }).setProtectedHeader({ alg: 'RS256', ...header }).sign(right.privateKey);
    const named = await sign({ kid: 'k1' });
    const nameless = await sign({});
    const hmac = await new CompactSign(Buffer.from('{}'))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.alloc(32));
    const [head = '', payload = '', signature = ''] = named.split('.');
    const tampered = `${head}.${Buffer.from('{"sub":"b"}').toString('base64url')}.${signature}`;
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const critical = `${Buffer.from('{"alg":"RS256","kid":"k1","crit":["x"],"x":1}').toString('base64url')}.${payload}.${signature}`;
    const table = [
      ['the named key', named, { keys: [k1] }, 'verified'],
      ['the named key among others', named, { keys: [e1, k2, k1] }, 'verified'],
      ['two keys of that name', named, { keys: [w1, k1] }, 'verified'],
      ['two wrong keys of that name', tampered, { keys: [w1, k1] }, 'wrong-signature'],
      ['another key under that name', named, { keys: [w1] }, 'wrong-signature'],
      ['other claims', tampered, { keys: [k1] }, 'wrong-signature'],
      ['a name that is not there', named, { keys: [k2] }, 'unknown-key'],
      ['a key of another type under that name', named, { keys: [e1] }, 'unknown-key'],
      ['no keys', named, { keys: [] }, 'unknown-key'],
      ['no name and the right key', nameless, { keys: [w1, k1] }, 'verified'],
      ['no name and a wrong key', nameless, { keys: [w1] }, 'unknown-key'],
      ['no name and wrong keys', nameless, { keys: [w1, { ...w1, kid: 'w2' }] }, 'unknown-key'],
      ['no JWK Set', named, { issuer: 'x' }, null],
      ['HS256', hmac, { keys: [k1] }, null],
      ['alg none', none, { keys: [k1] }, null],
      ['an extension that must be understood', critical, { keys: [k1] }, null],
      ['an opaque token', 'ya29.abc', { keys: [k1] }, null],
      ['a broken key', named, { keys: [{ kty: 'RSA', kid: 'k1', n: 'AQAB', e: '!' }] }, null],
    ] as const;
    const results = [];
    for (const [name, token, jwks] of table) {
      results.push([name, await verifySignature(Secret.named('reader', token), jwks as unknown as JsonMap)]);
    }
    expect(results).to.deep.equal(table.map(([name, , , expected]) => [name, expected]));
  });
});
