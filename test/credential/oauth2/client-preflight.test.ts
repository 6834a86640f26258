import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { clientProblems, dpopProblems } from '../../../src/credential/oauth2/client-preflight.ts';
import { preflight } from '../../../src/credential/preflight.ts';
import type { Client, ClientSettings, Issuer, Transport } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import { type Identity, selfSigned } from '../../support/certificates.ts';
import { clientOf, environmentOf, issuerOf, oauth2Of, source } from '../support.ts';

const issuer = issuerOf('https://login.example.test');
const plain = environmentOf('staging');
const settings: ClientSettings = {
  private_key: null,
  kid: null,
  token_endpoint_auth_signing_alg: null,
  assertion_audience: 'issuer',
  assertion_lifetime: 60_000,
  basic_encoding: 'form',
  dpop_bound_access_tokens: false,
  require_pushed_authorization_requests: false,
  tls_client_certificate_bound_access_tokens: false,
};
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const pkcs8 = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();
const jwk = (key: KeyObject): object => key.export({ format: 'jwk' });

const withKey = (key: string, more: Partial<ClientSettings> = {}): Partial<Client> => ({
  token_endpoint_auth_method: 'private_key_jwt',
  client_secret: null,
  settings: { ...settings, private_key: Secret.named('KEY', key), ...more },
});
const withSecret = (length: number, alg: string | null): Partial<Client> => ({
  token_endpoint_auth_method: 'client_secret_jwt',
  client_secret: Secret.named('SECRET', 's'.repeat(length)),
  settings: { ...settings, token_endpoint_auth_signing_alg: alg },
});

const rows: readonly (readonly [string, Partial<Client>, string | null])[] = [
  ['a secret', {}, null],
  [
    'no secret',
    { client_secret: null },
    'client_secret: Client "web" has no client_secret, which client_secret_basic needs.',
  ],
  [
    'an empty secret',
    { client_secret: '', token_endpoint_auth_method: 'client_secret_post' },
    'client_secret: Client "web" has no client_secret, which client_secret_post needs.',
  ],
  ['a secret of 32 bytes for HS256', withSecret(32, null), null],
  [
    'a secret of 31 bytes for HS256',
    withSecret(31, null),
    'client_secret: The client_secret of client "web" has 31 bytes; HS256 needs 32 or more (RFC 7518 section 3.2).',
  ],
  [
    'a secret of 63 bytes for HS512',
    withSecret(63, 'HS512'),
    'client_secret: The client_secret of client "web" has 63 bytes; HS512 needs 64 or more (RFC 7518 section 3.2).',
  ],
  [
    'client_secret_jwt with RS256',
    withSecret(64, 'RS256'),
    'token_endpoint_auth_signing_alg: Client "web" cannot sign with RS256: client_secret_jwt signs with the client_secret.',
  ],
  ['a private key', withKey(pkcs8(ec.privateKey)), null],
  [
    'a private JWK with kid',
    withKey(JSON.stringify({ ...jwk(ec.privateKey), kid: 'k1', alg: 'ES256' })),
    null,
  ],
  [
    'no private key',
    { token_endpoint_auth_method: 'private_key_jwt' },
    'private_key: Client "web" has no private_key, which private_key_jwt needs.',
  ],
  [
    'a public key',
    withKey(ec.publicKey.export({ format: 'pem', type: 'spki' }).toString()),
    'private_key: The private_key of client "web" is a PEM of "PUBLIC KEY"; a private key is needed.',
  ],
  [
    'a public JWK',
    withKey(JSON.stringify(jwk(ec.publicKey))),
    'private_key: The private_key of client "web" is the public half of a key; signing needs the private one.',
  ],
  [
    'a JWK Set',
    withKey(JSON.stringify({ keys: [jwk(ec.privateKey)] })),
    'private_key: The private_key of client "web" is a JWK Set; one JWK is needed.',
  ],
  [
    'a cut PEM',
    withKey(pkcs8(ec.privateKey).replaceAll('\n', ' ').slice(0, 80)),
    'private_key: The private_key of client "web" is a PEM that has lost its line breaks.',
  ],
  [
    'no key at all',
    withKey('k'),
    'private_key: The private_key of client "web" is neither PEM nor the JWK of a private key.',
  ],
  [
    'a key with a pass phrase',
    withKey(
      ec.privateKey
        .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'open' })
        .toString(),
    ),
    'private_key: The private_key of client "web" is a PEM with a passphrase; one without is needed.',
  ],
  [
    'a short RSA key',
    withKey(pkcs8(small.privateKey)),
    'private_key: The private_key of client "web" is an RSA key of 1024 bits; private_key_jwt needs an RSA key of at least 2048 bits, an EC key on P-256, P-384 or P-521, or an Ed25519 key.',
  ],
  [
    'a key on secp256k1',
    withKey(pkcs8(koblitz.privateKey)),
    'private_key: The private_key of client "web" is an EC key on secp256k1; private_key_jwt needs an RSA key of at least 2048 bits, an EC key on P-256, P-384 or P-521, or an Ed25519 key.',
  ],
  [
    'another algorithm than that of the key',
    withKey(pkcs8(ec.privateKey), { token_endpoint_auth_signing_alg: 'RS256' }),
    'token_endpoint_auth_signing_alg: The private_key of client "web" cannot sign with RS256.',
  ],
  [
    'a JWK whose alg is not of its kind',
    withKey(JSON.stringify({ ...jwk(ec.privateKey), alg: 'RS256' })),
    'private_key: The private_key of client "web" cannot sign with RS256.',
  ],
  [
    'a private key that is not used',
    { ...withKey(pkcs8(ec.privateKey)), token_endpoint_auth_method: 'none' },
    'private_key: Client "web" has a private_key, but none uses none.',
  ],
  [
    'basic_encoding of another method',
    { token_endpoint_auth_method: 'client_secret_post', settings: { ...settings, basic_encoding: 'none' } },
    'basic_encoding: Client "web" has a basic_encoding, but client_secret_post is not client_secret_basic.',
  ],
  [
    'tls_client_auth without a certificate',
    { token_endpoint_auth_method: 'tls_client_auth' },
    'token_endpoint_auth_method: Environment "staging" has no client certificate, which tls_client_auth of client "web" needs.',
  ],
  [
    'bound tokens without a certificate',
    { settings: { ...settings, tls_client_certificate_bound_access_tokens: true } },
    'tls_client_certificate_bound_access_tokens: Environment "staging" has no client certificate, to which the tokens of client "web" are to be bound.',
  ],
];

describe('clientProblems', () => {
  for (const [name, parts, problem] of rows) {
    it(`${problem === null ? 'finds nothing wrong with' : 'finds'} ${name}`, async () => {
      const problems = await clientProblems(clientOf(issuer, parts), plain);
      expect(problems.map(({ key, message }) => `${key}: ${message}`)).to.deep.equal(
        problem === null ? [] : [problem],
      );
    });
  }

  describe('with a certificate of another host', () => {
    const tls = { token_endpoint_auth_method: 'tls_client_auth' } as const;
    let identity: Identity;
    before(async () => {
      identity = await selfSigned(['client']);
    });
    const at = (host: string, metadata: Issuer['metadata']) => {
      const transport: Transport = {
        ...plain.transport,
        clientCertificates: new Map([[host, identity]]),
      };
      const own = issuerOf('https://login.example.test', { metadata });
      return clientProblems(clientOf(own, tls), { ...plain, transport });
    };

    it('finds that a stated endpoint gets none', async () => {
      const problems = await at('api.example.test', { token_endpoint: 'https://login.example.test/token' });
      expect(problems.map(({ message }) => message)).to.deep.equal([
        'Client "web" needs a client certificate at login.example.test, and environment "staging" has none for this host.',
      ]);
    });

    it('looks at the mTLS endpoint where one is stated', async () => {
      const metadata = {
        token_endpoint: 'https://login.example.test/token',
        mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example.test:8443/token' },
      };
      expect(await at('mtls.example.test:8443', metadata)).to.deep.equal([]);
      expect(await at('mtls.example.test', metadata)).to.deep.equal([]);
      expect((await at('mtls.example.test:443', metadata)).length).to.equal(1);
    });

    it('cannot tell before discovery', async () => {
      expect(await at('api.example.test', {})).to.deep.equal([]);
    });
  });
});

describe('dpopProblems', () => {
  const problems = (dpop: boolean, metadata: Issuer['metadata']): string[] => {
    const client = clientOf(issuerOf('https://login.example.test', { metadata }), {
      settings: { ...settings, dpop_bound_access_tokens: dpop },
    });
    return dpopProblems(oauth2Of(client)).map(({ message }) => message);
  };

  it('finds that the server takes no proof that can be made', () => {
    const metadata = { dpop_signing_alg_values_supported: ['ES256K'] };
    expect(problems(true, metadata)).to.deep.equal([
      'Issuer "main" takes no DPoP proof that can be made here: it lists ["ES256K"].',
    ]);
    expect(problems(false, metadata)).to.deep.equal([]);
    expect(problems(true, { dpop_signing_alg_values_supported: ['ES256K', 'PS256'] })).to.deep.equal([]);
    expect(problems(true, {})).to.deep.equal([]);
  });
});

describe('preflight', () => {
  it('places what is wrong with a client at its key', async () => {
    const place = { ...source, line: 7 };
    const client = clientOf(issuer, { client_secret: null, sources: { client_secret: place } });
    const credentials = new Map([['reader', oauth2Of(client)]]);
    const problems = await preflight([environmentOf('staging', { credentials })], 0);
    expect(problems.map((problem) => problem.toData())).to.deep.equal([
      {
        code: 'CLIENT_UNUSABLE',
        message: 'Client "web" has no client_secret, which client_secret_basic needs.',
        source: place,
        line: null,
        fix: 'Add client_secret by reference: "${secret.NAME}"; or name another token_endpoint_auth_method.',
      },
    ]);
  });
});
