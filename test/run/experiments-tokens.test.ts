import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Handler, type Origins, startOrigins } from '../support/origins.ts';
import {
  accounts,
  api,
  authorization,
  json,
  jwt,
  login,
  metadata,
  projectWith,
  refuse,
  secrets,
  type Trial,
  trial,
} from '../support/trial.ts';

const now = Math.floor(Date.now() / 1000);
const claims: JsonMap = {
  iss: login,
  aud: api,
  client_id: 'web',
  sub: 'web',
  scope: 'orders:read',
  iat: now - 60,
  exp: now + 3600,
};

describe('experiments with tokens', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  interface Servers {
    readonly api: Handler;
    /** Answers of the authorization server by path; a path that is missing must not be asked. */
    readonly login: Readonly<Record<string, Handler>>;
  }
  const gives =
    (token: string | ((form: URLSearchParams) => string)): Handler =>
    (request, response) =>
      json(response, 200, {
        access_token: typeof token === 'string' ? token : token(new URLSearchParams(request.body)),
        token_type: 'Bearer',
        expires_in: 3600,
      });

  async function against(servers: Servers, given: Parameters<typeof trial>[1] = {}): Promise<Trial> {
    await origins.serve(api, servers.api);
    await origins.serve(login, (request, response, raw) => {
      const handler = servers.login[new URL(request.url, login).pathname];
      if (!handler) throw new Error(`${request.url} was asked`);
      handler(request, response, raw);
    });
    const made = await trial(origins, given);
    const { reported, received } = accounts(origins, made.replayed);
    expect(reported).to.deep.equal(received);
    return made;
  }
  const helper = { steps: [{ name: 'get a token', token: 'machine' }] };
  const only = (...allow: string[]): JsonMap => projectWith({ experiments: { allow } });
  const asked = (path: string): number =>
    origins.received.filter(({ url, origin }) => origin === login && url.startsWith(path)).length;

  describe('fresh-token', () => {
    const project = only('A0', 'fresh-token');
    const fresh = jwt({ ...claims, iat: now, exp: now + 7200, jti: 'b' });
    const accepting =
      (right: (token: string) => boolean): Handler =>
      (request, response) =>
        right(authorization(request)?.slice(7) ?? '') ? json(response, 200, {}) : refuse(response);

    /** A static token of the reader; the one oauth2 credential of its issuer and client gives the fresh one. */
    const withStatic = (old: string, given: string, right: (token: string) => boolean): Promise<Trial> =>
      against(
        { api: accepting(right), login: { '/token': gives(given) } },
        { project, secrets: { ...secrets, TOKEN: old }, helping: true },
      );

    it('proves that a token has expired where exp is the only difference, and says whose the fresh one is', async () => {
      const old = jwt({ ...claims, iat: now - 7200, exp: now - 3600 });
      const { found, tried } = await withStatic(old, fresh, (token) => token === fresh);
      expect(found).to.deep.equal(['token-expired proven']);
      expect(tried).to.include(
        'fresh-token: a fresh token of credential "machine" is accepted: it differs in exp',
      );
    });

    it('is sent within the default budget, after arrival was asked for, and reported by the request that tells', async () => {
      const { found, ids, replayed } = await against(
        { api: accepting((token) => token === fresh), login: { '/token': gives(fresh) } },
        {
          project: projectWith(),
          secrets: { ...secrets, TOKEN: jwt({ ...claims, exp: now - 3600 }) },
          helping: true,
        },
      );
      expect(found).to.deep.equal(['token-expired proven']);
      expect(ids).to.deep.equal([
        'without-credential',
        'unknown-scheme',
        'garbage-bearer',
        'fresh-token',
        'repeat-baseline',
      ]);
      const [step] = replayed.jobs[0]?.steps ?? [];
      const told = step?.findings[0]?.experiments.map(({ exchange }) => {
        const request = step.exchanges[exchange ?? 0]?.hops[0]?.request;
        return `${request?.method} ${request?.url}`;
      });
      expect(told).to.deep.equal(Array(5).fill(`GET ${api}/orders`));
    });

    it('keeps the candidates where nothing that can be seen differs', async () => {
      const { found, replayed } = await withStatic(jwt(claims), fresh, (token) => token === fresh);
      expect(found).to.deep.equal(['token-revoked possible']);
      const alternatives = replayed.jobs[0]?.steps[0]?.findings[0]?.alternatives.map(({ cause }) => cause);
      expect(alternatives).to.include.members(['signature-invalid', 'token-unknown']);
    });

    it('does not prove one of two differences', async () => {
      const old = jwt({ ...claims, aud: 'https://other.example.test', exp: now - 3600 });
      const { found } = await withStatic(old, fresh, (token) => token === fresh);
      expect(found.join()).to.not.include('proven');
    });

    it('proves the audience where only that differs', async () => {
      const old = jwt({ ...claims, aud: 'https://other.example.test' });
      const { found } = await withStatic(old, fresh, (token) => token === fresh);
      expect(found).to.deep.equal(['audience-mismatch proven']);
    });

    it('does not prove by a difference in a claim of no known meaning', async () => {
      const old = jwt({ ...claims, tenant: 'one' });
      const { found } = await withStatic(old, fresh, (token) => token === fresh);
      expect(found.join()).to.not.include('proven');
    });

    it('takes the expiry for no cause where a fresh token is refused likewise', async () => {
      const old = jwt({ ...claims, exp: now - 3600 });
      const { found, tried } = await withStatic(old, fresh, () => false);
      expect(tried).to.include('fresh-token: a fresh token of credential "machine": 401, the same answer');
      expect(found.join()).to.not.match(/token-expired (proven|certain|likely)/);
    });

    it('serves all steps of its credential with one token', async () => {
      const old = jwt({ ...claims, exp: now - 3600 });
      const one = (path: string): JsonMap => ({ credential: 'reader', steps: [{ name: path, GET: path }] });
      const { found } = await against(
        { api: accepting((token) => token === fresh), login: { '/token': gives(fresh) } },
        {
          project,
          secrets: { ...secrets, TOKEN: old },
          scenarios: { 'a.yml': one('/a'), 'b.yml': one('/b'), 'c.yml': one('/a'), 'd.yml': helper },
        },
      );
      expect(found).to.deep.equal(['token-expired proven', 'token-expired proven', 'token-expired proven']);
      expect(asked('/token')).to.equal(2);
    });

    it('has none for a token of another client or issuer', async () => {
      for (const over of [{ client_id: 'someone' }, { iss: 'https://elsewhere.example.test' }]) {
        await origins.close();
        origins = await startOrigins();
        const { ids } = await withStatic(jwt({ ...claims, ...over, exp: now - 60 }), fresh, () => false);
        expect(ids).to.deep.equal(['without-credential']);
      }
    });

    it('does not ask again after a refusal of the client', async () => {
      const old = jwt({ ...claims, exp: now - 3600 });
      const one = { credential: 'reader', steps: [{ name: 'read', GET: '/orders' }] };
      const two = { credential: 'machine', steps: [{ name: 'machine', GET: '/orders' }] };
      await against(
        {
          api: accepting(() => false),
          login: {
            '/token': (_, response) => json(response, 401, { error: 'invalid_client' }),
            '/authorize': (_, response) => json(response, 400, {}),
          },
        },
        {
          project: only('A0', 'fresh-token', 'fresh-token-with-scope', 'introspection'),
          secrets: { ...secrets, TOKEN: old },
          scenarios: { 'a.yml': one, 'b.yml': one, 'c.yml': two },
        },
      );
      expect(asked('/token')).to.equal(1);
      expect(asked('/introspect')).to.equal(0);
    });

    it('never uses a refresh token', async () => {
      const refreshing = projectWith(
        { experiments: { allow: ['A0', 'A', 'B'] } },
        {
          credentials: {
            user: {
              type: 'oauth2',
              grant_type: 'refresh_token',
              client: 'web',
              refresh_token: '${secret.TOKEN}',
            },
          },
        },
      );
      const { ids } = await against(
        {
          api: accepting(() => false),
          login: {
            '/token': gives('an-opaque-access-token'),
            '/introspect': (_, response) => json(response, 404, {}),
          },
        },
        { project: refreshing, credential: 'user' },
      );
      expect(asked('/token')).to.equal(1);
      expect(ids).to.not.include('fresh-token');
    });
  });

  describe('fresh-token-with-scope', () => {
    const project = only('A0', 'fresh-token', 'fresh-token-with-scope');
    const mint = (form: URLSearchParams): string =>
      jwt({ ...claims, scope: form.get('scope') ?? '', jti: form.get('scope') ?? '' });
    const wanting: Handler = (request, response) => {
      const part = authorization(request)?.split('.')[1] ?? '';
      const scope = part
        ? String((JSON.parse(Buffer.from(part, 'base64url').toString()) as JsonMap)['scope'])
        : '';
      if (scope.includes('orders:write')) json(response, 200, {});
      else refuse(response, 'Bearer error="insufficient_scope", scope="orders:write"', 403);
    };

    it('proves that a scope is missing, and asks for what the challenge names', async () => {
      const { found } = await against(
        { api: wanting, login: { '/token': gives(mint) } },
        { project, credential: 'machine' },
      );
      expect(found).to.deep.equal(['scope-missing proven']);
      const forms = origins.received
        .filter(({ url }) => url === '/token')
        .map(({ body }) => new URLSearchParams(body));
      expect(forms.map((form) => form.get('scope'))).to.deep.equal([
        'orders:read',
        'orders:read orders:write',
      ]);
    });

    it('proves nothing where the server does not give it', async () => {
      const { found, tried } = await against(
        {
          api: wanting,
          login: {
            '/token': (request, response, raw) =>
              request.body.includes('write')
                ? json(response, 400, { error: 'invalid_scope' })
                : gives(mint)(request, response, raw),
          },
        },
        { project, credential: 'machine' },
      );
      expect(tried.join()).to.include('no fresh token: The token endpoint');
      expect(found.join()).to.not.include('proven');
    });

    it('proves nothing where the server refuses the wider token too', async () => {
      const { found } = await against(
        {
          api: (_, response) =>
            refuse(response, 'Bearer error="insufficient_scope", scope="orders:write"', 403),
          login: { '/token': gives(mint) },
        },
        { project, credential: 'machine' },
      );
      expect(found.join()).to.not.include('proven');
    });
  });

  describe('introspection', () => {
    const project = only('A0', 'introspection');
    const old = jwt(claims);
    const says =
      (active: (token: string) => boolean): Handler =>
      (request, response) =>
        json(response, 200, { active: active(new URLSearchParams(request.body).get('token') ?? '') });

    it('takes an active token for one that is neither revoked nor unknown', async () => {
      const { found, evidence } = await against(
        {
          api: (_, response) => refuse(response),
          login: { '/introspect': says(() => true), '/token': gives('an-opaque-token') },
        },
        { project, secrets: { ...secrets, TOKEN: old }, helping: true },
      );
      expect(found.join()).to.not.match(/token-revoked|token-unknown/);
      expect(origins.received.find(({ url }) => url === '/introspect')?.body).to.include(`token=${old}`);
      expect(evidence.join()).to.not.include(old);
    });

    it('says little where no control shows that inactive means something', async () => {
      const { found, tried } = await against(
        {
          api: (_, response) => refuse(response),
          login: { '/introspect': says(() => false), '/token': gives('an-opaque-token') },
        },
        { project, secrets: { ...secrets, TOKEN: old }, helping: true },
      );
      expect(tried).to.include('introspection: active: false, without a control');
      expect(found).to.deep.equal(['token-revoked possible']);
    });

    it('names what is dead at its own server beside a live control', async () => {
      let count = 0;
      const { found, tried } = await against(
        {
          api: (_, response) => refuse(response),
          login: {
            '/token': gives(() => `an-opaque-token-number-${++count}`),
            '/introspect': says((token) => token.endsWith('2')),
          },
        },
        { project, credential: 'machine' },
      );
      expect(tried).to.include('introspection: active: false, and active: true for a fresh token');
      expect(found.join()).to.include('token-revoked');
    });

    it('says nothing where the client is told "inactive" for everything', async () => {
      let count = 0;
      const { found, tried } = await against(
        {
          api: (_, response) => refuse(response),
          login: {
            '/token': gives(() => `an-opaque-token-number-${++count}`),
            '/introspect': says(() => false),
          },
        },
        { project, credential: 'machine' },
      );
      expect(tried).to.include('introspection: active: false, also for a fresh token: it says nothing');
      expect(found.join()).to.not.match(/token-revoked (likely|certain)/);
    });

    it('does not send a token to another issuer than its own', async () => {
      const foreign = jwt({ ...claims, iss: 'https://elsewhere.example.test' });
      const { ids } = await against(
        { api: (_, response) => refuse(response), login: {} },
        { project: only('A0', 'A', 'B'), secrets: { ...secrets, TOKEN: foreign } },
      );
      expect(ids).to.not.include('introspection');
    });

    it('is not sent to an endpoint that only a discovery document names, elsewhere', async () => {
      const issuers = { main: { issuer: login, discovery: 'oidc' } };
      const { ids } = await against(
        {
          api: (_, response) => refuse(response),
          login: {
            '/.well-known/openid-configuration': (_, response) =>
              json(response, 200, {
                issuer: login,
                introspection_endpoint: 'https://evil.example.test/introspect',
              }),
          },
        },
        {
          project: projectWith({ issuers, experiments: { allow: ['A0', 'introspection'] } }),
          secrets: { ...secrets, TOKEN: old },
        },
      );
      expect(ids).to.deep.equal(['without-credential']);
    });
  });

  describe('userinfo', () => {
    const old = jwt({ ...claims, scope: 'openid' });
    const project = only('A0', 'userinfo');

    it('tells a dead token from one that its own server takes', async () => {
      for (const status of [200, 401]) {
        await origins.close();
        origins = await startOrigins();
        const { found } = await against(
          {
            api: (_, response) => refuse(response),
            login: { '/userinfo': (_, response) => json(response, status, { sub: 'x' }) },
          },
          { project, secrets: { ...secrets, TOKEN: old } },
        );
        expect(found).to.deep.equal([
          status === 200 ? 'credentials-stripped-by-proxy possible' : 'token-revoked possible',
        ]);
        expect(asked('/userinfo')).to.equal(1);
      }
    });
  });

  describe('par', () => {
    const uri = 'https://app.example.test/callback';
    const clients = { web: { client_id: 'web', client_secret: '${secret.CLIENT}', redirect_uris: [uri] } };
    const project = projectWith({ clients, experiments: { allow: ['par'] } });
    const steps = [{ name: 'log in', authorize: { client: 'web', redirect_uri: uri } }];
    const page: Handler = (_, response) => {
      response.writeHead(400, { 'content-type': 'text/html' });
      response.end('<h1>Sorry</h1>');
    };
    const answers = (status: number, error: string): Promise<Trial> =>
      against(
        {
          api: page,
          login: {
            '/authorize': page,
            '/par': (_, response) => json(response, status, { error }),
            '/token': gives('an-opaque-token'),
          },
        },
        { project, scenarios: { 'a.yml': { steps }, 'b.yml': helper } },
      );

    for (const [status, error, expected] of [
      [400, 'invalid_redirect_uri', 'redirect-uri-mismatch'],
      [401, 'invalid_client', 'client-unknown'],
      [400, 'unauthorized_client', 'grant-not-allowed'],
    ] as const) {
      it(`reads ${error}`, async () => {
        const { found } = await answers(status, error);
        expect(found.join()).to.include(expected);
        expect(found.join()).to.not.match(/proven|certain/);
        expect(asked('/par')).to.equal(1);
      });
    }

    it('excludes the client and its redirect_uri where the request is taken', async () => {
      const { found, tried } = await answers(201, '');
      expect(tried).to.include('par: 201: the request is taken');
      expect(found.join()).to.not.match(/redirect-uri-mismatch|client-/);
    });
  });

  describe('redirect-uri-variants', () => {
    const uri = 'https://app.example.test/callback';
    const clients = { web: { client_id: 'web', redirect_uris: [uri], token_endpoint_auth_method: 'none' } };
    const steps = [{ name: 'log in', authorize: { client: 'web', redirect_uri: uri } }];
    const registered =
      (right: string): Handler =>
      (request, response) => {
        const given = new URL(request.url, login).searchParams;
        if (given.get('redirect_uri') === right)
          response
            .writeHead(303, { location: `${right}?error=login_required&state=${given.get('state')}` })
            .end();
        else response.writeHead(400, { 'content-type': 'text/html' }).end('invalid_redirect_uri');
      };
    const against2 = (right: string, allow: readonly string[]): Promise<Trial> =>
      against(
        {
          api: (_, response) => refuse(response),
          login: { '/authorize': registered(right), '/par': (_, response) => json(response, 404, {}) },
        },
        {
          project: projectWith({ clients, experiments: { allow: [...allow], budget: 9 } }),
          scenarios: { 'a.yml': { steps } },
        },
      );

    it('proves which near variant is registered', async () => {
      const { found, tried } = await against2(`${uri}/`, ['redirect-uri-variants']);
      expect(found).to.deep.equal(['redirect-uri-mismatch proven']);
      expect(tried[0]).to.equal(
        `redirect-uri-variants: ${uri}/ is accepted: it differs in a slash at the end`,
      );
    });

    it('proves nothing where none is', async () => {
      const { found, tried } = await against2('https://far.example.test/other', ['redirect-uri-variants']);
      expect(found.join()).to.not.include('proven');
      expect(tried).to.deep.equal(['redirect-uri-variants: 5 near variants are refused too']);
      expect(asked('/authorize')).to.equal(6);
    });

    it('is sent by name alone', async () => {
      const { ids } = await against2(`${uri}/`, ['A0', 'A', 'B', 'C']);
      expect(ids).to.not.include('redirect-uri-variants');
    });
  });

  it('asks a shared authorization server nothing that why401.yml does not list', async () => {
    const shared = 'https://tenant.eu.auth0.com';
    const issuers = {
      main: {
        issuer: shared,
        discovery: 'none',
        metadata: Object.fromEntries(
          Object.entries(metadata).map(([name, url]) => [name, String(url).replace(login, shared)]),
        ),
      },
    };
    const old = jwt({ ...claims, iss: shared, scope: 'openid', exp: now - 60 });
    for (const listed of [[], [shared]]) {
      await origins.close();
      origins = await startOrigins();
      await origins.serve(api, (_, response) => refuse(response));
      await origins.serve(shared, (_, response) => json(response, 404, {}));
      await trial(origins, {
        project: projectWith({
          issuers,
          experiments: { allow: ['A0', 'A', 'B'], budget: 20, origins: listed },
        }),
        secrets: { ...secrets, TOKEN: old },
      });
      const there = origins.received.filter(({ origin }) => origin === shared).map(({ url }) => url);
      expect(there.length > 0).to.equal(listed.length > 0);
    }
  });
});
