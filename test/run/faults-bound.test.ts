import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { JsonMap } from '../../src/model.ts';
import { webClient } from '../support/oidc-server.ts';
import { causes, type Replayed, replay } from '../support/replay.ts';
import { api, login, proofServer, type Secured, startSecured } from '../support/secured.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secrets = {
  WEB: 'a-secret-of-the-client-web',
  KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
};
const grant = { type: 'oauth2', grant_type: 'client_credentials', scope: 'orders:read', resource: [api] };
const project: JsonMap = {
  environments: {
    staging: {
      protected: false,
      origins: { api },
      issuers: { main: login },
      clients: {
        web: { client_id: 'web', client_secret: '${secret.WEB}' },
        robot: {
          client_id: 'robot',
          token_endpoint_auth_method: 'private_key_jwt',
          private_key: '${secret.KEY}',
        },
      },
    },
  },
  credentials: {
    bound: { ...grant, client: 'web', dpop: true },
    robot: { ...grant, client: 'robot' },
  },
};

describe('faults of proofs and assertions at a real server', function () {
  this.timeout(20_000);
  let secured: Secured;
  beforeEach(async () => {
    secured = await startSecured();
    await secured.oidc(
      [
        webClient('web', secrets.WEB),
        webClient('robot', '', {
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [publicKey.export({ format: 'jwk' })] },
        }),
      ],
      {
        resources: [api],
        configuration: {
          features: { dPoP: { enabled: true } },
          clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
        } as object,
      },
    );
  });
  afterEach(() => secured.close());

  const run = (steps: readonly JsonMap[]): Promise<Replayed> =>
    replay({ origins: secured.origins, project, secrets, scenarios: { 'a.yml': { steps: [...steps] } } });
  const wrong = (
    fault: string,
    expected: JsonMap = { status: 401, challenge: { scheme: 'DPoP' } },
  ): JsonMap => ({
    name: fault,
    GET: '/orders',
    credential: { name: 'bound', fault },
    expect: expected,
  });
  const sound = { name: 'sound', GET: '/orders', credential: 'bound' };
  const statuses = ({ jobs }: Replayed): string[] =>
    jobs.flatMap(({ steps }) => steps.map(({ name, status }) => `${name} ${status}`));
  const proofs = () =>
    secured.seen
      .filter(({ url }) => url.startsWith(api))
      .map(({ dpop }) => (dpop === null ? null : decodeJwt(dpop)));
  const invalid = { status: 401, challenge: { scheme: 'DPoP', error: 'invalid_dpop_proof' } };

  it('are a proof that was used, one for another URL, and none', async () => {
    await secured.serve(api, proofServer());
    const replayed = await run([
      wrong('replayed_proof', invalid),
      wrong('wrong_htu', invalid),
      wrong('unbound', { status: 401, challenge: { error: 'invalid_token' } }),
      sound,
    ]);
    expect(statuses(replayed)).to.deep.equal([
      'replayed_proof passed',
      'wrong_htu passed',
      'unbound passed',
      'sound passed',
    ]);
    const [first, again, elsewhere, none, last] = proofs();
    expect(again).to.deep.equal(first);
    expect(elsewhere?.['htu']).to.equal(`${api}/why401-another-address`);
    expect(none).to.equal(null);
    expect(last?.['htu']).to.equal(`${api}/orders`);
    expect(secured.seen.filter(({ url }) => url.endsWith('/token')).length).to.equal(1);
  });

  it('are a replay after the nonce that the server wanted', async () => {
    await secured.serve(api, proofServer({ nonce: 'n-1' }));
    const replayed = await run([wrong('replayed_proof', invalid)]);
    expect(statuses(replayed)).to.deep.equal(['replayed_proof passed']);
    const [without, first, again] = proofs();
    expect([without?.['nonce'], first?.['nonce']]).to.deep.equal([undefined, 'n-1']);
    expect(again).to.deep.equal(first);
  });

  it('are found where a server takes a proof twice', async () => {
    await secured.serve(api, (_, response) => response.writeHead(200).end('{}'));
    const replayed = await run([wrong('replayed_proof', invalid)]);
    expect(causes(replayed)).to.deep.equal({ 'staging: replayed_proof': ['fault-accepted certain'] });
  });

  it('prove nothing where the sound request is refused', async () => {
    await secured.serve(api, proofServer({ host: 'another.example.test' }));
    const replayed = await run([wrong('replayed_proof', invalid)]);
    expect(
      replayed.jobs[0]?.steps[0]?.checks.map(({ kind, expected, actual }) => [kind, expected, actual]),
    ).to.deep.equal([['fault', '2xx to the request with a new proof', '401']]);
    expect(replayed.finished.exitCode).to.equal(1);
  });

  it('are assertions for another audience, and ones that were used', async () => {
    const refused = { status: [400, 401], json: { '$.error': 'invalid_client' } };
    const replayed = await run([
      { name: 'audience', token: { name: 'robot', fault: 'assertion_audience' }, expect: refused },
      { name: 'replayed', token: { name: 'robot', fault: 'assertion_replayed' }, expect: refused },
      { name: 'sound', token: 'robot' },
    ]);
    expect(statuses(replayed)).to.deep.equal(['audience passed', 'replayed passed', 'sound passed']);
    expect(secured.refusals.length).to.equal(2);
  });
});
