import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { preflight } from '../../src/credential/preflight.ts';
import type {
  Credential,
  Environment,
  HttpSignatureCredential,
  SelfSignedJwtCredential,
  SigV4Credential,
} from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import { base, signing } from './signing-support.ts';
import { environmentOf } from './support.ts';

const jwtOf = (alg: string, key: string): SelfSignedJwtCredential => ({
  ...base,
  name: 'service',
  type: 'self_signed_jwt',
  alg,
  key: Secret.named('KEY', key),
  kid: null,
  typ: null,
  claims: {},
  lifetime: 1000,
});
const messageOf = (alg: string, key: string): HttpSignatureCredential => ({
  ...base,
  name: 'service',
  type: 'http_signature',
  key_id: 'k',
  key: Secret.named('KEY', key),
  alg,
  components: [],
  label: 'sig1',
  tag: null,
  lifetime: null,
  nonce: false,
  digest: 'sha-256',
});
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwk = (key: KeyObject, more: object = {}): string =>
  JSON.stringify({ ...key.export({ format: 'jwk' }), ...more });
const holding = (credential: Credential): Environment =>
  environmentOf('staging', { credentials: new Map([[credential.name, credential]]) });
const said = async (credential: Credential): Promise<string[]> =>
  (await preflight([holding(credential)], 0)).map(({ message }) =>
    message.replace(/^The key of credential "service" /, ''),
  );

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const x25519 = generateKeyPairSync('x25519').privateKey;
const good = pem(rsa.privateKey);
const locked = rsa.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString();

describe('keys', () => {
  const rows: readonly [what: string, credential: Credential, said: string[]][] = [
    ['a PEM that fits', jwtOf('RS256', good), []],
    ['a PEM with text around it', jwtOf('RS256', `key attributes\n${good}\n`), []],
    [
      'a PEM of PKCS#1',
      jwtOf('RS256', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
      [],
    ],
    ['a JWK that fits', jwtOf('ES256', jwk(p256.privateKey, { alg: 'ES256' })), []],
    ['an RSA-PSS key', messageOf('rsa-pss-sha512', pem(pss)), []],
    ['an RSA-PSS key without alg', messageOf('', pem(pss)), []],
    ['a secret of 32 bytes', jwtOf('HS256', 'x'.repeat(32)), []],
    ['a JWK of a secret', jwtOf('HS256', JSON.stringify({ kty: 'oct', k: 'A'.repeat(43) })), []],
    ['nothing', jwtOf('RS256', ' \n'), ['is empty.']],
    [
      'the name of a file',
      jwtOf('RS256', '/run/secrets/signing.pem'),
      ['is the name of a file; what is in the file is wanted, and NAME_FILE reads it for the secret NAME.'],
    ],
    [
      'a public key',
      jwtOf('RS256', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
      ['is a PEM of "PUBLIC KEY"; a private key is needed.'],
    ],
    [
      'a public JWK',
      jwtOf('ES256', jwk(p256.publicKey)),
      ['is the public half of a key; signing needs the private one.'],
    ],
    ['a JWK Set', jwtOf('ES256', `{"keys":[${jwk(p256.privateKey)}]}`), ['is a JWK Set; one JWK is needed.']],
    [
      'JSON that is cut',
      jwtOf('ES256', jwk(p256.privateKey).slice(0, -4)),
      ['begins as a JWK does and is not JSON.'],
    ],
    ['JSON of something else', jwtOf('RS256', '{"type":"account"}'), ['is JSON without "kty", so no JWK.']],
    [
      'a JWK of another kty',
      jwtOf('RS256', '{"kty":"AKP","d":"a"}'),
      ['is a JWK whose "kty" is none of RSA, EC, OKP and oct.'],
    ],
    ['a JWK without k', jwtOf('HS256', '{"kty":"oct"}'), ['is a JWK of kty "oct" without a base64url "k".']],
    [
      'a JWK that lacks parts',
      jwtOf('RS256', '{"kty":"RSA","d":"abcd"}'),
      ['is a JWK of kty "RSA" that does not parse.'],
    ],
    [
      'a JWK for another alg',
      jwtOf('ES256', jwk(p256.privateKey, { alg: 'ES384' })),
      ['is a JWK for "ES384", and alg is "ES256".'],
    ],
    [
      'a PEM with a passphrase',
      jwtOf('RS256', locked),
      ['is a PEM with a passphrase; one without is needed.'],
    ],
    [
      'a PEM without line breaks',
      jwtOf('RS256', good.replaceAll('\n', ' ')),
      ['is a PEM that has lost its line breaks.'],
    ],
    [
      'a PEM with \\n',
      jwtOf('RS256', good.replaceAll('\n', '\\n')),
      ['is a PEM whose line breaks are written as \\n.'],
    ],
    [
      'a PEM that is cut',
      jwtOf('RS256', good.slice(0, 400)),
      ['is a PEM that is cut: its END line is missing.'],
    ],
    [
      'a PEM of something else',
      jwtOf('RS256', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'),
      ['is a PEM of "PRIVATE KEY" that does not parse.'],
    ],
    [
      'a key of OpenSSH',
      jwtOf('RS256', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n'),
      ['is a key of OpenSSH; PKCS#8 is needed.'],
    ],
    [
      'a secret for RS256',
      jwtOf('RS256', 'x'.repeat(32)),
      ['is a shared secret of 32 bytes; RS256 needs an RSA key of at least 2048 bits.'],
    ],
    [
      'a short secret',
      jwtOf('HS512', 'x'.repeat(63)),
      ['is a shared secret of 63 bytes; HS512 needs a shared secret of at least 64 bytes.'],
    ],
    [
      'a PEM for HS256',
      jwtOf('HS256', good),
      ['is an RSA key of 2048 bits; HS256 needs a shared secret of at least 32 bytes.'],
    ],
    [
      'a short RSA key',
      jwtOf('PS256', pem(small)),
      ['is an RSA key of 1024 bits; PS256 needs an RSA key of at least 2048 bits.'],
    ],
    [
      'another curve',
      jwtOf('ES384', pem(p256.privateKey)),
      ['is an EC key on prime256v1; ES384 needs an EC key on P-384.'],
    ],
    [
      'an RSA-PSS key for PS256',
      jwtOf('PS256', pem(pss)),
      ['is an RSA-PSS key of 2048 bits; PS256 needs an RSA key of at least 2048 bits.'],
    ],
    [
      'an Ed25519 key for ES256',
      jwtOf('ES256', pem(ed25519)),
      ['is an ed25519 key; ES256 needs an EC key on P-256.'],
    ],
    [
      'an RSA key for ed25519',
      messageOf('ed25519', good),
      ['is an RSA key of 2048 bits; ed25519 needs an Ed25519 key.'],
    ],
    [
      'a curve without an algorithm',
      messageOf('', pem(k256)),
      ['fits no algorithm of RFC 9421 section 3.3.'],
    ],
    ['a key that does not sign', messageOf('', pem(x25519)), ['fits no algorithm of RFC 9421 section 3.3.']],
  ];
  for (const [what, credential, expected] of rows) {
    it(`are told about: ${what}`, async () => {
      expect(await said(credential)).to.deep.equal(expected);
      // The store says the same where nothing was checked before.
      const { failure } = await signing().present(credential);
      expect(failure?.message ?? null).to.equal(
        expected[0] === undefined ? null : `The key of credential "service" ${expected[0]}`,
      );
    });
  }

  it('are never quoted', async () => {
    const key = 'SecretPartOfAKey';
    for (const text of [
      key,
      `{"kty":"${key}"}`,
      `{"${key}`,
      `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----`,
    ]) {
      expect((await said(jwtOf('RS256', text))).join())
        .to.be.a('string')
        .that.does.not.include(key);
    }
  });

  it('of SigV4 hold nothing that no header can carry', async () => {
    const credential: SigV4Credential = {
      ...base,
      name: 'cloud',
      type: 'aws_sigv4',
      access_key_id: 'AK ID',
      secret_access_key: 'secret\n',
      session_token: '',
      region: 'eu-central-1',
      service: 'execute-api',
    };
    expect(await said(credential)).to.deep.equal([
      'The access_key_id of credential "cloud" holds white space.',
      'The secret_access_key of credential "cloud" holds U+000A at position 7, which no header field can carry.',
      'The session_token of credential "cloud" is empty.',
    ]);
  });

  it('are told about once, at the place of the key', async () => {
    const source = { file: 'why401.yml', line: 7, column: 10 };
    const credential = { ...jwtOf('RS256', 'short'), sources: { key: source } };
    expect(
      (await preflight([holding(credential), holding(credential), holding({ ...credential })], 0)).map(
        (each) => each.toData(),
      ),
    ).to.deep.equal([
      {
        code: 'CREDENTIAL_UNUSABLE',
        message:
          'The key of credential "service" is a shared secret of 5 bytes; RS256 needs an RSA key of at least 2048 bits.',
        source,
        line: null,
        fix: 'Give a private key as PEM (PKCS#8) or JWK that fits alg, or a shared secret for HS256, HS384 and HS512.',
      },
    ]);
  });
});
