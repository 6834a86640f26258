import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import type { Client, ClientSettings, Environment } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import { selfSigned } from '../../support/certificates.ts';
import { bench, clientOf, closeServers, environmentOf, issuerOf, json, oauth2Of, serve } from '../support.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const secret = 'a secret of the client web, 48 bytes or more: 100% of it';
const plain: ClientSettings = {
  private_key: null,
  kid: null,
  token_endpoint_auth_signing_alg: null,
  assertion_audience: 'issuer',
  assertion_lifetime: 60_000,
  basic_encoding: 'form',
  dpop_bound_access_tokens: false,
  require_pushed_authorization_requests: false,
  tls_client_certificate_bound_access_tokens: false,
};

type Way = (settings: Partial<ClientSettings>) => Partial<Client>;
const ways: Readonly<Record<string, Way>> = {
  private_key_jwt: (settings) => ({
    token_endpoint_auth_method: 'private_key_jwt',
    client_secret: null,
    settings: { ...plain, private_key: Secret.named('KEY', pem), ...settings },
  }),
  client_secret_jwt: (settings) => ({
    token_endpoint_auth_method: 'client_secret_jwt',
    client_secret: Secret.named('SECRET', secret),
    settings: { ...plain, ...settings },
  }),
};

describe('client assertions', () => {
  afterEach(closeServers);

  const start = async (parts: Partial<Client>, hours = 0) => {
    const server = await serve((_request, response) =>
      json(response, 200, { access_token: 'access-token-1', token_type: 'Bearer', expires_in: 60 }),
    );
    const issuer = issuerOf('https://login.example.test/tenant', {
      discovery: 'none',
      metadata: { token_endpoint: `${server.origin}/token` },
    });
    const tools = bench();
    tools.shift = hours * 3_600_000;
    const now = Math.floor((Date.now() + tools.shift) / 1000);
    await tools.store.present(oauth2Of(clientOf(issuer, parts)), environmentOf('staging'));
    const form = new URLSearchParams(server.seen[0]?.body);
    const jwt = form.get('client_assertion') ?? '';
    return { server, tools, form, jwt, now };
  };
  const keyOf = (name: string) => (name === 'private_key_jwt' ? publicKey : new TextEncoder().encode(secret));

  for (const [name, way] of Object.entries(ways)) {
    it(`of ${name} say who, for whom and until when, by our own clock`, async () => {
      const { form, jwt, now } = await start(way({ kid: 'k1' }), 5);
      const currentDate = new Date((decodeJwt(jwt).iat ?? 0) * 1000);
      const { payload } = await jwtVerify(jwt, keyOf(name), { currentDate });
      const { iat = 0, nbf, exp, jti, ...rest } = payload;
      expect(rest).to.deep.equal({
        iss: 'web-staging',
        sub: 'web-staging',
        aud: 'https://login.example.test/tenant',
      });
      expect([nbf, exp]).to.deep.equal([iat, iat + 60]);
      expect(iat - now).to.be.within(0, 60);
      expect(jti).to.match(/^[0-9a-f-]{36}$/);
      expect(decodeProtectedHeader(jwt)).to.deep.equal({
        alg: name === 'private_key_jwt' ? 'ES256' : 'HS256',
        typ: 'JWT',
        kid: 'k1',
      });
      form.delete('client_assertion');
      expect(Object.fromEntries(form)).to.deep.equal({
        client_id: 'web-staging',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        grant_type: 'client_credentials',
      });
    });

    it(`of ${name} are for the token endpoint or another text where the project file says so`, async () => {
      const endpoint = await start(way({ assertion_audience: 'token_endpoint', assertion_lifetime: 90_500 }));
      const { payload } = await jwtVerify(endpoint.jwt, keyOf(name));
      expect([payload.aud, (payload.exp ?? 0) - (payload.iat ?? 0)]).to.deep.equal([
        `${endpoint.server.origin}/token`,
        91,
      ]);
      const text = await start(way({ assertion_audience: 'urn:example:realm' }));
      expect((await jwtVerify(text.jwt, keyOf(name))).payload.aud).to.equal('urn:example:realm');
    });
  }

  it('authenticate the client that asks for introspection, each with a jti of its own', async () => {
    const server = await serve((request, response) =>
      request.url === '/token'
        ? json(response, 200, { access_token: 'access-token-1', token_type: 'Bearer' })
        : json(response, 200, { active: true }),
    );
    const issuer = issuerOf('https://login.example.test', {
      discovery: 'none',
      metadata: {
        token_endpoint: `${server.origin}/token`,
        introspection_endpoint: `${server.origin}/introspect`,
      },
    });
    const client = clientOf(issuer, ways['private_key_jwt']?.({ assertion_audience: 'token_endpoint' }));
    const environment = environmentOf('staging');
    const { store } = bench();
    const { use } = await store.present(oauth2Of(client), environment);
    const fingerprint = use?.fingerprint ?? '';
    await store.ask({ kind: 'introspection', client, fingerprint }, environment);
    const forms = server.seen.map(({ body }) => new URLSearchParams(body));
    expect(server.seen.map(({ path }) => path)).to.deep.equal(['/token', '/introspect']);
    expect(forms[1]?.get('token')).to.equal('access-token-1');
    const verified = await Promise.all(
      forms.map(async (form) => (await jwtVerify(form.get('client_assertion') ?? '', publicKey)).payload),
    );
    expect(verified.map(({ aud }) => aud)).to.deep.equal([
      `${server.origin}/token`,
      `${server.origin}/token`,
    ]);
    expect(new Set(verified.map(({ jti }) => jti)).size).to.equal(2);
  });

  it('are recorded with all but their signature', async () => {
    const { tools, jwt } = await start(ways['private_key_jwt']?.({}) ?? {});
    const [exchange] = tools.performed;
    const excerpt = exchange?.hops[0]?.request.body?.excerpt ?? '';
    const [header, claims, signature = ''] = jwt.split('.');
    expect(new URLSearchParams(excerpt).get('client_assertion')).to.equal(
      `${header}.${claims}.[secret:web client_assertion]`,
    );
    expect(tools.redactor.redact(`it says ${signature}`)).to.equal('it says [secret:web client_assertion]');
  });
});

describe('a client that is refused', () => {
  afterEach(closeServers);

  const refusing = async () => {
    const server = await serve((_request, response) => json(response, 401, { error: 'invalid_client' }));
    const issuer = issuerOf(server.origin, {
      discovery: 'none',
      metadata: { token_endpoint: `${server.origin}/token` },
    });
    return { server, issuer, store: bench().store };
  };
  const present = async (
    { issuer, store }: Awaited<ReturnType<typeof refusing>>,
    name: string,
    parts: Partial<Client>,
    environment: Environment = environmentOf('staging'),
  ) => store.present(oauth2Of(clientOf(issuer, parts), { name }), environment);

  for (const [name, way] of Object.entries(ways)) {
    it(`is not tried again with ${name}, but with another audience`, async () => {
      const bed = await refusing();
      await present(bed, 'first', way({}));
      const again = await present(bed, 'second', way({}));
      expect([bed.server.seen.length, again.failure?.shared]).to.deep.equal([1, true]);
      await present(bed, 'third', way({ assertion_audience: 'token_endpoint' }));
      expect(bed.server.seen.length).to.equal(2);
    });
  }

  it('is not tried again with its certificate, but with another one', async () => {
    const bed = await refusing();
    const tls = { token_endpoint_auth_method: 'tls_client_auth', client_secret: null } as const;
    const withCertificate = async (): Promise<Environment> => {
      const environment = environmentOf('staging');
      const clientCertificate = await selfSigned(['client']);
      return { ...environment, transport: { ...environment.transport, clientCertificate } };
    };
    const own = await withCertificate();
    await present(bed, 'first', tls, own);
    await present(bed, 'second', tls, own);
    expect(bed.server.seen.map(({ body }) => body)).to.deep.equal([
      'grant_type=client_credentials&client_id=web-staging',
    ]);
    await present(bed, 'third', tls, await withCertificate());
    expect(bed.server.seen.length).to.equal(2);
  });

  it('is not sent at all where it cannot prove itself', async () => {
    const bed = await refusing();
    const messages: (string | undefined)[] = [];
    for (const [at, parts] of [
      { token_endpoint_auth_method: 'tls_client_auth' },
      { token_endpoint_auth_method: 'private_key_jwt' },
      ways['private_key_jwt']?.({ private_key: 'no key' }) ?? {},
      { token_endpoint_auth_method: 'client_secret_jwt', client_secret: null },
    ].entries()) {
      const { failure } = await present(bed, `reader ${at}`, parts as Partial<Client>);
      messages.push(failure?.message);
    }
    expect(messages).to.deep.equal([
      'Environment "staging" has no client certificate, which tls_client_auth of client "web" needs.',
      'The client "web" has no private_key, which private_key_jwt needs.',
      'The private_key of client "web" is neither PEM nor the JWK of a private key.',
      'The client "web" has no client_secret, which client_secret_jwt needs.',
    ]);
    expect(bed.server.seen).to.deep.equal([]);
  });
});
