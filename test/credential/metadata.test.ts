import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { Environment, Issuer } from '../../src/model.ts';
import {
  bench,
  clientOf,
  closeServers,
  environmentOf,
  failureOf,
  issuerOf,
  json,
  oauth2Of,
  serve,
} from './support.ts';

const withIssuer = (issuer: Issuer, parts: Partial<Environment> = {}): Environment =>
  environmentOf('staging', { issuers: new Map([[issuer.name, issuer]]), ...parts });

describe('metadata', () => {
  afterEach(closeServers);

  for (const [discovery, path, wellKnown] of [
    ['oidc', '', '/.well-known/openid-configuration'],
    ['oidc', '/', '/.well-known/openid-configuration'],
    ['oidc', '/tenant/v2.0', '/tenant/v2.0/.well-known/openid-configuration'],
    ['oauth2', '', '/.well-known/oauth-authorization-server'],
    ['oauth2', '/tenant', '/.well-known/oauth-authorization-server/tenant'],
  ] as const) {
    it(`is fetched once for ${discovery} at "${path}", without a credential`, async () => {
      const server = await serve((_request, response) =>
        json(response, 200, { issuer: server.origin + path, jwks_uri: 'a', token_endpoint: 'b' }),
      );
      const issuer = issuerOf(server.origin + path, { discovery, metadata: { jwks_uri: 'stated' } });
      const { store, performed } = bench();
      const environment = withIssuer(issuer);
      const both = await Promise.all([
        store.metadata(environment, 'main'),
        store.metadata(environment, 'main'),
      ]);
      const values = { issuer: server.origin + path, jwks_uri: 'stated', token_endpoint: 'b' };
      expect([...both, await store.metadata(environment, 'main')]).to.deep.equal([
        { values, exchanges: performed, failure: null },
        { values, exchanges: [], failure: null },
        { values, exchanges: [], failure: null },
      ]);
      expect(
        server.seen.map(({ method, path: at, headers, body }) => [method, at, headers.authorization, body]),
      ).to.deep.equal([['GET', wellKnown, undefined, '']]);
      expect(performed.map(({ role }) => role)).to.deep.equal(['metadata']);
    });
  }

  it('comes from the project file alone where discovery is none', async () => {
    const { store, performed } = bench();
    const issuer = issuerOf('https://login.example.test', {
      discovery: 'none',
      metadata: { jwks_uri: 'stated' },
    });
    expect(await store.metadata(withIssuer(issuer), 'main')).to.deep.equal({
      values: { issuer: 'https://login.example.test', jwks_uri: 'stated' },
      exchanges: [],
      failure: null,
    });
    expect(performed).to.deep.equal([]);
  });

  it('is fetched for each environment of its own', async () => {
    const server = await serve((_request, response) => json(response, 200, { issuer: server.origin }));
    const issuer = issuerOf(server.origin);
    const { store } = bench();
    await store.metadata(withIssuer(issuer), 'main');
    await store.metadata(withIssuer(issuer, { name: 'production' }), 'main');
    expect(server.seen.length).to.equal(2);
  });

  const subject = 'The metadata of issuer "main"';
  for (const [name, answer, message, requests] of [
    [
      'another issuer',
      (r: ServerResponse) => json(r, 200, { issuer: 'https://other.example.test' }),
      `${subject} names the issuer "https://other.example.test", not "ORIGIN"; the two must be equal (RFC 8414 section 3.3).`,
      1,
    ],
    [
      'no issuer',
      (r: ServerResponse) => json(r, 200, {}),
      `${subject} names no issuer, not "ORIGIN"; the two must be equal (RFC 8414 section 3.3).`,
      1,
    ],
    ['a page', (r: ServerResponse) => r.end('<html>'), `${subject} is not a JSON object.`, 1],
    [
      '404',
      (r: ServerResponse) => r.writeHead(404).end(),
      `${subject} (ORIGIN/.well-known/openid-configuration) answered 404 with no content.`,
      1,
    ],
    [
      'a redirect',
      (r: ServerResponse) => r.writeHead(301, { location: 'https://b.example.test/' }).end(),
      `${subject} (ORIGIN/.well-known/openid-configuration) answered 301 with a redirect to "https://b.example.test/"; it is not followed.`,
      1,
    ],
    [
      '503, which may pass',
      (r: ServerResponse) => r.writeHead(503, { 'content-type': 'text/html' }).end('x'),
      `${subject} (ORIGIN/.well-known/openid-configuration) answered 503 with text/html.`,
      2,
    ],
  ] as const) {
    it(`is a failure: ${name}`, async () => {
      const server = await serve((_request, response) => answer(response));
      const { store, performed } = bench();
      const environment = withIssuer(issuerOf(server.origin));
      const failure = message.replaceAll('ORIGIN', server.origin);
      const first = await store.metadata(environment, 'main');
      expect(first).to.deep.equal({ values: null, exchanges: performed, failure });
      expect((await store.metadata(environment, 'main')).failure).to.equal(failure);
      expect(server.seen.length).to.equal(requests);
    });
  }

  it('follows a redirect within the origin, once', async () => {
    const server = await serve(({ url = '' }, response) => {
      if (url.endsWith('configuration')) response.writeHead(301, { location: `${url}/` }).end();
      else if (url.endsWith('configuration/')) json(response, 200, { issuer: server.origin });
      else response.writeHead(404).end();
    });
    const { store, performed } = bench();
    const found = await store.metadata(withIssuer(issuerOf(server.origin)), 'main');
    expect(found).to.deep.equal({ values: { issuer: server.origin }, exchanges: performed, failure: null });
    expect(server.seen.map(({ path }) => path)).to.deep.equal([
      '/.well-known/openid-configuration',
      '/.well-known/openid-configuration/',
    ]);
  });

  it('takes the trailing slash of an issuer seriously', async () => {
    const server = await serve((_request, response) => json(response, 200, { issuer: `${server.origin}/` }));
    const { store } = bench();
    const { failure } = await store.metadata(withIssuer(issuerOf(server.origin)), 'main');
    expect(failure).to.equal(
      `${subject} names the issuer "${server.origin}/", not "${server.origin}"; the two must be equal (RFC 8414 section 3.3).`,
    );
  });

  it('is a failure for a name that the environment does not have', async () => {
    const { store } = bench();
    expect(await store.metadata(environmentOf('staging'), 'main')).to.deep.equal({
      values: null,
      exchanges: [],
      failure: 'Environment "staging" has no issuer "main".',
    });
  });
});

describe('a token endpoint', () => {
  afterEach(closeServers);

  it('at another origin gets nothing, unless the project file names it', async () => {
    const foreign = await serve((_request, response) =>
      json(response, 200, { access_token: 'access-token-1', token_type: 'Bearer' }),
    );
    const server = await serve((_request, response) =>
      json(response, 200, { issuer: server.origin, token_endpoint: `${foreign.origin}/token` }),
    );
    const { store, performed } = bench();
    const refused = await store.present(
      oauth2Of(clientOf(issuerOf(server.origin))),
      environmentOf('staging'),
    );
    expect(failureOf(refused)).to.deep.equal({
      error: null,
      message:
        `The metadata of issuer "main" names a token_endpoint at ${foreign.origin}, but the issuer is at ${server.origin}: ` +
        'nothing was sent there; if it is right, state it under issuers.main.metadata.token_endpoint.',
      shared: false,
    });
    expect(refused.failure?.exchange).to.equal(performed[0]);
    expect(foreign.seen).to.deep.equal([]);
    const named = issuerOf(server.origin, { metadata: { token_endpoint: `${foreign.origin}/token` } });
    const environment = environmentOf('production');
    expect(failureOf(await store.present(oauth2Of(clientOf(named)), environment))).to.equal(null);
    expect(foreign.seen.map(({ path }) => path)).to.deep.equal(['/token']);
    expect(server.seen.length).to.equal(1);
  });

  it('is not asked when discovery fails', async () => {
    const server = await serve((_request, response) =>
      json(response, 200, { issuer: 'x', token_endpoint: `${server.origin}/token` }),
    );
    const { store, performed } = bench();
    const presentation = await store.present(
      oauth2Of(clientOf(issuerOf(server.origin))),
      environmentOf('staging'),
    );
    expect(failureOf(presentation)).to.deep.equal({
      error: null,
      message: `The metadata of issuer "main" names the issuer "x", not "${server.origin}"; the two must be equal (RFC 8414 section 3.3).`,
      shared: false,
    });
    expect(presentation.exchanges).to.deep.equal(performed);
    const later = await store.present(oauth2Of(clientOf(issuerOf(server.origin))), environmentOf('staging'));
    expect(later).to.deep.equal({
      ...presentation,
      exchanges: [],
      failure: { ...presentation.failure, shared: true },
    });
    expect(server.seen.length).to.equal(1);
  });

  const none = { discovery: 'none' } as const;
  const environment = environmentOf('staging');
  const { transport } = environment;
  for (const [name, issuer, parts, message] of [
    [
      'is missing',
      issuerOf('https://a.example.test', none),
      {},
      'The metadata of issuer "main" names no token_endpoint for issuer "https://a.example.test".',
    ],
    [
      'is no URL',
      issuerOf('https://a.example.test', { ...none, metadata: { token_endpoint: '/token' } }),
      {},
      'The project file names "/token" as token_endpoint, which is not an absolute URL.',
    ],
    [
      'is plain http',
      issuerOf('https://a.example.test', {
        ...none,
        metadata: { token_endpoint: 'http://a.example.test/token' },
      }),
      {},
      'The project file names "http://a.example.test/token" as token_endpoint, which is plain http to another machine.',
    ],
    [
      'is no http at all',
      issuerOf('https://a.example.test', { ...none, metadata: { token_endpoint: 'ftp://a.example.test/' } }),
      {},
      'The project file names "ftp://a.example.test/" as token_endpoint, which is neither https nor http.',
    ],
    [
      'holds a password',
      issuerOf('https://a.example.test', {
        ...none,
        metadata: { token_endpoint: 'https://u:p@a.example.test/' },
      }),
      {},
      'The project file names "https://a.example.test/" as token_endpoint, which holds a user name or password.',
    ],
    [
      'is on loopback behind a proxy',
      issuerOf('http://127.0.0.1:1', { ...none, metadata: { token_endpoint: 'http://127.0.0.1:1/t' } }),
      { transport: { ...transport, proxy: 'http://proxy.example.test:3128' } },
      'The project file names "http://127.0.0.1:1/t" as token_endpoint, which is plain http to another machine.',
    ],
    [
      'has an issuer on plain http',
      issuerOf('http://a.example.test'),
      {},
      'The issuer "http://a.example.test" is plain http to another machine.',
    ],
    [
      'has a connect_to that leaves the machine',
      issuerOf('http://localhost'),
      { transport: { ...transport, connectTo: new Map([['localhost:80', 'a.example.test:80']]) } },
      'The issuer "http://localhost" is plain http to another machine.',
    ],
  ] as const) {
    it(`gets nothing when it ${name}`, async () => {
      const { store, performed } = bench();
      const presentation = await store.present(oauth2Of(clientOf(issuer)), { ...environment, ...parts });
      expect(failureOf(presentation)).to.deep.equal({ error: null, message, shared: false });
      expect(performed).to.deep.equal([]);
    });
  }
});
