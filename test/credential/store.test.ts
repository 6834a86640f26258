import { expect } from 'chai';
import type { Client, Environment, JsonMap, OAuth2Credential } from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import { startProvider, type TestProvider } from './provider.ts';
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
  type TestServer,
  wireOf,
} from './support.ts';

interface World {
  readonly environment: Environment;
  readonly client: Client;
  readonly reader: OAuth2Credential;
}
function worldOf(name: string, provider: TestProvider, secret: string, client_id = 'web'): World {
  const issuer = issuerOf(provider.issuer);
  const client = clientOf(issuer, { client_id, client_secret: Secret.named(`${name}_SECRET`, secret) });
  const reader = oauth2Of(client, { scope: 'orders:read', resource: ['https://api.example.test'] });
  const environment = environmentOf(name, {
    issuers: new Map([['main', issuer]]),
    clients: new Map([['web', client]]),
    credentials: new Map([['reader', reader]]),
  });
  return { environment, client, reader };
}
const discovery = 'GET /.well-known/openid-configuration';
const token = 'POST /token';

describe('the token store at an authorization server', () => {
  afterEach(closeServers);

  it('gets one token for 20 callers, and only the first has the exchanges', async () => {
    const provider = await startProvider({ secret: 'staging-secret' });
    const { environment, reader } = worldOf('STAGING', provider, 'staging-secret');
    const { store, performed } = bench();
    const all = await Promise.all(Array.from({ length: 20 }, () => store.present(reader, environment)));
    const again = await store.present(reader, environment);
    expect(provider.seen).to.deep.equal([discovery, token]);
    const [first, ...rest] = all;
    expect(first?.exchanges).to.deep.equal(performed);
    expect(performed.map(({ role }) => role)).to.deep.equal(['metadata', 'token']);
    for (const other of [...rest, again]) expect(other).to.deep.equal({ ...first, exchanges: [] });
    expect(new Set([...all, again].map((one) => wireOf(one)['Authorization'])).size).to.equal(1);
    const claims = first?.use?.token?.claims ?? {};
    const { sent = 0, received } = performed[1]?.hops[0]?.clock ?? {};
    expect(first?.use).to.deep.equal({
      name: 'reader',
      type: 'oauth2',
      field: 'authorization',
      scheme: 'Bearer',
      fingerprint: first?.use?.fingerprint,
      token: {
        format: 'jwt',
        header: first?.use?.token?.header,
        claims,
        malformed: null,
        length: (wireOf(all[0] as never)['Authorization'] ?? '').length - 7,
      },
      obtained: {
        at: received,
        client: 'web',
        issuer: 'main',
        scope: 'orders:read',
        expiresAt: Math.min(sent + 3_600_000, Number(claims['exp']) * 1000),
      },
    });
    expect(claims).to.deep.include({
      iss: provider.issuer,
      aud: 'https://api.example.test',
      scope: 'orders:read',
      client_id: 'web',
    });
  });

  it('keeps environments apart', async () => {
    const [staging, production] = await Promise.all([
      startProvider({ secret: 'staging-secret' }),
      startProvider({ secret: 'production-secret' }),
    ]);
    const worlds = [
      worldOf('STAGING', staging, 'staging-secret'),
      worldOf('PRODUCTION', production, 'production-secret'),
    ];
    const { store } = bench();
    const issuers = [];
    for (const { reader, environment } of [...worlds, ...worlds]) {
      const { use } = await store.present(reader, environment);
      issuers.push(use?.token?.claims?.['iss']);
    }
    expect(issuers).to.deep.equal([staging.issuer, production.issuer, staging.issuer, production.issuer]);
    expect([staging.seen, production.seen]).to.deep.equal([
      [discovery, token],
      [discovery, token],
    ]);
  });

  it('records no secret', async () => {
    const provider = await startProvider({ secret: 'staging-secret' });
    const { environment, reader, client } = worldOf('STAGING', provider, 'staging-secret');
    const { store, redactor, performed } = bench();
    const presentations = [
      await store.present(reader, environment),
      await store.present(
        oauth2Of(
          { ...client, name: 'post', token_endpoint_auth_method: 'client_secret_post' },
          { name: 'post' },
        ),
        environment,
      ),
    ];
    const shown = JSON.stringify(presentations);
    const bodies = performed.map(({ hops }) =>
      redactor.redact(Buffer.from(hops[0]?.response?.body.content ?? []).toString()),
    );
    const secrets = [
      'staging-secret',
      btoa('web:staging-secret'),
      ...presentations.map((one) => wireOf(one)['Authorization']?.slice(7) ?? ''),
    ];
    expect(secrets.every((secret) => secret.length > 10)).to.equal(true);
    for (const secret of secrets) {
      expect(shown).to.not.include(secret);
      expect(bodies.join()).to.not.include(secret);
    }
    expect(bodies.at(-2)).to.include('"access_token":"[secret:reader]"');
  });

  it('renews a token shortly before its end, and when it is forgotten', async () => {
    const provider = await startProvider({ secret: 'staging-secret', lifetime: 600 });
    const { environment, reader } = worldOf('STAGING', provider, 'staging-secret');
    const made = bench();
    const counts: number[] = [];
    const present = async (): Promise<string> => {
      const { use } = await made.store.present(reader, environment);
      counts.push(provider.seen.filter((one) => one === token).length);
      return use?.fingerprint ?? '';
    };
    const first = await present();
    made.shift = 565_000;
    await present();
    made.shift = 571_000;
    const second = await present();
    made.store.forget(first);
    await present();
    made.store.forget(second);
    await present();
    expect(counts).to.deep.equal([1, 1, 2, 2, 3]);
  });

  it('is not told a wrong secret twice, by any credential of the client', async () => {
    const provider = await startProvider({ secret: 'staging-secret' });
    const { environment, client, reader } = worldOf('STAGING', provider, 'wrong-secret');
    const writer = oauth2Of(client, { name: 'writer' });
    const { store } = bench();
    const all = await Promise.all(
      [reader, writer, reader, writer].map((one) => store.present(one, environment)),
    );
    all.push(await store.present(reader, environment), await store.present(writer, environment));
    const failure = {
      error: 'invalid_client',
      message: `The token endpoint (${provider.issuer}/token) answered 401 with the error invalid_client: "client authentication failed".`,
      shared: true,
    };
    expect(all.map(failureOf)).to.deep.equal([
      { ...failure, shared: false },
      failure,
      failure,
      failure,
      failure,
      failure,
    ]);
    expect(all.map(({ exchanges }) => exchanges.length)).to.deep.equal([2, 0, 0, 0, 0, 0]);
    expect(new Set(all.map((one) => one.failure?.exchange)).size).to.equal(1);
    expect(provider.seen).to.deep.equal([discovery, token]);
    const right = { ...client, client_secret: 'staging-secret' };
    expect(failureOf(await store.present(oauth2Of(right, { name: 'other' }), environment))).to.equal(null);
  });

  it('is asked again for a resource that was refused', async () => {
    const provider = await startProvider({ secret: 'staging-secret' });
    const { environment, client } = worldOf('STAGING', provider, 'staging-secret');
    const other = oauth2Of(client, { resource: ['https://unknown.example.test'] });
    const { store } = bench();
    const errors = [];
    for (let count = 0; count < 2; count += 1)
      errors.push((await store.present(other, environment)).failure?.error);
    expect(provider.seen).to.deep.equal([discovery, token, token]);
    expect(errors).to.deep.equal(['invalid_target', 'invalid_target']);
  });

  it('gets the next refresh token with each use', async () => {
    const provider = await startProvider({ secret: 'staging-secret' });
    const { environment, client } = worldOf('STAGING', provider, 'staging-secret');
    const refresh_token = Secret.named('REFRESH', await provider.refreshToken());
    const user = oauth2Of(client, { name: 'user', grant_type: 'refresh_token', refresh_token });
    const { store } = bench();
    const fingerprints = new Set<string | undefined>();
    for (let count = 0; count < 3; count += 1) {
      const presentation = await store.present(user, environment);
      expect(failureOf(presentation)).to.equal(null);
      fingerprints.add(presentation.use?.fingerprint);
      store.forget(presentation.use?.fingerprint ?? '');
    }
    expect(fingerprints.size).to.equal(3);
    expect(provider.seen).to.deep.equal([discovery, token, token, token]);
  });

  it('verifies signatures against the right keys only', async () => {
    const [staging, production] = await Promise.all([
      startProvider({ secret: 'staging-secret' }),
      startProvider({ secret: 'staging-secret' }),
    ]);
    const { environment, reader } = worldOf('STAGING', staging, 'staging-secret');
    const { store } = bench();
    const fingerprint = (await store.present(reader, environment)).use?.fingerprint ?? '';
    store.forget(fingerprint);
    const own = (await staging.jwks()) as JsonMap;
    const others = (await production.jwks()) as JsonMap;
    const renamed = { keys: (others['keys'] as JsonMap[]).map((key) => ({ ...key, kid: 'other' })) };
    expect(await store.verify(fingerprint, own)).to.equal('verified');
    expect(await store.verify(fingerprint, others)).to.equal('wrong-signature');
    expect(await store.verify(fingerprint, renamed)).to.equal('unknown-key');
    expect(await store.verify('0123456789abcdef', own)).to.equal(null);
  });
});

describe('the token store', () => {
  afterEach(closeServers);

  const staging = environmentOf('staging');
  const clientAt = (server: TestServer, parts: Partial<Client> = {}): Client =>
    clientOf(
      issuerOf(server.origin, { discovery: 'none', metadata: { token_endpoint: `${server.origin}/token` } }),
      parts,
    );
  const presentThrice = async (
    server: TestServer,
    parts: Partial<OAuth2Credential> = {},
  ): Promise<unknown[]> => {
    const { store } = bench();
    const credential = oauth2Of(clientAt(server), parts);
    const concurrent = await Promise.all([
      store.present(credential, staging),
      store.present(credential, staging),
    ]);
    const later = await store.present(credential, staging);
    return [...concurrent, later].map((one) => [one.failure?.shared, one.exchanges.length]);
  };
  const refresh = {
    grant_type: 'refresh_token',
    refresh_token: Secret.named('REFRESH', 'first-refresh'),
  } as const;
  const stopped = [
    [false, 1],
    [true, 0],
    [true, 0],
  ];
  const tried = [
    [false, 1],
    [true, 0],
    [false, 1],
  ];

  for (const [name, status, body, parts, expected] of [
    ['stops after invalid_grant', 400, { error: 'invalid_grant' }, {}, stopped],
    [
      'stops after a lock text',
      400,
      { error: 'access_denied', error_description: 'Your account is locked.' },
      {},
      stopped,
    ],
    ['stops after too many attempts', 429, { message: 'Too many failed login attempts' }, {}, stopped],
    ['stops after 401 without a word', 401, {}, {}, stopped],
    ['stops after 403 without a word', 403, {}, {}, stopped],
    ['tries again after 503', 503, {}, {}, tried],
    ['tries again after 429', 429, { message: 'Too many requests' }, {}, tried],
    ['tries again after invalid_target', 400, { error: 'invalid_target' }, {}, tried],
    ['never sends a refresh token again after 503', 503, {}, refresh, stopped],
    [
      'never sends a refresh token again after invalid_scope',
      400,
      { error: 'invalid_scope' },
      refresh,
      stopped,
    ],
  ] as const) {
    it(name, async () => {
      const server = await serve((_request, response) => json(response, status, body));
      expect(await presentThrice(server, parts)).to.deep.equal(expected);
      expect(server.seen.length).to.equal(expected === stopped ? 1 : 2);
    });
  }

  it('tries again after a refused connection, also with a refresh token', async () => {
    const server = await serve();
    await closeServers();
    expect(await presentThrice(server)).to.deep.equal(tried);
    expect(await presentThrice(server, refresh)).to.deep.equal(tried);
  });

  it('never sends a refresh token again after a broken connection', async () => {
    const server = await serve((request) => request.socket.destroy());
    expect(await presentThrice(server, refresh)).to.deep.equal(stopped);
    expect(server.seen.length).to.equal(1);
  });

  it('lets credentials with the same refresh token use it in turn', async () => {
    let count = 0;
    const server = await serve((_request, response) => {
      count += 1;
      json(response, 200, {
        access_token: `access-token-${count}`,
        token_type: 'Bearer',
        refresh_token: `refresh-token-${count}`,
      });
    });
    const client = clientAt(server);
    const { store, redactor } = bench();
    const names = ['one', 'two', 'three'];
    await Promise.all(names.map((name) => store.present(oauth2Of(client, { ...refresh, name }), staging)));
    expect(server.seen.map(({ body }) => new URLSearchParams(body).get('refresh_token'))).to.deep.equal([
      'first-refresh',
      'refresh-token-1',
      'refresh-token-2',
    ]);
    expect(redactor.redact('refresh-token-1 refresh-token-3')).to.equal(
      '[secret:one refresh_token] [secret:three refresh_token]',
    );
  });

  it('keeps a refresh token that is not replaced', async () => {
    let count = 0;
    const server = await serve((_request, response) => {
      count += 1;
      json(response, 200, { access_token: `access-token-${count}`, token_type: 'Bearer' });
    });
    const { store } = bench();
    const user = oauth2Of(clientAt(server), refresh);
    const first = await store.present(user, staging);
    store.forget(first.use?.fingerprint ?? '');
    await store.present(user, staging);
    expect(server.seen.map(({ body }) => new URLSearchParams(body).get('refresh_token'))).to.deep.equal([
      'first-refresh',
      'first-refresh',
    ]);
  });

  it('uses a short token for nine tenths of its life', async () => {
    const server = await serve((_request, response) =>
      json(response, 200, { access_token: 'access-token-1', token_type: 'Bearer', expires_in: 100 }),
    );
    const made = bench();
    const credential = oauth2Of(clientAt(server));
    const counts = [];
    for (const shift of [0, 85_000, 91_000]) {
      made.shift = shift;
      await made.store.present(credential, staging);
      counts.push(server.seen.length);
    }
    expect(counts).to.deep.equal([1, 1, 2]);
  });

  it('reads exp by the clock of the server', async () => {
    const behind = 3_600_000;
    const server = await serve((_request, response) => {
      const now = Date.now() - behind;
      const exp = Math.floor(now / 1000) + 600;
      const access_token = `${btoa('{"alg":"HS256"}')}.${btoa(JSON.stringify({ exp }))}.c2ln`;
      json(response, 200, { access_token, token_type: 'Bearer' }, { date: new Date(now).toUTCString() });
    });
    const { store } = bench();
    const { use } = await store.present(oauth2Of(clientAt(server)), staging);
    const { at = 0, expiresAt } = use?.obtained ?? {};
    expect((expiresAt ?? 0) - at).to.be.within(590_000, 610_000);
    await store.present(oauth2Of(clientAt(server)), staging);
    expect(server.seen.length).to.equal(1);
  });
});
