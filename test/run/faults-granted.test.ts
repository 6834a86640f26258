import { expect } from 'chai';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { Json, JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';

const api = 'https://api.example.test';
const login = 'https://login.example.test';
const secrets = { WEB: 'a-secret-of-the-client-web', PASSWORD: 'correct horse battery' };
const project: JsonMap = {
  environments: {
    staging: {
      protected: false,
      origins: { api },
      issuers: {
        main: {
          issuer: login,
          discovery: 'none',
          metadata: { token_endpoint: `${login}/token`, jwks_uri: `${login}/jwks` },
        },
      },
      clients: { web: { client_id: 'web', client_secret: '${secret.WEB}' } },
    },
  },
  credentials: {
    ann: {
      type: 'oauth2',
      grant_type: 'password',
      client: 'web',
      username: 'ann',
      password: '${secret.PASSWORD}',
      scope: 'openid orders:read',
    },
  },
};

describe('an ID token in the place of an access token', () => {
  let origins: Origins;
  let withIdToken = true;
  beforeEach(async () => {
    withIdToken = true;
    origins = await startOrigins();
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
    const sign = (typ: string, audience: string, claims: Record<string, string>): Promise<string> =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'k', typ })
        .setIssuer(login)
        .setAudience(audience)
        .setSubject('ann')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey);
    await origins.serve(login, async (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      if (request.url === '/jwks') return void response.end(JSON.stringify({ keys: [jwk] }));
      const access_token = await sign('at+jwt', api, { scope: 'openid orders:read' });
      const id_token = withIdToken ? { id_token: await sign('JWT', 'web', {}) } : {};
      response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 300, ...id_token }));
    });
    await origins.serve(api, async (request, response) => {
      const field = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
      const token = field.replace(/^Bearer /, '');
      const good = await jwtVerify(token, publicKey, { audience: api, typ: 'at+jwt' }).then(
        () => true,
        () => false,
      );
      response.writeHead(
        good ? 200 : 401,
        good ? {} : { 'www-authenticate': 'Bearer error="invalid_token"' },
      );
      response.end('{}');
    });
  });
  afterEach(() => origins.close());

  const run = (): Promise<Replayed> =>
    replay({
      origins,
      project,
      secrets,
      scenarios: {
        'a.yml': {
          steps: [
            {
              name: 'wrong',
              GET: '/orders',
              credential: { name: 'ann', fault: 'id_token' },
              expect: { status: 401, challenge: { error: 'invalid_token' } },
            },
            { name: 'sound', GET: '/orders', credential: 'ann' },
          ] as Json[],
        },
      },
    });

  it('is refused, and the access token is not', async () => {
    const { jobs } = await run();
    expect(jobs[0]?.steps.map(({ name, status }) => `${name} ${status}`)).to.deep.equal([
      'wrong passed',
      'sound passed',
    ]);
    expect(jobs[0]?.steps[0]?.exchanges.at(-1)?.credentials[0]?.token?.claims?.['aud']).to.equal('web');
  });

  it('is not sent where there is none', async () => {
    withIdToken = false;
    const { jobs, finished } = await run();
    expect(jobs[0]?.steps[0]?.status).to.equal('failed');
    expect(finished.exitCode).to.equal(1);
    expect(origins.received.some(({ origin }) => origin === api)).to.equal(false);
  });
});
