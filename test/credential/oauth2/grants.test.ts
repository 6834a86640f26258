import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Authorize } from '../../../src/credential/oauth2/acquiring.ts';
import type { RefreshVault } from '../../../src/credential/presentation.ts';
import type { Client, OAuth2Asks, OAuth2Credential } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import {
  asksOf,
  bench,
  clientOf,
  closeServers,
  environmentOf,
  failureOf,
  issuerOf,
  json,
  oauth2Of,
  serve,
  source,
  type TestServer,
  wireOf,
} from '../support.ts';

const staging = environmentOf('staging');
const types = 'urn:ietf:params:oauth:token-type';
const grantTypes = 'urn:ietf:params:oauth:grant-type';

function authorizing(code = 'code-1', nonce: string | null = null): Authorize {
  return async () => ({
    exchanges: [],
    authorization: {
      code: Secret.named('code', code),
      redirect_uri: 'https://app.example.test/cb?a=b',
      code_verifier: Secret.named('verifier', 'v'.repeat(43)),
      nonce,
    },
  });
}

/** Token endpoint of a client that needs no authentication. */
function clientAt(server: TestServer, parts: Partial<Client> = {}, metadata: object = {}): Client {
  const issuer = issuerOf(server.origin, {
    discovery: 'none',
    metadata: { token_endpoint: `${server.origin}/token`, ...metadata },
  });
  return clientOf(issuer, { token_endpoint_auth_method: 'none', client_id: 'web', ...parts });
}

/** Parameters of each token request, in the order of their names, all but client_id. */
function formsOf(server: TestServer): Record<string, string | string[]>[] {
  return server.seen
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => {
      const form = new URLSearchParams(body);
      form.delete('client_id');
      return Object.fromEntries(
        [...new Set(form.keys())].sort().map((name) => {
          const values = form.getAll(name);
          return [name, values.length === 1 ? (values[0] ?? '') : values];
        }),
      );
    });
}

function answering(...answers: readonly object[]): TestServer['handler'] {
  let at = 0;
  return (_request, response) => {
    const answer = answers[Math.min(at, answers.length - 1)] ?? {};
    at += 1;
    json(response, 'error' in answer ? 400 : 200, answer);
  };
}
const answer = (token: string, more: object = {}): object => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: 3600,
  ...more,
});

const bearer = (name: string, token: string) =>
  ({ type: 'bearer', name, token: Secret.named(name.toUpperCase(), token), source, sources: {} }) as const;

type Sample = readonly [string, Partial<OAuth2Credential>, Partial<OAuth2Asks>, object];
const samples: readonly Sample[] = [
  [
    'password',
    { grant_type: 'password', scope: 'orders:read' },
    { username: 'ann', password: Secret.named('PASSWORD', 'p&ss wörd') },
    { grant_type: 'password', username: 'ann', password: 'p&ss wörd', scope: 'orders:read' },
  ],
  [
    'authorization_code, whose scope was settled before',
    {
      grant_type: 'authorization_code',
      scope: 'openid',
      audience: 'api',
      resource: ['https://a.test', 'https://b.test'],
    },
    { acr_values: 'mfa', max_age: 60, login_hint: 'ann' },
    {
      grant_type: 'authorization_code',
      code: 'code-1',
      code_verifier: 'v'.repeat(43),
      redirect_uri: 'https://app.example.test/cb?a=b',
      resource: ['https://a.test', 'https://b.test'],
    },
  ],
  [
    'token_exchange of a written token',
    { grant_type: 'token_exchange', audience: 'backend', resource: ['https://a.test'], scope: 's' },
    {
      subject_token: { from: Secret.named('SUBJECT', 'subject-token'), type: `${types}:access_token` },
      actor_token: { from: bearer('actor', 'actor-token'), type: `${types}:jwt` },
      requested_token_type: `${types}:jwt`,
    },
    {
      grant_type: `${grantTypes}:token-exchange`,
      subject_token: 'subject-token',
      subject_token_type: `${types}:access_token`,
      actor_token: 'actor-token',
      actor_token_type: `${types}:jwt`,
      requested_token_type: `${types}:jwt`,
      audience: 'backend',
      resource: 'https://a.test',
      scope: 's',
    },
  ],
  [
    'jwt_bearer',
    { grant_type: 'jwt_bearer' },
    { assertion: { from: bearer('ci', 'the-assertion'), type: `${types}:jwt` } },
    { grant_type: `${grantTypes}:jwt-bearer`, assertion: 'the-assertion' },
  ],
  [
    'authorization_details, further parameters and none that is empty',
    { scope: '' },
    {
      authorization_details: [{ type: 'payment', amount: { value: 'ä' } }],
      parameters: { organization: Secret.named('ORG', 'acme corp'), empty: '' },
    },
    {
      grant_type: 'client_credentials',
      authorization_details: '[{"type":"payment","amount":{"value":"ä"}}]',
      organization: 'acme corp',
    },
  ],
];

describe('a grant', () => {
  afterEach(closeServers);

  for (const [name, credential, asks, form] of samples) {
    it(`sends ${name}`, async () => {
      const server = await serve(answering(answer('token-1', { token_type: 'bearer' })));
      const { store, performed } = bench({ authorize: authorizing() });
      const reader = oauth2Of(clientAt(server), { ...credential, asks: asksOf(asks) });
      const presented = await store.present(reader, staging);
      expect(failureOf(presented)).to.equal(null);
      expect(wireOf(presented)).to.deep.equal({ Authorization: 'Bearer token-1' });
      expect(formsOf(server)).to.deep.equal([form]);
      expect(JSON.stringify(performed)).not.to.match(
        /p%26ss|subject-token|actor-token|the-assertion|code-1|vvvv|acme/,
      );
    });
  }

  it('sends further headers with the token request, and its own besides', async () => {
    const server = await serve(answering(answer('token-1')));
    const asks = asksOf({
      headers: { 'X-Tenant': 'acme', accept: 'text/x', 'X-Key': Secret.named('KEY', 'the-key-value') },
    });
    const { store, performed } = bench();
    await store.present(oauth2Of(clientAt(server), { asks }), staging);
    const { 'x-tenant': tenant, accept, 'x-key': key, 'content-type': type } = server.seen[0]?.headers ?? {};
    expect({ tenant, accept, key, type }).to.deep.equal({
      tenant: 'acme',
      accept: 'text/x',
      key: 'the-key-value',
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
    });
    expect(performed[0]?.hops[0]?.request.headers.find(([name]) => name === 'X-Key')?.[1]).to.equal(
      '[secret:KEY]',
    );
  });

  it('takes an exchanged token that is no access token, and not a refresh token', async () => {
    const asks = asksOf({ subject_token: { from: 'subject-token', type: `${types}:jwt` } });
    const exchanged = async (issued: string) => {
      const server = await serve(
        answering(answer('a-saml-thing', { token_type: 'N_A', issued_token_type: `${types}:${issued}` })),
      );
      const reader = oauth2Of(clientAt(server), { grant_type: 'token_exchange', asks });
      const presented = await bench().store.present(reader, staging);
      return failureOf(presented) ?? wireOf(presented);
    };
    expect(await exchanged('jwt')).to.deep.equal({ Authorization: 'Bearer a-saml-thing' });
    const refused = await exchanged('refresh_token');
    expect(refused).to.deep.include({ error: null, shared: false });
    expect((refused as { message: string }).message).to.match(
      /answered 200 with application\/json that has the issued_token_type "urn:ietf:params:oauth:token-type:refresh_token", which no API takes \(RFC 8693 section 2\.2\.1\)\.$/,
    );
  });

  it('fails as the credential fails whose token it takes in, and gets that token once', async () => {
    const server = await serve((_request, response, body) => {
      const inner = body.includes('client_credentials');
      json(response, inner ? 200 : 400, inner ? answer('inner-token') : { error: 'invalid_target' });
    });
    const client = clientAt(server);
    const inner = oauth2Of(client, { name: 'inner' });
    const asks = asksOf({ subject_token: { from: inner, type: `${types}:access_token` } });
    const outer = (name: string) => oauth2Of(client, { name, grant_type: 'token_exchange', asks });
    const { store } = bench();
    const [one, two] = await Promise.all([
      store.present(outer('a'), staging),
      store.present(outer('b'), staging),
    ]);
    expect([one?.failure?.error, two?.failure?.error]).to.deep.equal(['invalid_target', 'invalid_target']);
    expect(formsOf(server).map(({ subject_token }) => subject_token)).to.deep.equal([
      undefined,
      'inner-token',
      'inner-token',
    ]);
    server.handler = (_request, response) => json(response, 401, { error: 'invalid_client' });
    const other = bench();
    const failed = await other.store.present(outer('c'), staging);
    expect(failed.failure?.message).to.match(/answered 401 with the error invalid_client\.$/);
    expect(server.seen.length).to.equal(4);
  });

  it('refuses what the metadata do not list, before anything secret is sent', async () => {
    const server = await serve(answering(answer('token-1')));
    const refusals: (string | undefined)[] = [];
    const refusal = async (
      metadata: object,
      parts: Partial<OAuth2Credential>,
      client: Partial<Client> = {},
    ) => {
      const reader = oauth2Of(clientAt(server, client, metadata), parts);
      const { failure } = await bench({ authorize: authorizing() }).store.present(reader, staging);
      refusals.push(failure?.message);
    };
    await refusal({ grant_types_supported: ['authorization_code', 'refresh_token'] }, {});
    await refusal(
      { code_challenge_methods_supported: ['plain'] },
      { grant_type: 'authorization_code', asks: asksOf({}) },
    );
    expect(server.seen).to.deep.equal([]);
    // Many servers take more than they list.
    await refusal(
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      {},
      { token_endpoint_auth_method: 'client_secret_post' },
    );
    await refusal({ grant_types_supported: ['client_credentials'] }, {});
    expect(refusals).to.deep.equal([
      'The authorization server offers authorization_code, refresh_token, not client_credentials (grant_types_supported); it is written at credentials.reader.grant_type in why401.yml. Allow the grant there, or use one that is offered. If the list is wrong, write the true one at issuers.main.metadata.grant_types_supported.',
      'The authorization server offers plain, not S256 (code_challenge_methods_supported); it is written at credentials.reader.grant_type in why401.yml. This tool sends no authorization request without PKCE by S256. If the list is wrong, write the true one at issuers.main.metadata.code_challenge_methods_supported.',
      undefined,
      undefined,
    ]);
  });

  it('does not log in again after a login was refused, but after one that nobody answered', async () => {
    const server = await serve(answering(answer('token-1')));
    const failing = async (status: number | null) => {
      const { store, performed } = bench();
      await store.present(oauth2Of(clientAt(server)), staging);
      const [made] = performed;
      const [hop] = made?.hops ?? [];
      if (!made || !hop?.response) throw new Error('nothing was sent');
      const response = status === null ? null : { ...hop.response, status };
      const exchange = { ...made, hops: [{ ...hop, response }] };
      let logins = 0;
      const authorize: Authorize = async () => {
        logins += 1;
        return { failure: { error: null, message: 'no', exchange, shared: false }, exchanges: [] };
      };
      const tested = bench({ authorize });
      const reader = oauth2Of(clientAt(server), { grant_type: 'authorization_code', asks: asksOf({}) });
      for (let time = 0; time < 3; time += 1) await tested.store.present(reader, staging);
      return logins;
    };
    expect([await failing(401), await failing(200), await failing(502), await failing(null)]).to.deep.equal([
      1, 1, 3, 3,
    ]);
  });

  it('does not log in again after a code was refused', async () => {
    const server = await serve(answering({ error: 'invalid_grant' }));
    let logins = 0;
    const authorize: Authorize = async (credential, environment) => {
      logins += 1;
      return authorizing()(credential, environment);
    };
    const { store } = bench({ authorize });
    const reader = oauth2Of(clientAt(server), { grant_type: 'authorization_code', asks: asksOf({}) });
    const first = await store.present(reader, staging);
    const second = await store.present(reader, staging);
    expect([first.failure?.shared, second.failure?.shared, logins, server.seen.length]).to.deep.equal([
      false,
      true,
      1,
      1,
    ]);
  });
});

describe('renewal', () => {
  afterEach(closeServers);
  const password = asksOf({ username: 'ann', password: Secret.named('PASSWORD', 'correct horse') });

  const grantsOf = (server: TestServer) =>
    formsOf(server).map(({ grant_type, refresh_token, scope }) =>
      [grant_type, refresh_token, scope].filter((part) => part !== undefined).join(' '),
    );
  /** Presents, and then again once for each token that is over. */
  async function presentTimes(
    times: number,
    reader: OAuth2Credential,
    doors: Parameters<typeof bench>[0] = {},
  ) {
    const tested = bench(doors);
    const tokens: (string | undefined)[] = [];
    for (let time = 0; time < times; time += 1) {
      const presented = await tested.store.present(reader, staging);
      tokens.push(presented.failure?.message ?? wireOf(presented)['Authorization']);
      tested.shift += 3_600_000;
    }
    return tokens;
  }

  it('uses the refresh token that a grant gave, and its successors', async () => {
    const server = await serve(
      answering(
        answer('t1', { refresh_token: 'refresh-1' }),
        answer('t2', { refresh_token: 'refresh-2' }),
        answer('t3'),
      ),
    );
    const reader = oauth2Of(clientAt(server), { grant_type: 'password', scope: 'a', asks: password });
    expect(await presentTimes(4, reader)).to.deep.equal(['Bearer t1', 'Bearer t2', 'Bearer t3', 'Bearer t3']);
    expect(grantsOf(server)).to.deep.equal([
      'password a',
      'refresh_token refresh-1',
      'refresh_token refresh-2',
      'refresh_token refresh-2',
    ]);
  });

  it('falls back to the grant when the refresh token is refused', async () => {
    const server = await serve(
      answering(answer('t1', { refresh_token: 'refresh-1' }), { error: 'invalid_grant' }, answer('t2')),
    );
    const reader = oauth2Of(clientAt(server), { grant_type: 'password', asks: password });
    expect(await presentTimes(2, reader)).to.deep.equal(['Bearer t1', 'Bearer t2']);
    expect(grantsOf(server)).to.deep.equal(['password', 'refresh_token refresh-1', 'password']);
  });

  it('runs the grant again where the refresh token gives no ID token', async () => {
    const idToken = await new SignJWT({ iss: '', aud: 'web' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('k'.repeat(32)));
    const server = await serve(answering({}));
    const [header, , signature] = idToken.split('.');
    const claims = { iss: server.origin, aud: 'web', exp: Math.floor(Date.now() / 1000) + 3600 };
    const id_token = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const whole = answer('t1', { refresh_token: 'refresh-1', id_token });
    server.handler = answering(whole, answer('t2'), whole);
    const reader = oauth2Of(clientAt(server), {
      grant_type: 'password',
      asks: { ...password, present: 'id_token' },
    });
    const bearer = `Bearer ${id_token}`;
    expect(await presentTimes(2, reader)).to.deep.equal([bearer, bearer]);
    expect(grantsOf(server)).to.deep.equal(['password', 'refresh_token refresh-1', 'password']);
  });

  it('runs the grant again where there is no refresh token', async () => {
    const server = await serve(answering(answer('t1'), answer('t2')));
    const reader = oauth2Of(clientAt(server), { grant_type: 'password', asks: password });
    expect(await presentTimes(2, reader)).to.deep.equal(['Bearer t1', 'Bearer t2']);
    expect(grantsOf(server)).to.deep.equal(['password', 'password']);
  });

  function vaultOf(kept: Record<string, string>): RefreshVault {
    return {
      read: async (key) => kept[key] ?? null,
      write: async (key, value) => {
        kept[key] = value;
      },
    };
  }

  it('keeps a refresh token between runs where store says so', async () => {
    const server = await serve(answering(answer('t1', { refresh_token: 'refresh-1' })));
    const reader = oauth2Of(clientAt(server), {
      grant_type: 'password',
      asks: { ...password, store: true },
    });
    const kept: Record<string, string> = {};
    await presentTimes(1, reader, { vault: vaultOf(kept) });
    const key = JSON.stringify([server.origin, 'web', 'staging', 'reader']);
    expect(kept).to.deep.equal({ [key]: 'refresh-1' });
    server.handler = answering(answer('t2', { refresh_token: 'refresh-2' }));
    expect(await presentTimes(1, reader, { vault: vaultOf(kept) })).to.deep.equal(['Bearer t2']);
    expect(kept).to.deep.equal({ [key]: 'refresh-2' });
    server.handler = answering({ error: 'invalid_grant' }, answer('t3', { refresh_token: 'refresh-3' }));
    expect(await presentTimes(1, reader, { vault: vaultOf(kept) })).to.deep.equal(['Bearer t3']);
    expect(kept).to.deep.equal({ [key]: 'refresh-3' });
    const unstored = { ...reader, asks: password };
    server.handler = answering(answer('t4', { refresh_token: 'refresh-4' }));
    await presentTimes(1, unstored, { vault: vaultOf(kept) });
    expect(kept).to.deep.equal({ [key]: 'refresh-3' });
    expect(grantsOf(server)).to.deep.equal([
      'password',
      'refresh_token refresh-1',
      'refresh_token refresh-2',
      'password',
      'password',
    ]);
  });

  it('tries the refresh token of the project file after that of an earlier run', async () => {
    const server = await serve(
      answering({ error: 'invalid_grant' }, answer('t1', { refresh_token: 'refresh-2' })),
    );
    const reader = oauth2Of(clientAt(server), {
      grant_type: 'refresh_token',
      refresh_token: Secret.named('REFRESH', 'refresh-new'),
      asks: asksOf({ store: true }),
    });
    const key = JSON.stringify([server.origin, 'web', 'staging', 'reader']);
    const kept = { [key]: 'refresh-old' };
    expect(await presentTimes(1, reader, { vault: vaultOf(kept) })).to.deep.equal(['Bearer t1']);
    expect(grantsOf(server)).to.deep.equal(['refresh_token refresh-old', 'refresh_token refresh-new']);
    expect(kept).to.deep.equal({ [key]: 'refresh-2' });
  });
});

describe('an ID token', () => {
  afterEach(closeServers);

  it('is held against issuer, client, nonce and keys', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const stranger = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
    let idToken = '';
    const server = await serve((request, response) => {
      if (request.url === '/jwks') json(response, 200, { keys: [jwk] });
      else json(response, 200, answer('access', { id_token: idToken }));
    });
    const client = clientAt(server, {}, { jwks_uri: `${server.origin}/jwks` });
    const present = async (claims: object, key = privateKey, kid = 'k1') => {
      idToken = await new SignJWT({ iss: server.origin, aud: 'web', nonce: 'n-1', sub: 'ann', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setExpirationTime('1h')
        .sign(key);
      const asks = asksOf({ present: 'id_token' });
      const reader = oauth2Of(client, { grant_type: 'authorization_code', scope: 'openid', asks });
      const presented = await bench({ authorize: authorizing('code-1', 'n-1') }).store.present(
        reader,
        staging,
      );
      if (presented.failure) {
        return /with an id_token (.*) \(OpenID Connect Core 1\.0 section 3\.1\.3\.7\)\.$/.exec(
          presented.failure.message,
        )?.[1];
      }
      return wireOf(presented)['Authorization'] === `Bearer ${idToken}` ? 'presented' : 'another';
    };
    expect([
      await present({}),
      await present({ aud: ['web', 'other'] }),
      await present({ iss: 'https://evil.example' }),
      await present({ aud: 'other' }),
      await present({ azp: 'other' }),
      await present({ nonce: 'n-2' }),
      await present({ nonce: undefined }),
      await present({}, stranger.privateKey),
      await present({}, stranger.privateKey, 'k2'),
    ]).to.deep.equal([
      'presented',
      'presented',
      `whose iss is "https://evil.example", not "${server.origin}"`,
      'whose aud is "other", not "web"',
      'whose azp is "other", not "web"',
      'whose nonce is not that of the authorization request',
      'without the nonce of the authorization request',
      'whose signature the keys of its issuer do not verify',
      'that was signed by the key "k2", which its issuer does not publish',
    ]);
  });

  it('is a failure where it is to be presented and does not come', async () => {
    const server = await serve(answering(answer('access')));
    const asks = asksOf({ present: 'id_token' });
    const reader = oauth2Of(clientAt(server), { grant_type: 'authorization_code', asks });
    const { failure } = await bench({ authorize: authorizing() }).store.present(reader, staging);
    expect(failure?.message).to.match(
      /that has no id_token \(OpenID Connect Core 1\.0 section 3\.1\.3\.3\)\.$/,
    );
  });
});
