import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
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
  wireOf,
} from '../support.ts';

const staging = environmentOf('staging');
const good = { access_token: 'opaque-access-token', token_type: 'Bearer', expires_in: 3600 };
const text =
  (status: number, type: string | null, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { ...(type === null ? {} : { 'content-type': type }), ...headers });
    response.end(body);
  };

/** What the server answers, and the failure; TOKEN stands for the endpoint's address. */
const failures: readonly (readonly [string, (response: ServerResponse) => void, string | null, string])[] = [
  [
    'an error of RFC 6749',
    (r) => json(r, 400, { error: 'invalid_scope', error_description: 'no such scope' }),
    'invalid_scope',
    'answered 400 with the error invalid_scope: "no such scope".',
  ],
  [
    'an error without description',
    (r) => json(r, 400, { error: 'invalid_request' }),
    'invalid_request',
    'answered 400 with the error invalid_request.',
  ],
  [
    'an error with status 200',
    (r) =>
      json(r, 200, {
        error: 'incorrect_client_credentials',
        error_description: 'The client_id and/or client_secret passed are incorrect.',
      }),
    'incorrect_client_credentials',
    'answered 200 with the error incorrect_client_credentials: "The client_id and/or client_secret passed are incorrect.".',
  ],
  [
    'an error in a challenge',
    text(401, null, '', {
      'www-authenticate': 'Basic realm="x", error="invalid_client", error_description="bad secret"',
    }),
    'invalid_client',
    'answered 401 with the error invalid_client: "bad secret".',
  ],
  [
    'an error in the body and another in a challenge',
    (r) => json(r, 401, { error: 'invalid_client' }, { 'www-authenticate': 'Bearer error="invalid_token"' }),
    'invalid_client',
    'answered 401 with the error invalid_client.',
  ],
  [
    'an error as a form',
    text(
      400,
      'application/x-www-form-urlencoded',
      'error=bad_verification_code&error_description=It+is+expired',
    ),
    'bad_verification_code',
    'answered 400 with the error bad_verification_code: "It is expired".',
  ],
  [
    'an error that is an object',
    (r) => json(r, 400, { error: { message: 'Invalid application', code: 101 } }),
    null,
    'answered 400 with the error "Invalid application".',
  ],
  [
    'JSON without an error',
    (r) => json(r, 400, { message: 'no' }),
    null,
    'answered 400 with application/json and no OAuth error.',
  ],
  [
    'a gateway in the way',
    text(502, 'text/html; charset=utf-8', '<h1>Bad gateway</h1>'),
    null,
    'answered 502 with text/html and no OAuth error.',
  ],
  [
    'JSON as text/plain',
    text(200, 'text/plain', JSON.stringify(good)),
    null,
    'answered 200 with text/plain, not application/json (RFC 6749 section 5.1).',
  ],
  [
    'a form with a token',
    text(200, 'application/x-www-form-urlencoded', 'access_token=abc-def-ghi&token_type=bearer'),
    null,
    'answered 200 with application/x-www-form-urlencoded, not application/json (RFC 6749 section 5.1).',
  ],
  [
    'a page with status 200',
    text(200, 'text/html', '<title>Log in</title>'),
    null,
    'answered 200 with text/html, not application/json (RFC 6749 section 5.1).',
  ],
  [
    'no content type',
    text(200, null, JSON.stringify(good)),
    null,
    'answered 200 with content of no type, not application/json (RFC 6749 section 5.1).',
  ],
  ['nothing', text(200, 'application/json', ''), null, 'answered 200 with no content.'],
  [
    'broken JSON',
    text(200, 'application/json', '{"access_token":'),
    null,
    'answered 200 with application/json that is not a JSON object.',
  ],
  [
    'a list',
    (r) => json(r, 200, [good]),
    null,
    'answered 200 with application/json that is not a JSON object.',
  ],
  [
    'another status',
    (r) => json(r, 201, good),
    null,
    'answered 201 with application/json and no OAuth error.',
  ],
  [
    'no access_token',
    (r) => json(r, 200, { ...good, access_token: undefined }),
    null,
    'answered 200 with application/json that has no access_token (RFC 6749 section 5.1).',
  ],
  [
    'an empty access_token',
    (r) => json(r, 200, { ...good, access_token: '' }),
    null,
    'answered 200 with application/json that has no access_token (RFC 6749 section 5.1).',
  ],
  [
    'an access_token that cannot be sent',
    (r) => json(r, 200, { ...good, access_token: 'abc\n' }),
    null,
    'answered 200 with application/json that has an access_token which holds U+000A at position 4, which no header field can carry.',
  ],
  [
    'no token_type',
    (r) => json(r, 200, { ...good, token_type: undefined }),
    null,
    'answered 200 with application/json that has no token_type (RFC 6749 section 5.1).',
  ],
  [
    'another token_type',
    (r) => json(r, 200, { ...good, token_type: 'DPoP' }),
    null,
    'answered 200 with application/json that has the token_type "DPoP", not Bearer.',
  ],
  [
    'a lifetime in words',
    (r) => json(r, 200, { ...good, expires_in: 'soon' }),
    null,
    'answered 200 with application/json that has an expires_in which is not a number of seconds.',
  ],
  [
    'a redirect',
    text(302, 'text/html', '', { location: 'https://login.example.net/signin?state=abc' }),
    null,
    'answered 302 with a redirect to "https://login.example.net/signin"; a token request carries secrets and is never redirected.',
  ],
  [
    'a redirect that keeps the method',
    text(307, null, '', { location: '/other' }),
    null,
    'answered 307 with a redirect to "/other"; a token request carries secrets and is never redirected.',
  ],
  [
    'control characters',
    (r) => json(r, 400, { error: 'x\u001b[31m y', error_description: 'a\u0007\nb' }),
    '"x [31m y"',
    'answered 400 with the error "x [31m y": "a b".',
  ],
];

describe('a token answer', () => {
  afterEach(closeServers);

  for (const [name, answer, error, message] of failures) {
    it(`is a failure: ${name}`, async () => {
      const server = await serve((_request, response) => answer(response));
      const issuer = issuerOf(server.origin, {
        discovery: 'none',
        metadata: { token_endpoint: `${server.origin}/token` },
      });
      const { store, performed } = bench();
      const presentation = await store.present(oauth2Of(clientOf(issuer)), staging);
      const subject = `The token endpoint (${server.origin}/token)`;
      expect(failureOf(presentation)).to.deep.equal({
        error,
        message: `${subject} ${message}`,
        shared: false,
      });
      expect(presentation.exchanges).to.deep.equal(performed);
      expect(presentation.failure?.exchange).to.equal(performed[0]);
      expect(server.seen.map(({ path }) => path)).to.deep.equal(['/token']);
    });
  }

  it('is a failure: no answer', async () => {
    const server = await serve((request) => request.socket.destroy());
    const issuer = issuerOf(server.origin, {
      discovery: 'none',
      metadata: { token_endpoint: `${server.origin}/token` },
    });
    const { store } = bench();
    expect(failureOf(await store.present(oauth2Of(clientOf(issuer)), staging))).to.deep.equal({
      error: null,
      message: `The token endpoint (${server.origin}/token) gave no answer: ECONNRESET, socket hang up.`,
      shared: false,
    });
  });

  it('is a failure: an answer that breaks off, even where what came is whole', async () => {
    const server = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' });
      response.write(JSON.stringify(good), () => request.socket.destroy());
    });
    const issuer = issuerOf(server.origin, {
      discovery: 'none',
      metadata: { token_endpoint: `${server.origin}/token` },
    });
    const { store } = bench();
    expect(failureOf(await store.present(oauth2Of(clientOf(issuer)), staging))).to.deep.equal({
      error: null,
      message: `The token endpoint (${server.origin}/token) answered 200 with application/json that broke off (ECONNRESET).`,
      shared: false,
    });
  });

  it('shows no secret that the server sends back, also where its words are cut', async () => {
    const secret = 'web secret: 100% +/~';
    const server = await serve((_request, response) =>
      json(response, 400, {
        error: 'invalid_request',
        error_description: `${'x'.repeat(290)}${secret} is wrong`,
      }),
    );
    const issuer = issuerOf(server.origin, {
      discovery: 'none',
      metadata: { token_endpoint: `${server.origin}/token` },
    });
    const { store } = bench();
    const { failure } = await store.present(oauth2Of(clientOf(issuer)), staging);
    expect(failure?.message).to.equal(
      `The token endpoint (${server.origin}/token) answered 400 with the error invalid_request: "${'x'.repeat(290)}[secret:WE...".`,
    );
  });

  it('teaches the redactor tokens of an answer that is refused', async () => {
    const tokens = {
      access_token: 'refused-access',
      refresh_token: 'refused-refresh',
      id_token: 'refused-id',
    };
    const server = await serve((_request, response) => json(response, 200, tokens));
    const issuer = issuerOf(server.origin, {
      discovery: 'none',
      metadata: { token_endpoint: `${server.origin}/token` },
    });
    const { store, redactor } = bench();
    await store.present(oauth2Of(clientOf(issuer)), staging);
    expect(redactor.redact(Object.values(tokens).join(' '))).to.equal(
      '[secret:reader] [secret:reader refresh_token] [secret:reader id_token]',
    );
  });

  for (const [name, members, expires] of [
    ['a number', { expires_in: 3600 }, 3600],
    ['a number written as a string', { expires_in: '3599' }, 3599],
    ['nothing', { expires_in: undefined }, null],
    [
      'the claim exp',
      {
        expires_in: undefined,
        access_token: `${btoa('{"alg":"HS256"}')}.${btoa('{"exp":4102444800}')}.c2ln`,
      },
      'exp',
    ],
  ] as const) {
    it(`gives a lifetime from ${name}`, async () => {
      const server = await serve((_request, response) =>
        json(response, 200, { ...good, token_type: 'bearer', ...members }),
      );
      const issuer = issuerOf(server.origin, {
        discovery: 'none',
        metadata: { token_endpoint: `${server.origin}/token` },
      });
      const { store } = bench();
      const presentation = await store.present(oauth2Of(clientOf(issuer), { scope: 'orders:read' }), staging);
      const { sent = 0, received } = presentation.exchanges[0]?.hops[0]?.clock ?? {};
      expect(wireOf(presentation)).to.deep.equal({
        Authorization: `Bearer ${{ ...good, ...members }.access_token}`,
      });
      expect(presentation.use?.obtained).to.deep.equal({
        at: received,
        client: 'web',
        issuer: 'main',
        scope: 'orders:read',
        expiresAt: expires === 'exp' ? 4_102_444_800_000 : expires && sent + expires * 1000,
      });
    });
  }
});
