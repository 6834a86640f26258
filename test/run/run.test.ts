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
});
