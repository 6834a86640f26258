import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import type { ClientMetadata } from 'oidc-provider';
import type { JobResult, JsonMap } from '../../../src/model.ts';
import { webClient } from '../../support/oidc-server.ts';
import { type Replayed, replay } from '../../support/replay.ts';
import {
  api,
  login,
  mtlsFeature,
  type ProofRules,
  proofServer,
  type Secured,
  startSecured,
} from '../../support/secured.ts';

const secret = 'a-secret-of-the-client-web-of-48-bytes-or-more-for-all';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();
const registered = (more: ClientMetadata | object, own = ''): ClientMetadata =>
  webClient('web', own, {
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    ...more,
  });
const jwks = { keys: [{ ...ec.publicKey.export({ format: 'jwk' }), use: 'sig', kid: 'k1' }] };
const withKey = { token_endpoint_auth_method: 'private_key_jwt', jwks };
const withTls = { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=other' };
const byKey = { private_key: '${secret.KEY}' };
const bySecret = { client_secret: '${secret.KEY}' };
const byHmac = { ...bySecret, token_endpoint_auth_method: 'client_secret_jwt' };

interface Refusal {
  readonly client: JsonMap;
  readonly side: ClientMetadata;
  readonly key: string;
  readonly shift?: number;
  /** In the words of the server's log, which its answer does not have. */
  readonly reason: string;
  readonly first: string;
}
const otherMethod =
  'the provided authentication mechanism does not match the registered client authentication method';

const refusals: Readonly<Record<string, Refusal>> = {
  'an assertion that another key signed': {
    client: byKey,
    side: registered(withKey),
    key: pem(other.privateKey),
    reason: 'signature verification failed',
    first: 'client-assertion-invalid likely',
  },
  'a kid that is not registered': {
    client: { ...byKey, kid: 'k9' },
    side: registered(withKey),
    key: pem(ec.privateKey),
    reason: 'no applicable key found in the JSON Web Key Set',
    first: 'client-assertion-invalid likely',
  },
  'an algorithm that is not registered': {
    client: byKey,
    side: registered({ ...withKey, token_endpoint_auth_signing_alg: 'PS256' }),
    key: pem(ec.privateKey),
    reason: 'alg mismatch',
    first: 'client-assertion-invalid likely',
  },
  'an assertion for another server': {
    client: { ...byKey, assertion_audience: 'https://other.example.test' },
    side: registered(withKey),
    key: pem(ec.privateKey),
    reason: 'audience (aud) must equal the endpoint url, issuer identifier or token endpoint url',
    first: 'client-assertion-audience likely',
  },
  'an assertion that is over by the clock of the server': {
    client: byKey,
    side: registered(withKey),
    key: pem(ec.privateKey),
    shift: -3_600_000,
    reason: 'jwt expired',
    first: 'clock-skew likely',
  },
  'an assertion of the future': {
    client: byKey,
    side: registered(withKey),
    key: pem(ec.privateKey),
    shift: 3_600_000,
    reason: 'jwt not active yet',
    first: 'clock-skew likely',
  },
  'an assertion that another secret signed': {
    client: byHmac,
    side: registered({ token_endpoint_auth_method: 'client_secret_jwt' }, `${secret}x`),
    key: secret,
    reason: 'signature verification failed',
    first: 'client-secret-wrong likely',
  },
  'an assertion of a client that is not known': {
    client: { ...byKey, client_id: 'nobody' },
    side: registered(withKey),
    key: pem(ec.privateKey),
    reason: 'client not found',
    first: 'client-unknown likely',
  },
  'no authentication of a client with a key': {
    client: {},
    side: registered(withKey),
    key: secret,
    reason: otherMethod,
    first: 'client-type-wrong likely',
  },
  'a certificate of another subject': {
    client: { token_endpoint_auth_method: 'tls_client_auth' },
    side: registered(withTls),
    key: secret,
    reason: 'certificate subject value does not match the registered one',
    first: 'client-cert-invalid likely',
  },
};

/** The answer is the same whatever is wrong: the method is named beside what is more usual. */
const methods: Readonly<Record<string, Refusal>> = {
  'a secret where a key is registered': {
    client: bySecret,
    side: registered(withKey),
    key: secret,
    reason: otherMethod,
    first: 'client-secret-wrong likely',
  },
  'a key where a secret is registered': {
    client: byKey,
    side: registered({}, secret),
    key: pem(ec.privateKey),
    reason: otherMethod,
    first: 'client-assertion-invalid likely',
  },
};

describe('refusals of a real server', function () {
  this.timeout(20_000);
  let secured: Secured;
  beforeEach(async () => {
    secured = await startSecured();
  });
  afterEach(() => secured.close());

  const play = async ({ client, side, key, shift = 0 }: Refusal) => {
    secured.use({ clientCertificate: await secured.origins.authority.issue(['web-client']) });
    const clientAuthMethods = [
      'none',
      'client_secret_basic',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
    ];
    await secured.oidc([side], {
      configuration: { features: { mTLS: mtlsFeature }, clientAuthMethods } as object,
    });
    const environment = {
      protected: false,
      origins: { login },
      issuers: { main: login },
      clients: { web: { client_id: 'web', ...client } },
    };
    return replay({
      origins: secured.origins,
      project: {
        environments: { production: environment },
        credentials: {
          machine: {
            type: 'oauth2',
            grant_type: 'client_credentials',
            client: 'web',
            scope: 'orders:read',
          },
        },
      },
      scenarios: { 'a.yml': { steps: [{ token: 'machine' }] } },
      secrets: { KEY: key },
      shift,
    });
  };

  for (const [name, refusal] of Object.entries(refusals)) {
    it(`tell ${name}`, async () => {
      const { jobs } = await play(refusal);
      expect(secured.refusals).to.deep.equal([refusal.reason]);
      expect(firstOf(jobs)).to.equal(refusal.first);
    });
  }

  it('say which certificate is to be registered', async () => {
    const { jobs } = await play(refusals['a certificate of another subject'] as Refusal);
    const [finding] = jobs.flatMap(({ steps }) => steps.flatMap((step) => step.findings));
    expect([finding?.summary, finding?.fix]).to.deep.equal([
      `The authorization server ${login} answered 401 (invalid_client: client authentication failed): it does not take the client certificate of environment "production" for client web (tls_client_auth).`,
      'Register the subject of the certificate for client web there, or set environments.production.tls to the certificate that is registered.',
    ]);
  });

  for (const [name, refusal] of Object.entries(methods)) {
    it(`name the method beside the proof for ${name}`, async () => {
      const { jobs } = await play(refusal);
      expect(secured.refusals).to.deep.equal([refusal.reason]);
      expect(firstOf(jobs)).to.equal(refusal.first);
      const [finding] = jobs.flatMap(({ steps }) => steps.flatMap((step) => step.findings));
      expect(finding?.alternatives.map(({ cause }) => cause)).to.include('client-auth-method-wrong');
    });
  }

  describe('of proofs', () => {
    const proofs = async (rules: ProofRules | null, shift = 0): Promise<Replayed> => {
      await secured.oidc([registered({}, secret)], { resources: [api] });
      if (rules) await secured.serve(api, proofServer(rules));
      return replay({
        origins: secured.origins,
        project: {
          environments: {
            production: {
              origins: { api },
              issuers: { main: login },
              clients: { web: { client_id: 'web', ...bySecret } },
            },
          },
          credentials: {
            machine: {
              type: 'oauth2',
              grant_type: 'client_credentials',
              client: 'web',
              resource: [api],
              dpop: true,
            },
          },
        },
        scenarios: { 'a.yml': { credential: 'machine', steps: [{ name: 'read', GET: '/orders' }] } },
        secrets: { KEY: secret },
        shift,
      });
    };

    it('tell a proof that is too old at the authorization server', async () => {
      const { jobs } = await proofs(null, -3_600_000);
      expect(secured.refusals).to.deep.equal(['invalid_dpop_proof']);
      expect(firstOf(jobs)).to.equal('clock-skew likely');
    });

    it('tell a proof for another host', async () => {
      const { jobs } = await proofs({ host: 'internal.example.test' });
      expect(firstOf(jobs)).to.equal('dpop-proof-invalid likely');
    });

    it('tell a proof that is refused without a word', async () => {
      const { jobs } = await proofs({ host: 'internal.example.test', silent: true });
      expect(firstOf(jobs)).to.equal('dpop-proof-invalid possible');
    });
  });
});

function firstOf(jobs: readonly JobResult[]): string {
  const [finding] = jobs.flatMap(({ steps }) => steps.flatMap((step) => step.findings));
  return finding ? `${finding.cause} ${finding.certainty}` : 'nothing';
}
