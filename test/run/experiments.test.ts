import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Handler, type Origins, startOrigins } from '../support/origins.ts';
import {
  accounts,
  api,
  authorization,
  headerOf,
  json,
  jwt,
  projectWith,
  refuse,
  secrets,
  type Trial,
  trial,
} from '../support/trial.ts';

const entry = 'http://api.example.test';

describe('experiments', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** Against an API; the report must tell all that its server has seen. */
  async function against(handler: Handler, given: Parameters<typeof trial>[1] = {}): Promise<Trial> {
    await origins.serve(api, handler);
    const made = await trial(origins, given);
    const { reported, received } = accounts(origins, made.replayed);
    expect(reported).to.deep.equal(received);
    return made;
  }
  const only = (...allow: string[]): JsonMap => projectWith({ experiments: { allow } });

  describe('unknown-scheme', () => {
    const project = only('A0', 'unknown-scheme');

    it('shows that the header arrives where a server tells schemes apart', async () => {
      const { tried } = await against(
        (request, response) => {
          const scheme = authorization(request)?.split(' ')[0];
          if (scheme === 'Why401') json(response, 400, { error: 'unsupported scheme' });
          else refuse(response);
        },
        { project },
      );
      expect(tried).to.deep.equal([
        'without-credential: 401, the same answer: it makes no difference',
        'unknown-scheme: 400, unlike no credential: the Authorization header reaches the layer that refuses',
      ]);
    });

    it('makes no text certain that is told to everybody, though the header arrives', async () => {
      const expired = jwt({ exp: Math.floor(Date.now() / 1000) - 600 });
      const { found } = await against(
        (request, response) =>
          authorization(request)?.startsWith('Why401')
            ? json(response, 400, {})
            : refuse(response, 'Bearer error="invalid_token", error_description="The access token expired"'),
        { project, secrets: { ...secrets, TOKEN: expired } },
      );
      expect(found).to.deep.equal(['token-expired likely']);
    });

    it('shows nothing where everything is answered alike', async () => {
      const { tried, found } = await against((_, response) => refuse(response), { project });
      expect(tried).to.deep.equal([
        'without-credential: 401, the same answer: it makes no difference',
        'unknown-scheme: 401, like no credential: it shows nothing',
      ]);
      expect(found).to.deep.equal(['credentials-stripped-by-proxy possible']);
    });

    it('is not asked where the answer without a credential differs', async () => {
      const { ids } = await against(
        (request, response) =>
          refuse(response, authorization(request) ? 'Bearer error="invalid_token"' : 'Bearer'),
        { project },
      );
      expect(ids).to.deep.equal(['without-credential']);
    });
  });

  describe('garbage-bearer', () => {
    const project = only('A0', 'garbage-bearer');

    it('shows that the header arrives where garbage is answered unlike nothing', async () => {
      const { tried } = await against(
        (request, response) => {
          const garbage = authorization(request) === 'Bearer why401-probe';
          refuse(
            response,
            garbage ? 'Bearer error="invalid_token", error_description="jwt malformed"' : 'Bearer',
          );
        },
        { project },
      );
      expect(tried.at(-1)).to.equal(
        'garbage-bearer: 401, unlike no credential: the Authorization header reaches the layer that refuses',
      );
    });

    it('keeps the header order and User-Agent of the baseline', async () => {
      await against((_, response) => refuse(response), { project });
      const names = origins.received.map(({ headers }) => headers.map(([name]) => name).join());
      expect(new Set([names[0], names[2]]).size).to.equal(1);
      expect(new Set(origins.received.map((request) => headerOf(request, 'user-agent'))).size).to.equal(1);
    });
  });

  describe('scheme-case', () => {
    const project = only('A0', 'scheme-case');

    it('proves that a server wants the name of the scheme in another case', async () => {
      const { found } = await against(
        (request, response) =>
          authorization(request) === `bearer ${secrets.TOKEN}`
            ? json(response, 200, {})
            : json(response, 401, {}),
        { project },
      );
      expect(found).to.deep.equal(['scheme-mismatch proven']);
    });

    it('excludes it where the case makes no difference', async () => {
      const { tried, found } = await against((_, response) => json(response, 401, {}), { project });
      expect(tried).to.include('scheme-case: 401, the same answer');
      expect(found.join()).to.not.include('scheme-mismatch');
    });

    it('is not asked where the challenge names the scheme as it was sent', async () => {
      const { ids } = await against((_, response) => refuse(response), { project });
      expect(ids).to.deep.equal(['without-credential']);
    });
  });

  describe('other-scheme', () => {
    const project = only('A0', 'other-scheme');

    it('proves the scheme that the challenge asks for', async () => {
      const { found, evidence } = await against(
        (request, response) =>
          authorization(request) === `Token ${secrets.TOKEN}`
            ? json(response, 200, {})
            : refuse(response, 'Token realm="api"'),
        { project },
      );
      expect(found).to.deep.equal(['scheme-mismatch proven']);
      expect(evidence).to.include('with the scheme Token: 200');
    });

    it('does not put a token into the place of a password', async () => {
      const { ids } = await against((_, response) => refuse(response, 'Basic realm="x"'), { project });
      expect(ids).to.deep.equal(['without-credential']);
    });
  });

  describe('accept-json', () => {
    const project = only('A0', 'accept-json');
    const toLogin: Handler = (request, response) => {
      if (request.url === '/login') response.end('<form><input type="password"></form>');
      else if (headerOf(request, 'accept') === 'application/json') json(response, 200, { orders: [] });
      else response.writeHead(302, { location: '/login' }).end();
    };
    const steps = [{ name: 'read', GET: '/orders', expect: { status: 200, json: { '$.orders': [] } } }];

    it('proves that people are sent to a login page and programs are not', async () => {
      const { found } = await against(toLogin, { project, steps });
      expect(found).to.deep.equal(['login-redirect proven']);
    });

    it('is not asked where a page is no login page, whatever Accept would change', async () => {
      const { ids } = await against(
        (request, response) => {
          if (headerOf(request, 'accept') === 'application/json') json(response, 200, {});
          else response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Forbidden</h1>');
        },
        { project },
      );
      expect(ids).to.not.include('accept-json');
    });

    it('keeps the certainty down where the login page has another reason', async () => {
      const { found } = await against(
        (request, response) =>
          void (request.url === '/login'
            ? response.end('<form><input type="password"></form>')
            : response.writeHead(302, { location: '/login' }).end()),
        {
          project,
          steps,
        },
      );
      expect(found).to.not.include('login-redirect proven');
    });
  });

  describe('without-cookies', () => {
    const project = only('A0', 'without-cookies');
    const steps = [{ name: 'read', GET: '/orders', cookies: { sid: 'stale-session-value' } }];

    it('proves that an old session stands before the token', async () => {
      const { found } = await against(
        (request, response) =>
          headerOf(request, 'cookie') ? refuse(response, 'Session') : json(response, 200, {}),
        { project, steps },
      );
      expect(found).to.deep.equal(['session-expired proven']);
    });

    it('says nothing of the session where the token is refused without cookies too', async () => {
      const { found, tried } = await against((_, response) => refuse(response), { project, steps });
      expect(tried).to.include('without-cookies: 401, the same answer');
      expect(found.join()).to.not.include('session-expired');
    });
  });

  describe('withheld-cookie', () => {
    const project = only('A0', 'withheld-cookie');
    const steps = [
      { name: 'log in', GET: '/app/login' },
      { name: 'read', GET: '/orders' },
    ];
    const serve =
      (right: string): Handler =>
      (request, response) => {
        if (request.url === '/app/login') {
          response.setHeader('set-cookie', 'sid=value-of-the-session; Path=/app');
          json(response, 200, {});
        } else if ((headerOf(request, 'cookie') ?? '').includes(right)) json(response, 200, {});
        else refuse(response);
      };

    it('proves that the cookie is withheld by its path', async () => {
      const { found, evidence } = await against(serve('sid=value-of-the-session'), { project, steps });
      expect(found).to.deep.equal(['cookie-not-sent proven']);
      expect(evidence).to.include('with the cookie sid: 200');
    });

    it('excludes it where the cookie does not help', async () => {
      const { found, tried } = await against(serve('other=1'), { project, steps });
      expect(tried).to.include('withheld-cookie: 401, the same answer');
      expect(found.join()).to.not.include('cookie-not-sent');
    });
  });

  describe('random-path', () => {
    const project = only('A0', 'random-path');
    const steps = [
      { name: 'list', GET: '/orders' },
      { name: 'read', GET: '/order' },
    ];

    it('names a missing route where every unknown path is answered so, the credential being accepted', async () => {
      const { found, evidence } = await against(
        (request, response) =>
          request.url === '/orders' && authorization(request) ? json(response, 200, {}) : refuse(response),
        { project, steps },
      );
      expect(found).to.deep.equal(['route-missing likely']);
      expect(evidence).to.include('credential: accepted at /orders');
    });

    it('excludes it where an unknown path is answered otherwise', async () => {
      const { found } = await against(
        (request, response) => {
          if (request.url === '/orders') json(response, 200, {});
          else if (request.url === '/order') refuse(response);
          else json(response, 404, { error: 'not found' });
        },
        { project, steps },
      );
      expect(found.join()).to.not.include('route-missing');
    });

    it('is not asked with a credential that nothing has accepted', async () => {
      const { ids } = await against((_, response) => refuse(response), { project });
      expect(ids).to.deep.equal(['without-credential']);
    });

    it('is asked once per origin and run, and shared by all steps', async () => {
      const handler: Handler = (request, response) =>
        request.url === '/orders' ? json(response, 200, {}) : refuse(response);
      const one = { credential: 'reader', steps };
      const scenarios = { 'a.yml': one, 'b.yml': one, 'c.yml': one };
      const { tried } = await against(handler, { project, scenarios });
      expect(origins.received.filter(({ url }) => url.startsWith('/why401-'))).to.have.lengthOf(1);
      expect(tried.filter((line) => line.startsWith('random-path'))).to.deep.equal([
        'random-path: 401, the same answer',
        'random-path: 401, the same answer (asked before in this run)',
        'random-path: 401, the same answer (asked before in this run)',
      ]);
    });
  });

  describe('other-user-agent', () => {
    const byAgent: Handler = (request, response) => {
      if ((headerOf(request, 'user-agent') ?? '').startsWith('Mozilla/')) json(response, 200, {});
      else response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Forbidden</h1>');
    };

    it('proves a firewall that turns programs away', async () => {
      const { found } = await against(byAgent, { project: only('A0', 'other-user-agent') });
      expect(found).to.deep.equal(['edge-blocked proven']);
    });

    it('is sent by name alone', async () => {
      const { ids } = await against(byAgent, { project: only('A0', 'A', 'B', 'C') });
      expect(ids).to.not.include('other-user-agent');
      expect(new Set(origins.received.map((request) => headerOf(request, 'user-agent'))).size).to.equal(1);
    });
  });

  it('does not call it proven, nor certain, where the failing request passes when it is sent again', async () => {
    let count = 0;
    const { found, evidence } = await against(
      (request, response) => {
        count += 1;
        if (count === 1 || authorization(request) === null) json(response, 401, {});
        else json(response, 200, {});
      },
      { project: only('A0', 'scheme-case') },
    );
    expect(found).to.deep.equal(['scheme-mismatch likely']);
    expect(evidence).to.include(
      'note: the failing request did not fail again in the same way: the fault is intermittent',
    );
  });

  it('does not call it proven where another machine answers the baseline', async () => {
    const { found } = await against(
      (request, response) => {
        const first = origins.received.length === 1;
        if (authorization(request)?.startsWith('bearer ')) json(response, 200, {});
        else json(response, 401, { message: first ? 'no' : 'not at all' });
      },
      { project: only('scheme-case', 'repeat-baseline') },
    );
    expect(found).to.deep.equal(['scheme-mismatch likely']);
  });

  it('proves a drop on a redirect with the jar of the step', async () => {
    await origins.serve(entry, (request, response) => {
      response.writeHead(301, { location: `${api}${request.url}` }).end();
    });
    const { found } = await against(
      (request, response) => (authorization(request) ? json(response, 200, {}) : refuse(response)),
      {
        project: projectWith({ origins: { api, entry }, protected: true }),
        steps: [{ name: 'read', GET: 'entry:/orders' }],
      },
    );
    expect(found).to.deep.equal(['credentials-dropped-on-redirect proven']);
  });

  it('calls the last URL with the method that the redirect made of it, and without the body', async () => {
    await origins.serve(entry, (request, response) => {
      response.writeHead(303, { location: `${api}${request.url}` }).end();
    });
    const { found } = await against(
      (request, response) => (authorization(request) ? json(response, 200, {}) : refuse(response)),
      {
        project: projectWith({ origins: { api, entry } }),
        steps: [{ name: 'write', POST: 'entry:/orders', writes: true, body: { json: { id: 1 } } }],
      },
    );
    expect(found).to.deep.equal(['credentials-dropped-on-redirect likely']);
    expect(origins.received.map(({ method, body }) => `${method} ${body}`)).to.deep.equal([
      'POST {"id":1}',
      'GET ',
      'GET ',
    ]);
  });

  it('knows that a header arrives where the same request passes with another credential', async () => {
    const project = projectWith(
      { experiments: { allow: ['A0'] } },
      {
        credentials: {
          reader: { type: 'bearer', token: '${secret.TOKEN}' },
          other: { type: 'bearer', token: '${secret.CLIENT}' },
        },
      },
    );
    const scenarioOf = (credential: string): JsonMap => ({
      credential,
      steps: [{ name: credential, GET: '/x' }],
    });
    const { found, evidence } = await against(
      (request, response) =>
        authorization(request) === `Bearer ${secrets.CLIENT}` ? json(response, 200, {}) : refuse(response),
      { project, scenarios: { 'a.yml': scenarioOf('other'), 'b.yml': scenarioOf('reader') } },
    );
    expect(evidence.join()).to.not.include(secrets.CLIENT);
    expect(found.join()).to.not.include('stripped');
  });

  for (const status of [404, 415, 422, 500, 503]) {
    it(`does not repeat a ${status} without the credential`, async () => {
      const { ids } = await against((_, response) => json(response, status, {}), {});
      expect(ids).to.not.include('without-credential');
    });
  }
});
