import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('tells of a session that ended in mid-job, where a step passes on the login page', async () => {
    const served = await serveApp({ refusal: 'redirect' });
    const twice = {
      credential: 'user',
      steps: [{ GET: '/api/orders' }, { GET: '/api/orders', name: 'again' }],
    };
    let asked = 0;
    const push = origins.received.push.bind(origins.received);
    origins.received.push = (...all) => {
      if (all.some(({ url }) => url === '/api/orders') && ++asked === 2) served.clear();
      return push(...all);
    };
    const project = projectOf({ login: steps });
    const replayed = await replay({ origins, project, secrets, scenarios: { 'a.yml': twice } });
    expect(seen().slice(-3)).to.deep.equal(['GET /api/orders', 'GET /api/orders', 'GET /login']);
    expect([replayed.finished.summary.passed, causes(replayed)]).to.deep.equal([
      2,
      { 'staging: again': ['login-redirect likely'] },
    ]);
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

  it('logs in anew where alive says that the session is over, once', async () => {
    const served = await serveApp();
    const alive = { GET: '/api/orders', status: 200 };
    const scenarios = { 'a.yml': read, 'b.yml': { credential: 'user', steps: [{ GET: '/csrf' }] } };
    let asked = 0;
    const serveOnce = origins.received.push.bind(origins.received);
    origins.received.push = (...all) => {
      if (all.some(({ url }) => url === '/api/orders') && ++asked === 2) setImmediate(() => served.clear());
      return serveOnce(...all);
    };
    const replayed = await replay({
      origins,
      project: projectOf({ login: steps, alive }),
      secrets,
      scenarios,
      options: { concurrency: 1 },
    });
    expect([replayed.finished.summary.passed, checks(replayed)]).to.deep.equal([2, []]);
    expect(seen()).to.deep.equal([
      ...['GET /login', 'POST /login', 'GET /welcome', 'GET /api/orders'],
      'GET /api/orders',
      'GET /api/orders',
      ...['GET /login', 'POST /login', 'GET /welcome', 'GET /api/orders'],
      'GET /csrf',
    ]);
  });

  it('says that a login led to no session that stands, and does not repeat it', async () => {
    await serveApp();
    const alive = { GET: '/no-such-page' };
    const replayed = await replay({
      origins,
      project: projectOf({ login: steps, alive }),
      secrets,
      scenarios: { 'a.yml': read, 'b.yml': read },
    });
    expect(checks(replayed)).to.deep.equal(
      Array(2).fill('The login led to a session that does not stand: /no-such-page answered 404, not "2xx".'),
    );
    expect(seen()).to.deep.equal(['GET /login', 'POST /login', 'GET /welcome', 'GET /no-such-page']);
  });

  it('explains a cookie that plain http cannot keep', async () => {
    const http = 'http://app.example.test';
    const served = createSessionApp({ refusal: 'json', cookie: {} });
    void served;
    await origins.serve(http, ({ method, url }, response) => {
      const set = { 'set-cookie': 'sid=a-session-of-ann; Secure; Path=/' };
      if (method === 'POST') response.writeHead(302, { location: '/welcome', ...set });
      else response.writeHead(200, { 'content-type': 'text/html' });
      response.end(
        url === '/login'
          ? '<form method=post><input name=username><input type=password name=password></form>'
          : 'hi',
      );
    });
    const replayed = await replay({
      origins,
      project: projectOf({ login: steps }, { app: http }),
      secrets,
      scenarios: { 'a.yml': read },
    });
    expect(checks(replayed)).to.deep.equal([
      `The login of "user" left no cookie for an origin of environment "staging". sid was refused: It is Secure and came over plain http (RFC 6265bis section 5.7). It stands at ${http}/welcome (200): it has no forms.`,
    ]);
    expect(causes(replayed)).to.deep.equal({ 'staging: GET /api/orders': ['cookie-rejected likely'] });
  });

  /** A page of ours at the app, and what else is asked for; returns the message. */
  async function page(
    html: string,
    headers: Record<string, string> = {},
    status = 200,
  ): Promise<string | null> {
    await origins.serve(app, ({ method }, response) => {
      response.writeHead(method === 'POST' || html === '' ? status : 200, {
        'content-type': 'text/html',
        ...headers,
      });
      response.end(html);
    });
    const replayed = await replay({
      origins,
      project: projectOf({ login: steps }),
      secrets,
      scenarios: { 'a.yml': read },
    });
    return checks(replayed)[0] ?? null;
  }
  const inputs = '<input name=username><input type=password name=password>';
  const evil = 'https://evil.example.test';
  const unbound =
    'which is neither an origin of environment "staging" nor that of one of its issuers: nothing was sent there';

  const stopped: readonly (readonly [string, Parameters<typeof page>, string, readonly string[]])[] = [
    [
      'a foreign redirect',
      ['', { location: `${evil}/login` }, 302],
      `The login step "GET /login" leads to ${evil}, ${unbound}.`,
      ['GET /login'],
    ],
    [
      'a foreign form',
      [`<form id=login method=post action="${evil}/login">${inputs}</form>`],
      `The login step "submit the form": the form "#login" goes to ${evil}, ${unbound}. It stands at ${app}/login (200): it offers "#login" (username, password).`,
      ['GET /login'],
    ],
    [
      'a foreign base',
      [`<base href="${evil}"><form method=post action="/login">${inputs}</form>`],
      `The login step "submit the form": the form to "/login" goes to ${evil}, ${unbound}. It stands at ${app}/login (200): it offers to "/login" (username, password).`,
      ['GET /login'],
    ],
    [
      'a form that leaves https',
      [`<form method=post action="http://app.example.test/login">${inputs}</form>`],
      `The login step "submit the form": the form to "/login" goes to http://app.example.test, which is plain http, while its page is https: nothing was sent there. It stands at ${app}/login (200): it offers to "/login" (username, password).`,
      ['GET /login'],
    ],
    [
      'a foreign redirect that would repeat the password',
      [`<form method=post>${inputs}</form>`, { location: `${evil}/login` }, 307],
      `The login step "submit the form" leads to ${evil}, ${unbound}.`,
      ['GET /login', 'POST /login'],
    ],
    [
      'a form that is not there',
      ['<h1>Sign in with a passkey</h1><title>Welcome</title>'],
      `The login step "submit the form": the page has no form. It stands at ${app}/login (200, "Welcome"): it has no forms.`,
      ['GET /login'],
    ],
    [
      'several forms that fit',
      [`<form id=a>${inputs}</form><form name=b>${inputs}</form>`],
      `The login step "submit the form": the page has 2 forms, and the step names none (form:). It stands at ${app}/login (200): it offers "#a" (username, password), "form[name=b]" (username, password).`,
      ['GET /login'],
    ],
    [
      'a field that is not there',
      ['<form id=f><input name=user><input name=password type=password></form>'],
      `The login step "submit the form": the form "#f": it has no "username"; it has "user", "password". It stands at ${app}/login (200): it offers "#f" (user, password).`,
      ['GET /login'],
    ],
    [
      'a refusal with status 200, in its own words',
      [`<p class="alert alert-danger">Wrong user name or password</p><form method=post>${inputs}</form>`],
      `The login step "submit the form" was refused: ${app}/login shows the form again. It says "Wrong user name or password".`,
      ['GET /login', 'POST /login'],
    ],
  ];
  for (const [name, given, message, requests] of stopped) {
    it(`ends at ${name}`, async () => {
      await origins.serve(evil, (_request, response) => void response.end());
      await origins.serve('http://app.example.test', (_request, response) => void response.end());
      expect(await page(...given)).to.equal(message);
      expect(seen()).to.deep.equal(requests);
    });
  }

  it('takes the cookies that a browser saved, and says when they are over', async () => {
    const served = await serveApp({ name: 'app.sid' });
    const logged = await replay({
      origins,
      project: projectOf({ login: steps }),
      secrets,
      scenarios: { 'a.yml': read },
    });
    expect(checks(logged)).to.deep.equal([]);
    const sid =
      origins.received
        .at(-1)
        ?.headers.find(([name]) => name === 'Cookie')?.[1]
        .replace('app.sid=', '') ?? '';
    const cookie = {
      name: 'app.sid',
      domain: 'app.example.test',
      path: '/',
      expires: -1,
      httpOnly: true,
      secure: true,
    };
    const folder = await mkdtemp(join(tmpdir(), 'why401-state-'));
    try {
      const storage_state = join(folder, 'state.json');
      await writeFile(storage_state, JSON.stringify({ cookies: [{ ...cookie, value: sid }], origins: [] }));
      const project = projectOf({ storage_state, alive: { GET: '/csrf' } });
      const given = { origins, project, scenarios: { 'a.yml': read } };
      origins.received.length = 0;
      const first = await replay(given);
      expect([checks(first), seen()]).to.deep.equal([[], ['GET /csrf', 'GET /api/orders']]);
      expect(JSON.stringify(first.jobs.map((job) => job.steps.map((each) => each.exchanges)))).to.not.include(
        sid,
      );
      served.clear();
      expect(checks(await replay(given))).to.deep.equal([
        'The saved session does not stand: /csrf answered 401, not "2xx".',
      ]);
      await writeFile(storage_state, JSON.stringify({ cookies: [{ ...cookie, value: sid, expires: 1 }] }));
      expect(checks(await replay(given))).to.deep.equal([
        'The storage_state of "user" holds only cookies that are over: app.sid (1970-01-01T00:00:01.000Z).',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('logs in anew where a step says so', async () => {
    await serveApp();
    const again = { GET: '/api/orders', credential: { name: 'user', renew: true } };
    const scenarios = { 'a.yml': { credential: 'user', steps: [{ GET: '/api/orders' }, again] } };
    const replayed = await replay({ origins, project: projectOf({ login: steps }), secrets, scenarios });
    expect(checks(replayed)).to.deep.equal([]);
    const cookies = origins.received
      .filter(({ url }) => url === '/api/orders')
      .map(({ headers }) => headers.find(([name]) => name === 'Cookie')?.[1]);
    expect(seen().filter((each) => each === 'POST /login')).to.have.length(2);
    expect(new Set(cookies).size).to.equal(2);
  });

  it('sends Referer and Origin, follows a refresh, and names a form that a script submits', async () => {
    await origins.serve(app, ({ method, url }, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      if (method === 'POST') response.end('<meta http-equiv="refresh" content="0;url=/done?a=1&amp;b=2">');
      else if (url === '/login') response.end(`<form method=post action="/in#x">${inputs}</form>`);
      else
        response.end(
          '<body onload="document.forms[0].submit()"><form action=/acs method=post><input type=hidden name=SAMLResponse value="a-long-saml-response"></form>',
        );
    });
    const project = projectOf({ login: steps });
    const replayed = await replay({ origins, project, secrets, scenarios: { 'a.yml': read } });
    expect(seen()).to.deep.equal(['GET /login', 'POST /in', 'GET /done?a=1&b=2']);
    const fields = origins.received.map(({ headers }) =>
      headers.filter(([name]) => /^(referer|origin|content-type)$/i.test(name)),
    );
    expect(fields).to.deep.equal([
      [],
      [
        ['Referer', `${app}/login`],
        ['Origin', app],
        ['Content-Type', 'application/x-www-form-urlencoded'],
      ],
      // The page that leads on by itself is the one that asks (HTML, shared declarative refresh steps).
      [['Referer', `${app}/in`]],
    ]);
    expect(checks(replayed)).to.deep.equal([
      `The login is not at its end. It stands at ${app}/done (200): it offers to "/acs" (no inputs). Its form is submitted by a script: add a step "submit: {}".`,
    ]);
  });

  for (const method of ['get', 'post']) {
    it(`never shows a password that was sent by ${method}`, async () => {
      await origins.serve(app, ({ url }, response) => {
        response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'sid=a-session-of-ann' });
        response.end(url === '/login' ? `<form method=${method} action=/in>${inputs}</form>` : 'hi');
      });
      const password = `it's (a) "p~ssword"! ä+%`;
      const given = { origins, project: projectOf({ login: steps }), scenarios: { 'a.yml': read } };
      const { events } = await replay({ ...given, secrets: { CI_PASSWORD: password } });
      const [, sent] = origins.received;
      const fields = new URLSearchParams(method === 'get' ? sent?.url.split('?')[1] : sent?.body);
      expect(Object.fromEntries(fields)).to.deep.equal({ username: ann.name, password });
      const text = JSON.stringify(events);
      for (const form of ['~ssword', '7Essword', '7essword', '(a) ', '28a'])
        expect(text).to.not.include(form);
      expect(text).to.match(/username=ann&password=(?:%5B|\[)secret:CI_PASSWORD(?:%5D|\])/);
    });
  }

  for (const [cause, body, status] of [
    ['csrf-failed', '<h1>Forbidden</h1><p>CSRF verification failed. Request aborted.</p>', 403],
    ['account-locked', '<p role=alert>Your account is locked after too many failed attempts.</p>', 403],
  ] as const) {
    it(`names ${cause} where the page speaks of it`, async () => {
      await origins.serve(app, ({ method }, response) => {
        response.writeHead(method === 'POST' ? status : 200, { 'content-type': 'text/html' });
        response.end(method === 'POST' ? body : `<form method=post>${inputs}</form>`);
      });
      const project = projectOf({ login: steps });
      const replayed = await replay({ origins, project, secrets, scenarios: { 'a.yml': read } });
      expect(causes(replayed)).to.deep.equal({ 'staging: GET /api/orders': [`${cause} likely`] });
      expect(seen()).to.deep.equal(['GET /login', 'POST /login']);
    });
  }

  it('keeps two users of one job apart', async () => {
    const sent: string[] = [];
    await origins.serve(app, ({ method, url, headers, body }, response) => {
      const cookie = headers.find(([name]) => name === 'Cookie')?.[1] ?? '';
      if (url === '/who') sent.push(cookie);
      const user = new URLSearchParams(body).get('username') ?? '';
      const set = method === 'POST' ? { 'set-cookie': `sid=session-of-${user}; Path=/` } : {};
      response.writeHead(200, { 'content-type': 'text/html', ...set });
      response.end(url === '/login' && method === 'GET' ? `<form method=post>${inputs}</form>` : 'hi');
    });
    const login = (username: string): JsonMap => ({
      type: 'session',
      login: [{ GET: '/login' }, { submit: { fields: { username, password: '${secret.CI_PASSWORD}' } } }],
    });
    const project = {
      environments: { staging: { origins: { app } } },
      credentials: { ann: login('ann'), bob: login('bob') },
    };
    const who = (credential: string): JsonMap => ({ GET: '/who', credential });
    const scenarios = { 'a.yml': { steps: ['ann', 'bob', 'ann', 'none'].map(who) } };
    const replayed = await replay({ origins, project, secrets, scenarios });
    expect(checks(replayed)).to.deep.equal([]);
    expect(sent).to.deep.equal(['sid=session-of-ann', 'sid=session-of-bob', 'sid=session-of-ann', '']);
  });

  it('tries again later where the network failed', async () => {
    await serveApp();
    let refused = 1;
    await origins.serve('https://front.example.test', (_request, response, raw) => {
      if (refused-- > 0) raw.socket.destroy();
      else {
        response.writeHead(302, { location: `${app}/login` });
        response.end();
      }
    });
    const [, submit] = steps;
    const project = projectOf(
      { login: [{ GET: 'front:/' }, submit] as never },
      { app, front: 'https://front.example.test' },
    );
    const replayed = await replay({
      origins,
      project,
      secrets,
      scenarios: { 'a.yml': read, 'b.yml': read },
      options: { concurrency: 1 },
    });
    expect(replayed.jobs.map(({ status }) => status)).to.deep.equal(['errored', 'passed']);
    expect(checks(replayed)[0]).to.match(
      /^The login step "GET front:\/" got no answer from https:\/\/front\.example\.test: /,
    );
  });

  it('sends multipart forms, and pages in two steps', async () => {
    await origins.serve(app, ({ method, url }, response) => {
      const last = url === '/second' && method === 'POST';
      response.writeHead(200, {
        'content-type': 'text/html',
        ...(last ? { 'set-cookie': 'sid=a-session-of-ann' } : {}),
      });
      if (url === '/login' && method === 'GET')
        response.end(
          '<form method=post action=/second enctype="multipart/form-data"><input name=username></form>',
        );
      else
        response.end(
          url === '/second' && !last ? '' : `<form method=post action=/second>${last ? '' : inputs}</form>`,
        );
    });
    const login = [
      { GET: '/login' },
      { submit: { fields: { username: 'ann' } } },
      { submit: { fields: { code: '1' } }, when: 'input[name=code]' },
    ];
    await replay({ origins, project: projectOf({ login }), secrets, scenarios: { 'a.yml': read } });
    const [, posted] = origins.received;
    const boundary = /boundary=(.+)$/.exec(
      posted?.headers.find(([name]) => name === 'Content-Type')?.[1] ?? '',
    )?.[1];
    expect(posted?.body).to.equal(
      `--${boundary}\r\nContent-Disposition: form-data; name="username"\r\n\r\nann\r\n--${boundary}--\r\n`,
    );
    expect(seen()).to.deep.equal(['GET /login', 'POST /second', 'GET /api/orders']);
  });
});
