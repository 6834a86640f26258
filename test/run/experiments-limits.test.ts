import { expect } from 'chai';
import fc from 'fast-check';
import type { ExperimentReport, JobResult, JsonMap } from '../../src/model.ts';
import { type Handler, type Origins, type Received, startOrigins } from '../support/origins.ts';
import {
  accounts,
  api,
  authorization,
  headerOf,
  json,
  jwt,
  login,
  projectWith,
  refuse,
  secrets,
  trial,
} from '../support/trial.ts';

const everything = { experiments: { allow: ['A0', 'A', 'B'], budget: 20 } };
const claims = {
  iss: login,
  aud: api,
  client_id: 'web',
  exp: Math.floor(Date.now() / 1000) - 60,
  scope: 'openid',
};

describe('limits of experiments', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  const experiments = (jobs: readonly JobResult[]): ExperimentReport[] =>
    jobs.flatMap(({ steps }) =>
      steps.flatMap(({ findings }) => findings.flatMap((each) => each.experiments)),
    );
  const files = (count: number, step: (index: number) => JsonMap): Record<string, JsonMap> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `${String(index).padStart(3, '0')}.yml`,
        { credential: 'reader', steps: [step(index)] },
      ]),
    );
  async function serveLogin(handler: Handler = (_, response) => json(response, 404, {})): Promise<void> {
    await origins.serve(login, handler);
  }

  it('sends nothing of its own with --no-experiments', async () => {
    await origins.serve(api, (_, response) => refuse(response));
    const { ids } = await trial(origins, {
      project: projectWith(everything),
      options: { experiments: false },
    });
    expect([ids, origins.received.length]).to.deep.equal([[], 1]);
  });

  it('sends at most two in a protected environment, which read and do no more than the scenario', async () => {
    const entry = 'http://api.example.test';
    await origins.serve(entry, (request, response) => {
      response.writeHead(301, { location: `${api}${request.url}` }).end();
    });
    await origins.serve(api, (request, response) =>
      authorization(request) ? json(response, 200, {}) : refuse(response),
    );
    await serveLogin();
    const project = projectWith({ origins: { api, entry }, protected: true });
    const { ids, replayed } = await trial(origins, {
      project,
      secrets: { ...secrets, TOKEN: jwt(claims) },
      steps: [{ name: 'read', GET: 'entry:/orders' }],
    });
    expect(ids).to.deep.equal(['final-url-directly', 'repeat-baseline']);
    const { reported, received } = accounts(origins, replayed);
    expect(reported).to.deep.equal(received);
    expect(origins.received.every(({ method, origin }) => method === 'GET' && origin !== login)).to.equal(
      true,
    );
  });

  it('sends nothing for a step that writes in a protected environment', async () => {
    await origins.serve(api, (_, response) => refuse(response));
    const { ids } = await trial(origins, {
      project: projectWith({ protected: true }),
      steps: [{ name: 'write', POST: '/orders', writes: true, body: { json: { id: 1 } } }],
    });
    expect([ids, origins.received.length]).to.deep.equal([[], 1]);
  });

  for (const budget of [0, 1, 2, 3, 4]) {
    it(`keeps to a budget of ${budget} for a step, one request kept for the baseline`, async () => {
      await origins.serve(api, (_, response) => refuse(response));
      await serveLogin();
      const project = projectWith({ experiments: { allow: ['A0', 'A', 'B'], budget } });
      const { replayed } = await trial(origins, { project, secrets: { ...secrets, TOKEN: jwt(claims) } });
      expect(origins.received.length - 1).to.equal(Math.max(0, budget - 1));
      expect(experiments(replayed.jobs)).to.have.lengthOf(Math.max(0, budget - 1));
    });
  }

  it('stops at twenty times the budget of a step, and leaves something for every step before that', async () => {
    await origins.serve(api, (_, response) => refuse(response));
    const project = projectWith({ experiments: { allow: ['A0', 'A'], budget: 4 } });
    const scenarios = files(60, (index) => ({ name: 'read', GET: `/orders/${index}` }));
    const { replayed } = await trial(origins, { project, scenarios });
    const sent = replayed.jobs.map(({ steps }) => (steps[0]?.exchanges.length ?? 0) - 1);
    expect(origins.received.length - 60).to.be.at.most(80);
    expect(sent.filter((count) => count >= 1)).to.have.lengthOf(60);
  });

  it('takes the scenarios in turn', async () => {
    await origins.serve(api, (_, response) => refuse(response));
    const one = { protected: false, origins: { api } };
    const project = projectWith({}, { environments: { staging: one, testing: one } });
    const { replayed } = await trial(origins, {
      project,
      scenarios: files(2, () => ({ name: 'read', GET: '/x' })),
    });
    const order = replayed.events.flatMap((event) =>
      event.type === 'job-finished' ? [`${event.job.file} ${event.job.environment}`] : [],
    );
    expect(order.slice(0, 2).map((line) => line.split(' ')[0])).to.deep.equal(['000.yml', '001.yml']);
  });

  it('asks the same question once a run, and says so', async () => {
    await origins.serve(api, (_, response) => refuse(response));
    const project = projectWith({ experiments: { allow: ['A0'], budget: 6 } });
    const { tried, replayed } = await trial(origins, {
      project,
      scenarios: files(3, () => ({ name: 'read', GET: '/x' })),
    });
    expect(tried).to.deep.equal([
      'without-credential: 401, the same answer: it makes no difference',
      'without-credential: 401, the same answer: it makes no difference (asked before in this run)',
      'without-credential: 401, the same answer: it makes no difference (asked before in this run)',
    ]);
    expect(experiments(replayed.jobs).map(({ exchange }) => exchange)).to.deep.equal([1, null, null]);
    expect(origins.received.length).to.equal(4);
  });

  it('does not take two questions for the same that differ in a captured secret', async () => {
    await origins.serve(api, (request, response) =>
      request.url === '/token'
        ? json(response, 200, { token: `csrf-value-${Math.random()}` })
        : refuse(response),
    );
    const steps = [
      { GET: '/token', capture: { csrf: { json: '$.token', secret: true } } },
      { name: 'read', GET: '/x', headers: { 'X-Csrf': '${csrf}' } },
    ];
    const scenario = { credential: 'reader', steps };
    await trial(origins, {
      project: projectWith({ experiments: { allow: ['A0'] } }),
      scenarios: { 'a.yml': scenario, 'b.yml': scenario },
    });
    const bare = origins.received.filter(
      (request) => request.url === '/x' && authorization(request) === null,
    );
    expect(new Set(bare.map((request) => headerOf(request, 'x-csrf'))).size).to.equal(2);
  });

  const stops: Readonly<Record<string, Handler>> = {
    '429': (_, response) => json(response, 429, {}),
    'Retry-After': (_, response) => json(response, 401, {}, { 'retry-after': '60' }),
    'a challenge for browsers': (_, response) => {
      response.writeHead(403, { 'content-type': 'text/html' }).end('<div class="g-recaptcha"></div>');
    },
    'a mitigation header': (_, response) => json(response, 403, {}, { 'cf-mitigated': 'challenge' }),
    'a locked account': (_, response) => json(response, 401, { message: 'Your account has been locked.' }),
  };
  for (const [sign, handler] of Object.entries(stops)) {
    it(`stops at ${sign} for the whole run, at this origin only`, async () => {
      const other = 'https://other.example.test';
      await origins.serve(api, (request, response, raw) => {
        if (request.url === '/stop') handler(request, response, raw);
        else refuse(response);
      });
      await origins.serve(other, (_, response) => refuse(response));
      const project = projectWith({ ...everything, origins: { api, other }, issuers: {}, clients: {} });
      await trial(origins, {
        project,
        scenarios: {
          'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: '/orders' }] },
          'b.yml': { credential: 'reader', steps: [{ name: 'stop', GET: '/stop' }] },
          'c.yml': { credential: 'reader', steps: [{ name: 'other', GET: 'other:/orders' }] },
        },
      });
      expect(origins.received.filter(({ origin }) => origin === api)).to.have.lengthOf(2);
      expect(origins.received.filter(({ origin }) => origin === other).length).to.be.greaterThan(1);
    });
  }

  it('stops when an experiment is answered with a stop sign', async () => {
    await origins.serve(api, (request, response) =>
      authorization(request) ? refuse(response) : json(response, 429, {}),
    );
    const { ids } = await trial(origins, {
      project: projectWith({ ...everything, issuers: {}, clients: {} }),
      scenarios: files(2, (index) => ({ name: 'read', GET: `/${index}` })),
    });
    expect(ids).to.deep.equal(['without-credential']);
    expect(origins.received.length).to.equal(3);
  });

  const basic: JsonMap = { legacy: { type: 'basic', username: 'ci', password: '${secret.TOKEN}' } };
  const redirected = async (): Promise<void> => {
    await origins.serve('http://api.example.test', (request, response) => {
      response.writeHead(301, { location: `${api}${request.url}` }).end();
    });
    await origins.serve(api, (request, response) =>
      authorization(request) ? json(response, 200, {}) : refuse(response, 'Basic realm="x"'),
    );
  };
  for (const [named, sent] of [
    [['A0', 'A', 'B'], 0],
    [['final-url-directly'], 1],
  ] as const) {
    it(
      sent === 0 ? 'does not send a password again' : 'sends a password again where the experiment is named',
      async () => {
        await redirected();
        const over = { origins: { api, entry: 'http://api.example.test' }, experiments: { allow: named } };
        await trial(origins, {
          project: projectWith(over, { credentials: basic }),
          credential: 'legacy',
          steps: [{ name: 'read', GET: 'entry:/orders' }],
        });
        const carried = origins.received.filter((request) => authorization(request) !== null);
        expect(carried.length - 1).to.equal(sent);
      },
    );
  }

  for (const [name, body] of [
    ['a password in a form', { form: { password: 'secret-of-somebody', user: 'x' } }],
    ['a code in a form', { form: { grant_type: 'authorization_code', code: 'abc' } }],
    ['a refresh token in JSON', { json: { refresh_token: 'a-refresh-token' } }],
  ] as const) {
    it(`does not send ${name} again`, async () => {
      await origins.serve(api, (_, response) => refuse(response));
      await trial(origins, {
        project: projectWith({ ...everything, issuers: {}, clients: {} }),
        steps: [{ name: 'log in', POST: '/session', writes: true, body }],
      });
      expect(origins.received).to.have.lengthOf(1);
    });
  }

  it('never sends a credential to an origin that is not bound', async () => {
    const other = 'https://other.example.test';
    await origins.serve(api, (request, response) => {
      response.writeHead(302, { location: `${other}${request.url}` }).end();
    });
    await origins.serve(other, (_, response) => refuse(response));
    await serveLogin();
    await trial(origins, {
      project: projectWith(everything),
      secrets: { ...secrets, TOKEN: jwt(claims) },
      steps: [{ name: 'read', GET: '/orders' }],
    });
    const there = origins.received.filter(({ origin }) => origin === other);
    expect(there.filter((request) => authorization(request) !== null)).to.deep.equal([]);
  });

  describe('circuit breaker', () => {
    const answers: Readonly<Record<string, Handler>> = {
      invalid_client: (_, response) => json(response, 401, { error: 'invalid_client' }),
      'invalid_client with 400': (_, response) => json(response, 400, { error: 'invalid_client' }),
      invalid_grant: (_, response) => json(response, 400, { error: 'invalid_grant' }),
      'a lock text': (_, response) =>
        json(response, 400, { error: 'access_denied', error_description: 'Account locked out' }),
      '401 without a word': (_, response) => json(response, 401, {}),
      '403 without a word': (_, response) => json(response, 403, {}),
    };
    for (const [name, handler] of Object.entries(answers)) {
      it(`does not try a credential again after ${name}: no retry, no scenario, no experiment`, async () => {
        await origins.serve(api, (_, response) => refuse(response));
        const asked: Received[] = [];
        await serveLogin((request, response, raw) => {
          if (authorization(request) !== null) asked.push(request);
          if (request.url === '/token') handler(request, response, raw);
          else json(response, 400, {});
        });
        const step = { name: 'read', GET: '/orders', retry: 2 };
        const scenario = { credential: 'machine', steps: [step] };
        await trial(origins, {
          project: projectWith(everything),
          scenarios: {
            'a.yml': scenario,
            'b.yml': scenario,
            'c.yml': { steps: [{ name: 't', token: 'machine' }] },
          },
        });
        expect(asked.map(({ url }) => url)).to.deep.equal(['/token']);
      });
    }

    it('does not try a locked password again, though the server challenges for nothing', async () => {
      await origins.serve(api, (_, response) => json(response, 403, { message: 'This account is locked.' }));
      const scenario = { credential: 'legacy', steps: [{ name: 'read', GET: '/orders' }] };
      await trial(origins, {
        project: projectWith(everything, { credentials: basic }),
        scenarios: { 'a.yml': scenario, 'b.yml': scenario },
        options: { concurrency: 1 },
      });
      expect(origins.received).to.have.lengthOf(1);
    });

    it('takes a 403 for a matter of rights, not of the password', async () => {
      await origins.serve(api, (_, response) => json(response, 403, { message: 'Forbidden' }));
      const scenario = { credential: 'legacy', steps: [{ name: 'read', GET: '/orders' }] };
      await trial(origins, {
        project: projectWith(everything, { credentials: basic }),
        scenarios: { 'a.yml': scenario, 'b.yml': scenario },
        options: { concurrency: 1 },
      });
      expect(origins.received.filter((request) => authorization(request) !== null)).to.have.lengthOf(2);
    });
  });

  it('sends nothing of a class that is not allowed, whatever the policy and the server', async function () {
    this.timeout(60_000);
    const words = [
      'A0',
      'A',
      'B',
      'C',
      'other-user-agent',
      'fresh-token',
      'random-path',
      'scheme-case',
      'repeat-baseline',
    ];
    const policies = fc.record({
      allow: fc.subarray(words),
      budget: fc.integer({ min: 0, max: 8 }),
      protects: fc.boolean(),
      status: fc.constantFrom(400, 401, 403, 404, 302),
      challenge: fc.constantFrom(null, 'Bearer', 'Token', 'Bearer error="insufficient_scope", scope="a b"'),
      accepts: fc.constantFrom('nothing', 'mozilla', 'json', 'bearer', 'no cookie'),
      method: fc.constantFrom('GET', 'POST'),
    });
    await fc.assert(
      fc.asyncProperty(policies, async ({ allow, budget, protects, status, challenge, accepts, method }) => {
        await origins.close();
        origins = await startOrigins();
        await origins.serve(api, (request, response) => {
          const agent = headerOf(request, 'user-agent') ?? '';
          const passes =
            (accepts === 'mozilla' && agent.startsWith('Mozilla')) ||
            (accepts === 'json' && headerOf(request, 'accept') === 'application/json') ||
            (accepts === 'bearer' && (authorization(request) ?? '').startsWith('bearer')) ||
            (accepts === 'no cookie' && headerOf(request, 'cookie') === null);
          if (passes) return json(response, 200, {});
          const headers: Record<string, string> = status === 302 ? { location: '/login' } : {};
          response
            .writeHead(status, challenge ? { ...headers, 'www-authenticate': challenge } : headers)
            .end();
        });
        await serveLogin((request, response) =>
          request.url === '/token'
            ? json(response, 200, {
                access_token: jwt({ ...claims, exp: claims.exp + 7200 }),
                token_type: 'Bearer',
              })
            : json(response, 200, { active: true }),
        );
        const step = { name: 'step', [method]: '/orders', cookies: { sid: 'session-value' } };
        const helper = { steps: [{ name: 'token', token: 'machine' }] };
        const failing = {
          credential: 'reader',
          steps: [method === 'POST' ? { ...step, writes: true } : step],
        };
        const { replayed } = await trial(origins, {
          project: projectWith({ protected: protects, experiments: { allow, budget } }),
          secrets: { ...secrets, TOKEN: jwt(claims) },
          scenarios: { 'a.yml': failing, 'b.yml': helper },
        });
        const { reported, received } = accounts(origins, replayed);
        expect(reported).to.deep.equal(received);
        const made = experiments(replayed.jobs);
        const all = new Set<string>(allow);
        for (const { id, class: kind } of made) {
          const byClass = kind !== 'C' && (all.has(kind) || (kind === 'A0' && all.has('A')));
          expect(all.has(id) || byClass, `${id} of class ${kind} with ${allow.join()}`).to.equal(true);
          if (kind === 'A0') expect(method).to.equal('GET');
        }
        const sent = replayed.jobs.flatMap(({ steps }) =>
          steps.flatMap(({ exchanges }) => exchanges.filter(({ role }) => role === 'experiment')),
        );
        expect(sent.length).to.be.at.most(budget);
        if (!all.has('C') && !all.has('other-user-agent'))
          expect(
            origins.received.every((request) => !headerOf(request, 'user-agent')?.startsWith('Moz')),
          ).to.equal(true);
      }),
      { numRuns: 40 },
    );
  });
});
