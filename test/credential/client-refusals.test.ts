import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { ClientMetadata } from 'oidc-provider';
import type { JsonMap } from '../../src/model.ts';
import { webClient } from '../support/oidc-server.ts';
import { replay } from '../support/replay.ts';
import { api, login, mtlsFeature, proofServer, type Secured, startSecured } from '../support/secured.ts';

console.log(SignJWT.name, api, proofServer.name);
const secret = 'a-secret-of-the-client-web-of-48-bytes-or-more-for-all';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();
const machine = { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: 'orders:read' };
const token = { 'a.yml': { steps: [{ token: 'machine' }] } };
const registered = (more: ClientMetadata | object, own = ''): ClientMetadata =>
  webClient('web', own, {
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    ...more,
  });
const jwks = { jwks: { keys: [{ ...ec.publicKey.export({ format: 'jwk' }), use: 'sig', kid: 'k1' }] } };
const asKey = { token_endpoint_auth_method: 'private_key_jwt', ...jwks };
const byKey = { private_key: '${secret.KEY}' };
const rows: Record<string, [JsonMap, ClientMetadata, string, Partial<{ shift: number }>?]> = {
  'key of another client': [byKey, registered(asKey), pem(other.privateKey)],
  'unknown kid': [{ ...byKey, kid: 'k9' }, registered(asKey), pem(ec.privateKey)],
  'audience of another server': [
    { ...byKey, assertion_audience: 'https://other.example.test' },
    registered(asKey),
    pem(ec.privateKey),
  ],
  'alg that is not registered': [
    byKey,
    registered({ ...asKey, token_endpoint_auth_signing_alg: 'PS256' }),
    pem(ec.privateKey),
  ],
  expired: [byKey, registered(asKey), pem(ec.privateKey), { shift: -3_600_000 }],
  'from the future': [byKey, registered(asKey), pem(ec.privateKey), { shift: 3_600_000 }],
  'basic where a key is registered': [{ client_secret: '${secret.KEY}' }, registered(asKey), secret],
  'none where a key is registered': [{}, registered(asKey), secret],
  'key where a secret is registered': [byKey, registered({}, secret), pem(ec.privateKey)],
  'client_secret_jwt with another secret': [
    { client_secret: '${secret.KEY}', token_endpoint_auth_method: 'client_secret_jwt' },
    registered({ token_endpoint_auth_method: 'client_secret_jwt' }, `${secret}x`),
    secret,
  ],
  'unknown client': [{ ...byKey, client_id: 'nobody' }, registered(asKey), pem(ec.privateKey)],
  'tls without registered subject': [
    { token_endpoint_auth_method: 'tls_client_auth' },
    registered({ token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=other' }),
    secret,
  ],
};
describe('refusals', function () {
  this.timeout(20_000);
  let secured: Secured;
  beforeEach(async () => {
    secured = await startSecured();
  });
  afterEach(() => secured.close());
  for (const [name, [client, side, key, more]] of Object.entries(rows)) {
    it(name, async () => {
      secured.use({ clientCertificate: await secured.origins.authority.issue(['web-client']) });
      await secured.oidc([side], {
        configuration: {
          features: { mTLS: mtlsFeature },
          clientAuthMethods: [
            'none',
            'client_secret_basic',
            'client_secret_jwt',
            'private_key_jwt',
            'tls_client_auth',
          ],
        } as object,
      });
      const r = await replay({
        origins: secured.origins,
        project: {
          environments: {
            production: {
              protected: false,
              origins: { login },
              issuers: { main: login },
              clients: { web: { client_id: 'web', ...client } },
            },
          },
          credentials: { machine },
        },
        scenarios: token,
        secrets: { KEY: key },
        ...(more?.shift ? { shift: more.shift } : {}),
      } as never);
      const f = r.jobs[0]?.steps[0]?.findings ?? [];
      console.log(
        name,
        '|',
        secured.refusals,
        '|',
        f.map((x) => [
          x.cause,
          x.certainty,
          x.summary,
          x.evidence.map((e) => `${e.field}: ${e.seen}`),
          x.alternatives.map((a) => a.cause),
        ]),
        r.jobs[0]?.steps[0]?.checks.map((c) => c.actual),
        r.jobs[0]?.steps[0]?.exchanges.map((e) => e.role),
      );
      expect(1).to.equal(1);
    });
  }
});
