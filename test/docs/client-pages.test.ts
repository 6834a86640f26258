/** The examples of clients.md, dpop.md and mtls.md at oidc-provider, which takes them or does not. */
import { createHash, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { expect } from 'chai';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import type { ClientMetadata } from 'oidc-provider';
import type { JsonMap } from '../../src/model.ts';
import { selfSigned } from '../support/certificates.ts';
import { createOidc, type OidcServer, type OidcSettings, webClient } from '../support/oidc-server.ts';
import { certificateOf, mtlsFeature, type Secured, startSecured } from '../support/secured.ts';
import { keysInTables, keysOfSchema, outcome, pageOf, runExample } from './page.ts';

const api = 'https://api.example.com';
const login = 'https://login.example.com';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();
const secrets = {
  EXPORTER_KEY: pem(ec.privateKey),
  WEB_KEY: pem(rsa.privateKey),
  WEB_SECRET: 'the secret of web: 100% of it, and 64 bytes or more, as HS512 wants it to be',
};
const plain = 'the-secret-of-web-without-signs';
const methods = ['none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'];
const byCertificate = ['tls_client_auth', 'self_signed_tls_client_auth'];
const machine = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
const registered = (id: string, method: string, more: object = {}): ClientMetadata =>
  webClient(id, method.startsWith('client_secret_') ? secrets.WEB_SECRET : '', {
    ...machine,
    token_endpoint_auth_method: method,
    ...more,
  });
const jwks = (key: KeyObject, more: object = {}): object => ({
  jwks: { keys: [{ ...key.export({ format: 'jwk' }), use: 'sig', ...more }] },
});

describe('the examples of', function () {
  this.timeout(20_000);
  let secured: Secured;
  let oidc: OidcServer;
  beforeEach(async () => {
    secured = await startSecured();
  });
  afterEach(() => secured.close());

  /** The authorization server, and an API that takes its tokens when `fits` says so. */
  async function start(
    clients: readonly ClientMetadata[],
    fits: (request: IncomingMessage, token: Bound) => Promise<boolean> | boolean = isBearer,
    configuration: OidcSettings['configuration'] = {},
  ): Promise<void> {
    const algs = ['HS256', 'HS512', 'RS256', 'PS256', 'ES256'];
    oidc = await createOidc({
      issuer: login,
      clients,
      configuration: {
        clientAuthMethods: methods as never,
        enabledJWA: { clientAuthSigningAlgValues: algs as never },
        ...configuration,
      },
    });
    oidc.provider.on('grant.error', (_context, error) => {
      secured.refusals.push(error.error_detail ?? error.message);
    });
    await secured.serve(login, oidc.listener);
    const resource: RequestListener = (request, response) => {
      void tokenOf(request)
        .then(async (token) => token !== undefined && (await fits(request, token)))
        .then((taken) => response.writeHead(taken ? 200 : 401).end());
    };
    await secured.serve(api, resource);
  }
  interface Bound {
    readonly jkt?: string | undefined;
    readonly 'x5t#S256'?: string | undefined;
  }
  async function tokenOf(request: IncomingMessage): Promise<Bound | undefined> {
    const token = (request.headers.authorization ?? '').split(' ')[1] ?? '';
    return (await oidc.provider.ClientCredentials.find(token)) ?? oidc.provider.AccessToken.find(token);
  }
  const isBearer = (request: IncomingMessage): boolean =>
    request.headers.authorization?.startsWith('Bearer ') === true;

  describe('docs/credentials/clients.md', () => {
    const page = pageOf('docs/credentials/clients.md');
    const spa = webClient('spa', '', { token_endpoint_auth_method: 'none' });
    const clients: readonly (readonly [method: string, ClientMetadata])[] = [
      ['private_key_jwt', registered('exporter', 'private_key_jwt', jwks(ec.publicKey))],
      ['none', spa],
      ['client_secret_basic', registered('web', 'client_secret_basic', { client_secret: plain })],
      ['client_secret_post', registered('web', 'client_secret_post')],
      ['client_secret_jwt', registered('web', 'client_secret_jwt')],
      ['private_key_jwt', registered('web', 'private_key_jwt', jwks(rsa.publicKey, { kid: 'web-2026' }))],
    ];

    it('has one for each method', () => {
      expect(page.projects).to.have.length(clients.length);
    });

    for (const [index, [method, client]] of clients.entries()) {
      it(`are taken: ${index + 1}, ${method}`, async () => {
        const project = page.projects[index] ?? {};
        await start([client]);
        const refresh = client === spa ? await oidc.refreshToken('spa') : '';
        const [credential = ''] = Object.keys(project['credentials'] as JsonMap);
        const replayed = await runExample({
          project,
          scenario: { ...page.scenarios[0], credential },
          origins: secured.origins,
          // Written as it is: this server decodes what is form-encoded.
          secrets: {
            ...secrets,
            ...(method === 'client_secret_basic' ? { WEB_SECRET: plain } : {}),
            USER_REFRESH_TOKEN: refresh,
          },
        });
        expect([outcome(replayed), secured.refusals]).to.deep.equal([[0], []]);
      });
    }

    it('have all keys in the table', () => {
      expect(keysInTables(page)).to.deep.equal(keysOfSchema('client'));
    });
  });

  it('docs/credentials/dpop.md are taken, with proofs that fit', async () => {
    const page = pageOf('docs/credentials/dpop.md');
    const proves = async ({ headers }: IncomingMessage, token: Bound): Promise<boolean> => {
      const proof = await jwtVerify(String(headers['dpop']), EmbeddedJWK, { typ: 'dpop+jwt' });
      const jkt = await calculateJwkThumbprint(proof.protectedHeader.jwk as JWK);
      const ath = createHash('sha256')
        .update(headers.authorization?.replace(/^DPoP /, '') ?? '')
        .digest('base64url');
      return jkt === token.jkt && proof.payload['ath'] === ath;
    };
    await start([registered('web', 'client_secret_basic')], proves, {
      features: { dPoP: { enabled: true } },
    });
    const [project = {}] = page.projects;
    const [scenario = {}] = page.scenarios;
    const replayed = await runExample({ project, scenario, origins: secured.origins, secrets });
    expect([outcome(replayed), secured.refusals]).to.deep.equal([[0], []]);
    expect(secured.seen.filter(({ url, dpop }) => url.startsWith(api) && dpop !== null)).to.have.length(2);
  });

  describe('docs/credentials/mtls.md', () => {
    const page = pageOf('docs/credentials/mtls.md');
    const configuration = {
      features: { mTLS: mtlsFeature },
      clientAuthMethods: [...methods, ...byCertificate],
    } as object;

    it('are taken: certificates of single hosts, and an alias that is stated', async () => {
      const client = registered('exporter', 'tls_client_auth', {
        tls_client_auth_subject_dn: 'CN=login-client',
      });
      await start([client], (request) => certificateOf(request)?.subject === 'CN=api-client', configuration);
      await secured.serve('https://mtls.login.example.com', oidc.listener);
      const { authority } = secured.origins;
      const [ofApi, ofLogin] = [
        await authority.issue(['api-client']),
        await authority.issue(['login-client']),
      ];
      const replayed = await runExample({
        project: page.projects[0] ?? {},
        scenario: page.scenarios[0] ?? {},
        origins: secured.origins,
        files: {
          'certs/api-client.pem': ofApi.cert,
          'certs/api-client.key': ofApi.key,
          'certs/login-client.pem': ofLogin.cert,
          'certs/login-client.key': ofLogin.key,
        },
      });
      expect([outcome(replayed), secured.refusals]).to.deep.equal([[0], []]);
      expect(secured.seen.map(({ method, url, certificate }) => [method, url, certificate])).to.deep.equal([
        ['POST', 'https://mtls.login.example.com/token', 'login-client'],
        ['GET', `${api}/orders`, 'api-client'],
      ]);
    });

    for (const credential of ['reader', 'agent']) {
      it(`are taken: ${credential}`, async () => {
        const own = await selfSigned(['client']);
        const certificate = new X509Certificate(own.cert);
        const bound = { tls_client_certificate_bound_access_tokens: true };
        const agent = registered('agent', 'self_signed_tls_client_auth', {
          jwks: {
            keys: [
              {
                ...certificate.publicKey.export({ format: 'jwk' }),
                x5c: [certificate.raw.toString('base64')],
              },
            ],
          },
        });
        const digest = createHash('sha256').update(certificate.raw).digest('base64url');
        await start(
          [registered('web', 'client_secret_basic', bound), agent],
          (_request, token) => credential === 'agent' || token['x5t#S256'] === digest,
          configuration,
        );
        const replayed = await runExample({
          project: page.projects[1] ?? {},
          scenario: { ...page.scenarios[0], credential },
          origins: secured.origins,
          secrets,
          files: { 'certs/client.pem': own.cert, 'certs/client.key': own.key },
        });
        expect([outcome(replayed), secured.refusals]).to.deep.equal([[0], []]);
      });
    }
  });
});
