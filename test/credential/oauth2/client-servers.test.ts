import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import type { ClientMetadata } from 'oidc-provider';
import type { JsonMap } from '../../../src/model.ts';
import { selfSigned } from '../../support/certificates.ts';
import { webClient } from '../../support/oidc-server.ts';
import { replay } from '../../support/replay.ts';
import {
  api,
  certificateServer,
  login,
  mtls,
  mtlsFeature,
  type Secured,
  startSecured,
} from '../../support/secured.ts';

const secret = 'a secret: 100% of "+&=/~-_.*<>, and more than 48 bytes';
const scope = 'orders:read';
const machine = { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope };
const token = { 'a.yml': { steps: [{ token: 'machine' }] } };

function projectOf(client: JsonMap, more: JsonMap = {}, credential: JsonMap = {}): JsonMap {
  return {
    environments: {
      production: {
        origins: { api },
        issuers: { main: login },
        clients: { web: { client_id: 'web', ...client } },
        ...more,
      },
    },
    credentials: { machine: { ...machine, ...credential } },
  };
}

const registered = (more: ClientMetadata | object, own = secret): ClientMetadata =>
  webClient('web', own, {
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    ...more,
  });
const jwks = (key: KeyObject, more: object = {}): object => ({
  jwks: { keys: [{ ...key.export({ format: 'jwk' }), use: 'sig', ...more }] },
});
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1'): string =>
  key.export({ format: 'pem', type }).toString();

interface Case {
  readonly client: JsonMap;
  readonly registered: ClientMetadata;
  readonly secrets: Readonly<Record<string, string>>;
}
const withSecret = (method: string, more: JsonMap = {}, side: object = {}): Case => ({
  client: { client_secret: '${secret.WEB}', token_endpoint_auth_method: method, ...more },
  registered: registered({ token_endpoint_auth_method: method, ...side }),
  secrets: { WEB: secret },
});
const withKey = (key: string, side: object, more: JsonMap = {}): Case => ({
  client: { private_key: '${secret.KEY}', ...more },
  registered: registered({ token_endpoint_auth_method: 'private_key_jwt', ...side }, ''),
  secrets: { KEY: key },
});

const cases: Readonly<Record<string, Case>> = {
  client_secret_basic: withSecret('client_secret_basic'),
  client_secret_post: withSecret('client_secret_post'),
  'client_secret_jwt with HS256': withSecret('client_secret_jwt'),
  'client_secret_jwt with HS384': withSecret('client_secret_jwt', {
    token_endpoint_auth_signing_alg: 'HS384',
  }),
  'private_key_jwt, PKCS #8 on P-256': withKey(pem(ec.privateKey, 'pkcs8'), jwks(ec.publicKey)),
  'private_key_jwt, SEC 1 on P-256': withKey(pem(ec.privateKey, 'sec1'), jwks(ec.publicKey)),
  'private_key_jwt, PKCS #1, RS256': withKey(pem(rsa.privateKey, 'pkcs1'), jwks(rsa.publicKey)),
  'private_key_jwt, PS256': withKey(pem(rsa.privateKey, 'pkcs8'), jwks(rsa.publicKey), {
    token_endpoint_auth_signing_alg: 'PS256',
  }),
  'private_key_jwt, Ed25519 as a JWK': withKey(
    JSON.stringify({ ...ed.privateKey.export({ format: 'jwk' }), kid: 'k1' }),
    jwks(ed.publicKey, { kid: 'k1' }),
  ),
  'private_key_jwt for the token endpoint': withKey(pem(ec.privateKey, 'pkcs8'), jwks(ec.publicKey), {
    assertion_audience: 'token_endpoint',
    assertion_lifetime: '30s',
  }),
};

describe('client authentication at a real server', function () {
  this.timeout(20_000);
  let secured: Secured;
  beforeEach(async () => {
    secured = await startSecured();
  });
  afterEach(() => secured.close());

  for (const [name, { client, registered, secrets }] of Object.entries(cases)) {
    it(`is ${name}`, async () => {
      await secured.oidc([registered], {
        configuration: {
          enabledJWA: {
            clientAuthSigningAlgValues: ['HS256', 'HS384', 'RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
          },
          clientAuthMethods: [
            'client_secret_basic',
            'client_secret_post',
            'client_secret_jwt',
            'private_key_jwt',
            'none',
          ],
        } as object,
      });
      const { origins } = secured;
      const { jobs, events } = await replay({
        origins,
        project: projectOf(client),
        scenarios: token,
        secrets,
      });
      expect(secured.refusals).to.deep.equal([]);
      expect(jobs.flatMap(({ steps }) => steps.map(({ status }) => status))).to.deep.equal(['passed']);
      const written = JSON.stringify(events);
      for (const value of Object.values(secrets)) {
        expect(written).not.to.include(JSON.stringify(value).slice(1, -1));
        expect(written).not.to.include(value.slice(30, 60));
      }
      const findings = jobs.flatMap(({ steps }) => steps.flatMap((step) => step.findings));
      expect(findings.map(({ cause, summary }) => cause ?? summary)).to.deep.equal([]);
    });
  }

  const mutual = { features: { mTLS: mtlsFeature } } as object;
  const methods = ['tls_client_auth', 'self_signed_tls_client_auth'];

  it('is tls_client_auth, with the certificate of the environment', async () => {
    const own = await secured.origins.authority.issue(['web-client']);
    secured.use({ clientCertificate: own });
    const client = registered(
      { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=web-client' },
      '',
    );
    await secured.oidc([client], { configuration: { ...mutual, clientAuthMethods: methods } as object });
    const { jobs } = await replay({
      origins: secured.origins,
      project: projectOf({ token_endpoint_auth_method: 'tls_client_auth' }),
      scenarios: token,
    });
    expect(secured.refusals).to.deep.equal([]);
    expect(jobs.map(({ status }) => status)).to.deep.equal(['passed']);
  });

  it('is self_signed_tls_client_auth, with the certificate of the host', async () => {
    const own = await selfSigned(['web-client']);
    const { X509Certificate } = await import('node:crypto');
    const certificate = new X509Certificate(own.cert);
    secured.use({
      clientCertificate: await secured.origins.authority.issue(['another']),
      clientCertificates: new Map([['login.example.test', own]]),
    });
    const key = certificate.publicKey.export({ format: 'jwk' });
    const client = registered(
      {
        token_endpoint_auth_method: 'self_signed_tls_client_auth',
        jwks: { keys: [{ ...key, x5c: [certificate.raw.toString('base64')] }] },
      },
      '',
    );
    await secured.oidc([client], { configuration: { ...mutual, clientAuthMethods: methods } as object });
    await secured.serve(api, (_request, response) => void response.end('{}'));
    const { jobs } = await replay({
      origins: secured.origins,
      project: projectOf({ token_endpoint_auth_method: 'self_signed_tls_client_auth' }),
      scenarios: { 'a.yml': { credential: 'machine', steps: [{ GET: '/orders' }] } },
    });
    expect(secured.refusals).to.deep.equal([]);
    expect(jobs.map(({ status }) => status)).to.deep.equal(['passed']);
    expect(secured.seen.map(({ url, certificate: sent }) => `${url} ${sent}`)).to.deep.equal([
      `${login}/.well-known/openid-configuration web-client`,
      `${login}/token web-client`,
      `${api}/orders another`,
    ]);
  });

  describe('with tokens that are bound to a certificate', () => {
    const bound = { tls_client_certificate_bound_access_tokens: true };
    const steps = { 'a.yml': { credential: 'machine', steps: [{ name: 'read', GET: '/orders' }] } };
    const start = async (stated: boolean) => {
      secured.use({ clientCertificate: await secured.origins.authority.issue(['web-client']) });
      const server = await secured.oidc([registered({ ...bound })], {
        resources: [api],
        configuration: {
          ...mutual,
          discovery: { mtls_endpoint_aliases: { token_endpoint: `${mtls}/token` } },
        } as object,
      });
      await secured.serve(mtls, server.listener);
      await secured.serve(api, certificateServer);
      const metadata = { mtls_endpoint_aliases: { token_endpoint: `${mtls}/token` } };
      return replay({
        origins: secured.origins,
        project: projectOf(
          { client_secret: '${secret.WEB}', ...bound },
          stated ? { issuers: { main: { issuer: login, metadata } } } : {},
          { resource: [api] },
        ),
        scenarios: steps,
        secrets: { WEB: secret },
        options: { experiments: false },
      });
    };

    it('gets them at the mTLS endpoint that the project file states', async () => {
      const { jobs } = await start(true);
      expect(jobs.map(({ status }) => status)).to.deep.equal(['passed']);
      expect(secured.seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
        `POST ${mtls}/token`,
        `GET ${api}/orders`,
      ]);
    });

    it('sends nothing to an mTLS endpoint at another origin that only the metadata names', async () => {
      const { jobs } = await start(false);
      expect(secured.seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
        `GET ${login}/.well-known/openid-configuration`,
      ]);
      const checks = jobs.flatMap(({ steps: all }) => all.flatMap((step) => step.checks));
      expect(checks.map(({ actual }) => actual)).to.deep.equal([
        `The metadata of issuer "main" names a mtls_endpoint_aliases.token_endpoint at ${mtls}, but the issuer is at ${login}: nothing was sent there; if it is right, state it under issuers.main.metadata.mtls_endpoint_aliases.token_endpoint.`,
      ]);
    });
  });
});
