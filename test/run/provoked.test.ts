import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';

const api = 'https://api.example.test';
const login = 'https://login.example.test';

const project: JsonMap = {
  environments: {
    production: {
      origins: { api },
      issuers: { main: { issuer: login, discovery: 'none', metadata: { token_endpoint: `${login}/token` } } },
      clients: { web: { client_id: 'web', client_secret: '${secret.WEB}' } },
    },
  },
  credentials: {
    reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' },
    user: {
      type: 'oauth2',
      grant_type: 'password',
      client: 'web',
      username: 'ann',
      password: '${secret.WEB}',
    },
    legacy: { type: 'basic', username: 'ann', password: '${secret.WEB}' },
    old: { type: 'digest', username: 'ann', password: '${secret.WEB}' },
  },
};
const secrets = { WEB: 'a-secret-of-the-client-web' };

function jobs(count: number, credential: string): Record<string, JsonMap> {
  const names = Array.from({ length: count }, (_, index) => `${index}.yml`);
  return Object.fromEntries(names.map((name) => [name, { credential, steps: [{ GET: `/${name}` }] }]));
}

describe('what a server refuses', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  const asked = (origin: string): number => origins.received.filter((each) => each.origin === origin).length;

  /** Gives a token to each request, `ms` after it. */
  async function serveTokens(ms: () => number): Promise<void> {
    let issued = 0;
    await origins.serve(login, (_request, response) => {
      issued += 1;
      const token = `token-${issued}-${'x'.repeat(20)}`;
      setTimeout(() => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 300 }));
      }, ms());
    });
  }

  it('is renewed once in vain, however many jobs are refused, and whenever', async () => {
    await serveTokens(() => 3);
    let requests = 0;
    await origins.serve(api, (_request, response) => {
      requests += 1;
      // Answers overtake each other.
      setTimeout(
        () => response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(),
        (requests * 7) % 40,
      );
    });
    const options = { concurrency: 20, experiments: false };
    await replay({ origins, project, secrets, scenarios: jobs(60, 'reader'), options });
    expect(asked(login)).to.equal(2);
  }).timeout(20_000);

  it('gets one token for 200 jobs at a time', async () => {
    await serveTokens(() => 20);
    // 200 handshakes of TLS at a time take long.
    const plain = 'http://plain.example.test';
    await origins.serve(plain, (_request, response) => response.end());
    const scenarios = Object.fromEntries(
      Object.entries(jobs(200, 'reader')).map(([name, job]) => [
        name,
        { ...job, steps: [{ GET: `plain:/${name}` }] },
      ]),
    );
    const environments = project['environments'] as JsonMap;
    const production = { ...(environments['production'] as JsonMap), origins: { api, plain } };
    const replayed = await replay({
      origins,
      project: { ...project, environments: { production } },
      secrets,
      scenarios,
      options: { concurrency: 200, experiments: false },
    });
    expect([asked(login), replayed.finished.summary.passed]).to.deep.equal([1, 200]);
  }).timeout(30_000);

  for (const [name, error] of [
    ['reader', 'invalid_client'],
    ['user', 'invalid_grant'],
  ] as const) {
    it(`is not tried again by 40 jobs at a time: ${error}`, async () => {
      await origins.serve(login, (_request, response) => {
        response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      });
      await origins.serve(api, (_request, response) => response.end());
      const options = { concurrency: 40, experiments: false };
      await replay({ origins, project, secrets, scenarios: jobs(40, name), options });
      expect([asked(login), asked(api)]).to.deep.equal([1, 0]);
    });
  }

  for (const [name, challenge, most] of [
    ['legacy', 'Basic realm="api"', 1],
    ['old', 'Digest realm="api", nonce="abc", qop="auth"', 1],
  ] as const) {
    it(`is not tried again by 40 jobs at a time: the password of ${name}`, async () => {
      await origins.serve(api, (_request, response) => {
        setTimeout(() => response.writeHead(401, { 'www-authenticate': challenge }).end(), 10);
      });
      const options = { concurrency: 20, experiments: false };
      await replay({ origins, project, secrets, scenarios: jobs(40, name), options });
      const tried = origins.received.filter(({ headers }) =>
        headers.some(([field]) => field.toLowerCase() === 'authorization'),
      );
      expect(tried.length).to.equal(most);
    });
  }
});
