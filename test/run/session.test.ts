import { expect } from 'chai';
import type { JobResult, JsonMap } from '../../src/model.ts';
import { ann } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { causes, type Replayed, replay } from '../support/replay.ts';
import { createSessionApp, type SessionApp, type SessionAppOptions } from '../support/session-app.ts';

const app = 'https://app.example.test';
const secrets = { CI_PASSWORD: ann.password };
const steps = [
  { GET: '/login' },
  { submit: { fields: { username: ann.name, password: '${secret.CI_PASSWORD}' } } },
];
const projectOf = (user: JsonMap, origins: JsonMap = { app }): JsonMap => ({
  environments: { staging: { origins } },
  credentials: { user: { type: 'session', ...user } },
});
const read = { credential: 'user', steps: [{ GET: '/api/orders' }] };

describe('a session', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  async function serveApp(options: Partial<SessionAppOptions> = {}, origin = app): Promise<SessionApp> {
    const served = createSessionApp({
      refusal: 'json',
      trustProxy: true,
      cookie: { secure: true },
      loginCsrf: true,
      ...options,
    });
    const { Readable } = await import('node:stream');
    await origins.serve(origin, (request, response, raw) => {
      const again = Object.assign(Readable.from([Buffer.from(request.body)]), {
        method: raw.method,
        url: raw.url,
        headers: { ...raw.headers, 'x-forwarded-proto': new URL(origin).protocol.slice(0, -1) },
        socket: raw.socket,
        connection: raw.socket,
      });
      served.listener(again as never, response as never);
    });
    return served;
  }
  const seen = (): string[] => origins.received.map(({ method, url }) => `${method} ${url}`);
  const checks = ({ jobs }: Replayed): (string | null)[] =>
    jobs.flatMap(({ steps: all }: JobResult) =>
      all.flatMap((step) => step.checks.filter(({ passed }) => !passed).map(({ actual }) => actual)),
    );

  it('logs in once for all jobs and steps, and its cookie changes with the job', async () => {
    await serveApp();
    const scenarios = Object.fromEntries(['a.yml', 'b.yml', 'c.yml'].map((file) => [file, read]));
    const replayed = await replay({ origins, project: projectOf({ login: steps }), secrets, scenarios });
    expect([replayed.finished.summary.passed, checks(replayed), causes(replayed)]).to.deep.equal([3, [], {}]);
    expect(seen()).to.deep.equal([
      'GET /login',
      'POST /login',
      'GET /welcome',
      'GET /api/orders',
      'GET /api/orders',
      'GET /api/orders',
    ]);
    const [login] = replayed.jobs.flatMap(({ steps: all }) =>
      all.flatMap(({ exchanges }) => exchanges.slice(1, 2)),
    );
    expect([login?.role, login?.hops.map(({ index, response }) => [index, response?.status])]).to.deep.equal([
      'login',
      [
        [1, 302],
        [2, 200],
      ],
    ]);
    const text = JSON.stringify(
      replayed.jobs.map((job) => job.steps.map((s) => s.exchanges.map((e) => e.hops.map((h) => h.request)))),
    );
    expect(text).to.not.include('correct');
    expect(text).to.include('username=ann&password=[secret:CI_PASSWORD]');
  });

  it('never tries a refused password twice, and says so', async () => {
    await serveApp();
    const scenarios = { 'a.yml': read, 'b.yml': read };
    const replayed = await replay({
      origins,
      project: projectOf({ login: steps }),
      secrets: { CI_PASSWORD: 'wrong password' },
      scenarios,
    });
    expect(seen()).to.deep.equal(['GET /login', 'POST /login']);
    const message = `The login step "submit the form" was refused: ${app}/login answered 401 with the form again.`;
    expect(checks(replayed)).to.deep.equal([message, message]);
    expect(causes(replayed)).to.deep.equal({ 'staging: GET /api/orders': ['password-wrong likely'] });
  });
});
