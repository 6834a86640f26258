import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { causes, replay } from '../support/replay.ts';

const api = 'https://api.example.test';
const entry = 'http://api.example.test';

const project: JsonMap = {
  environments: { production: { origins: { api, entry } } },
  credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
};
const secrets = { TOKEN: 'a-secret-token-of-the-reader' };

describe('run', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** 200 with the right token, else a bare challenge. */
  const serveApi = () =>
    origins.serve(api, (request, response) => {
      const given = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
      const right = given === `Bearer ${secrets.TOKEN}`;
      response.writeHead(
        right ? 200 : 401,
        right ? { 'content-type': 'application/json' } : { 'www-authenticate': 'Bearer realm="api"' },
      );
      response.end(right ? '{"orders":[{"id":7}]}' : '');
    });
  const serveEntry = () =>
    origins.serve(entry, (request, response) => {
      response.writeHead(301, { location: `${api}${request.url}` });
      response.end();
    });

  it('captures in one step and uses it in the next', async () => {
    await serveApi();
    const scenarios = {
      'a.yml': {
        credential: 'reader',
        steps: [
          { GET: '/orders', expect: { json: { '$.orders[0].id': 7 } }, capture: { id: '$.orders[0].id' } },
          { GET: '/orders/${id}' },
        ],
      },
    };
    const replayed = await replay({ origins, project, secrets, scenarios });
    expect(replayed.finished.summary).to.deep.equal({
      passed: 2,
      failed: 0,
      errored: 0,
      skipped: 0,
      warnings: 0,
    });
    expect(origins.received.map(({ url }) => url)).to.deep.equal(['/orders', '/orders/7']);
    expect(replayed.finished.exitCode).to.equal(0);
  });

  it('proves that the header was dropped, with two more requests and no more', async () => {
    await serveApi();
    await serveEntry();
    const scenarios = {
      'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: 'entry:/orders' }, { GET: '/orders' }] },
    };
    const replayed = await replay({ origins, project, secrets, scenarios });
    expect(causes(replayed)).to.deep.equal({
      'production: read': ['credentials-dropped-on-redirect proven'],
    });
    expect(replayed.finished.exitCode).to.equal(1);
    expect(replayed.jobs[0]?.steps.map(({ status }) => status)).to.deep.equal(['failed', 'skipped']);
    const sent = origins.received.map(
      ({ origin, headers }) => `${origin} ${headers.some(([name]) => name === 'Authorization')}`,
    );
    expect(sent).to.deep.equal([
      `${entry} true`,
      `${api} false`,
      `${api} true`,
      `${entry} true`,
      `${api} false`,
    ]);
    const reported = replayed.jobs[0]?.steps[0]?.exchanges.flatMap(({ hops }) =>
      hops.map(({ request }) => new URL(request.url).origin),
    );
    expect(reported).to.deep.equal([entry, api, api, entry, api]);
  });

  it('never sends a credential to an origin that is not bound', async () => {
    await serveApi();
    const scenarios = {
      'a.yml': {
        credential: 'reader',
        steps: [{ name: 'elsewhere', GET: 'https://other.example.test/orders' }],
      },
    };
    await origins.serve('https://other.example.test', (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer' });
      response.end();
    });
    const replayed = await replay({ origins, project, secrets, scenarios });
    expect(
      origins.received.map(({ headers }) => headers.some(([name]) => name === 'Authorization')),
    ).to.deep.equal([false]);
    expect(causes(replayed)).to.deep.equal({ 'production: elsewhere': ['credentials-missing likely'] });
  });

  it('tells that nothing listens, and gives no verdict', async () => {
    origins.map(api, '127.0.0.1:1');
    const replayed = await replay({
      origins,
      project,
      secrets,
      scenarios: { 'a.yml': { steps: [{ name: 'read', GET: '/' }] } },
    });
    expect(causes(replayed)).to.deep.equal({ 'production: read': ['connection-refused certain'] });
    expect(replayed.finished.exitCode).to.equal(3);
  });

  it('tries a transport error again where that is asked for, and shows it', async () => {
    let seen = 0;
    await origins.serve(api, (_, response, raw) => {
      seen += 1;
      if (seen === 1) raw.socket.destroy();
      else response.end('{}');
    });
    const scenarios = {
      'a.yml': {
        steps: [
          { name: 'read', GET: '/', retry: 1 },
          { name: 'write', POST: '/', writes: true, retry: 1 },
        ],
      },
    };
    const replayed = await replay({ origins, project, secrets, scenarios });
    expect(
      replayed.jobs[0]?.steps.map(({ status, passedAfter, attempts }) => ({ status, passedAfter, attempts })),
    ).to.deep.equal([
      { status: 'passed', passedAfter: 'retry', attempts: 2 },
      { status: 'passed', passedAfter: null, attempts: 1 },
    ]);
  });

  it('takes an expected cause as part of the verdict', async () => {
    await serveApi();
    const expecting = (cause: string) => ({
      credential: 'none',
      steps: [{ name: 'none', GET: '/orders', expect: { status: 401, cause } }],
    });
    const replayed = await replay({
      origins,
      project,
      secrets,
      scenarios: { 'a.yml': expecting('credentials-missing'), 'b.yml': expecting('token-expired') },
    });
    expect(replayed.jobs.map(({ status }) => status)).to.deep.equal(['passed', 'failed']);
    expect(
      replayed.jobs[0]?.steps[0]?.findings.map(({ cause, expected, severity }) => ({
        cause,
        expected,
        severity,
      })),
    ).to.deep.equal([{ cause: 'credentials-missing', expected: true, severity: 'info' }]);
  });

  it('shows no secret in what it keeps', async () => {
    await serveApi();
    const replayed = await replay({
      origins,
      project,
      secrets,
      scenarios: { 'a.yml': { credential: 'reader', steps: [{ GET: '/orders?again=${secret.TOKEN}' }] } },
    });
    expect(JSON.stringify(replayed.jobs)).to.not.include(secrets.TOKEN);
  });

  it('does not try a refused password again', async () => {
    await origins.serve(api, (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' });
      response.end();
    });
    const basic: JsonMap = {
      ...project,
      credentials: { legacy: { type: 'basic', username: 'ci', password: '${secret.TOKEN}' } },
    };
    const scenario = { credential: 'legacy', steps: [{ name: 'read', GET: '/' }] };
    const scenarios = { 'a.yml': scenario, 'b.yml': scenario, 'c.yml': scenario };
    const replayed = await replay({
      origins,
      project: basic,
      secrets,
      scenarios,
      options: { concurrency: 1 },
    });
    expect(
      origins.received.filter(({ headers }) => headers.some(([name]) => name === 'Authorization')),
    ).to.have.lengthOf(1);
    expect(replayed.jobs.map(({ status }) => status)).to.deep.equal(['failed', 'failed', 'failed']);
    expect(replayed.jobs.map(({ steps }) => steps[0]?.findings.map(({ cause }) => cause))).to.deep.equal([
      ['password-wrong'],
      ['password-wrong'],
      ['password-wrong'],
    ]);
  });

  it('redacts a secret that stands in a URL, a header and a body of the scenario', async () => {
    await origins.serve(api, (request, response) => response.end(JSON.stringify(request)));
    const step = {
      POST: '/x?t=${secret.OTHER}',
      writes: true,
      headers: { 'x-key': '${secret.OTHER}' },
      body: { json: { k: '${secret.OTHER}' } },
    };
    const other = { OTHER: 'another-secret-value+/=' };
    const replayed = await replay({
      origins,
      project,
      secrets: other,
      scenarios: { 'a.yml': { steps: [step] } },
    });
    const { request } = replayed.jobs[0]?.steps[0]?.exchanges[0]?.hops[0] ?? {};
    expect(origins.received[0]?.body).to.equal('{"k":"another-secret-value+/="}');
    expect(request?.url).to.equal('https://api.example.test/x?t=[secret:OTHER]');
    expect(request?.headers.filter(([name]) => name === 'x-key')).to.deep.equal([
      ['x-key', '[secret:OTHER]'],
    ]);
    expect(request?.body?.excerpt).to.equal('{"k":"[secret:OTHER]"}');
  });

  it('leaves what was not begun as skipped after --bail', async () => {
    await serveApi();
    const scenarios = {
      'a.yml': { steps: [{ name: 'read', GET: '/orders' }] },
      'b.yml': { steps: [{ GET: '/orders' }] },
    };
    const replayed = await replay({
      origins,
      project,
      secrets,
      scenarios,
      options: { concurrency: 1, bail: true },
    });
    expect(replayed.jobs.map(({ status }) => status)).to.deep.equal(['failed', 'skipped']);
    expect(origins.received).to.have.lengthOf(1);
    expect(replayed.finished.exitCode).to.equal(1);
  });

  it('ends at the deadline without a verdict', async () => {
    await origins.serve(api, () => {});
    const replayed = await replay({
      origins,
      project,
      secrets,
      scenarios: { 'a.yml': { steps: [{ GET: '/' }, { GET: '/' }] } },
      options: { deadline: 50 },
    });
    expect(replayed.jobs[0]?.steps.map(({ status }) => status)).to.deep.equal(['errored', 'skipped']);
    expect(replayed.finished.exitCode).to.equal(3);
  });

  it('tells two faults where the address behind the redirect refuses the token too', async () => {
    await serveEntry();
    const claims = Buffer.from(JSON.stringify({ exp: 1_700_000_000 })).toString('base64url');
    const token = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${claims}.c2lnbmF0dXJl`;
    await origins.serve(api, (request, response) => {
      const carried = request.headers.some(([name]) => name.toLowerCase() === 'authorization');
      const told = 'Bearer error="invalid_token", error_description="The access token expired"';
      response.writeHead(401, { 'www-authenticate': carried ? told : 'Bearer' });
      response.end();
    });
    const scenarios = { 'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: 'entry:/orders' }] } };
    const replayed = await replay({ origins, project, secrets: { TOKEN: token }, scenarios });
    expect(causes(replayed)).to.deep.equal({
      'production: read': ['credentials-dropped-on-redirect likely', 'token-expired likely'],
    });
    expect(replayed.jobs[0]?.steps[0]?.findings[0]?.evidence.at(-1)?.seen).to.equal(
      'the final URL refuses the credential too: fixing this alone is not shown to suffice',
    );
  });

  it('blames nobody for a check that has nothing to do with credentials', async () => {
    await origins.serve(api, (_, response) => response.end('{"orders":[]}'));
    const scenarios = {
      'a.yml': { steps: [{ name: 'read', GET: '/', expect: { json: { '$.orders': { length: 1 } } } }] },
    };
    const replayed = await replay({ origins, project, secrets, scenarios });
    expect(causes(replayed)).to.deep.equal({});
    expect(replayed.finished.exitCode).to.equal(1);
  });

  it('sends and compares integers that no double holds', async () => {
    await origins.serve(api, (request, response) => response.end(request.body));
    const body = { json: { id: 12345678901234567890n } };
    const step = { POST: '/', writes: true, body, expect: { json: { '$.id': 12345678901234567890n } } };
    const replayed = await replay({ origins, project, secrets, scenarios: { 'a.yml': { steps: [step] } } });
    expect(origins.received[0]?.body).to.equal('{"id":12345678901234567890}');
    expect(replayed.finished.exitCode).to.equal(0);
  });

  it('asks the authorization server once about a client that it refuses, whatever waits for its tokens', async () => {
    const login = 'https://login.example.test';
    await origins.serve(login, (request, response) => {
      const token = request.url === '/token';
      response.writeHead(token ? 401 : 400, { 'content-type': token ? 'application/json' : 'text/html' });
      response.end(token ? '{"error":"invalid_client"}' : 'error: invalid_client');
    });
    const metadata = { token_endpoint: `${login}/token`, authorization_endpoint: `${login}/authorize` };
    const refused: JsonMap = {
      environments: {
        production: {
          origins: { api },
          issuers: { main: { issuer: login, discovery: 'none', metadata } },
          clients: { web: { client_id: 'web', client_secret: '${secret.TOKEN}' } },
        },
      },
      credentials: { reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' } },
    };
    const scenario = { credential: 'reader', steps: [{ name: 'read', GET: '/' }] };
    const scenarios = { 'a.yml': scenario, 'b.yml': scenario, 'c.yml': scenario };
    const replayed = await replay({ origins, project: refused, secrets, scenarios });
    expect(
      replayed.jobs.map(({ steps }) =>
        steps[0]?.findings.map(({ cause, certainty }) => `${cause} ${certainty}`),
      ),
    ).to.deep.equal([['client-unknown likely'], ['client-unknown likely'], ['client-unknown likely']]);
    expect(origins.received.map(({ method, url }) => `${method} ${url.split('?')[0]}`)).to.deep.equal([
      'POST /token',
      'GET /authorize',
      'GET /authorize',
    ]);
  });
});
