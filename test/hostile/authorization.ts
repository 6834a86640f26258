/** What an authorization server, its keys or a challenge should never be. */
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { JsonMap } from '../../src/model.ts';
import { type AuthorizationCase, granted, ok, refused, signed } from './authorization-world.ts';
import { type Act, answer, head, html, json } from './script.ts';

const deep = (open: string, close: string, levels = 10_000): string =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;
const nested = deep('{"a":', '}');
const lists = deep('[', ']');
const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));
const flood: readonly Act[] = [
  head(['Content-Type: application/json', 'Transfer-Encoding: chunked']),
  { again: `400\r\n${' '.repeat(1024)}\r\n`, every: 5 },
];
const drip: readonly Act[] = [head([json, 'Content-Length: 1000000']), { again: ' ', every: 20 }];
const away = (location: string): Buffer => answer('', [`Location: ${location}`], '302 Found');
const token = (name: string, acts: readonly (Act | Buffer)[], ends: string): AuthorizationCase => ({
  name: `token: ${name}`,
  token: acts,
  ends,
});
const metadata = (name: string, acts: readonly Act[], ends: string): AuthorizationCase => ({
  name: `metadata: ${name}`,
  metadata: acts,
  ends,
});
const publishes = (name: string, published: JsonMap, ends: string): AuthorizationCase => ({
  name: `metadata: ${name}`,
  published,
  ends,
});
const keys = (name: string, acts: readonly Act[], ends: string): AuthorizationCase => ({
  name: `keys: ${name}`,
  jwks: acts,
  ends,
});
const challenge = (name: string, fields: readonly string[], ends: string): AuthorizationCase => ({
  name: `challenge: ${name}`,
  api: [refused(...fields)],
  ends,
});
const part = (text: string): string => Buffer.from(text).toString('base64url');
const jwtOf = (claims: string, header = '{"alg":"ES256","kid":"k1"}'): string =>
  `${part(header)}.${part(claims)}.c2lnbmF0dXJl`;

/** Of a token endpoint. */
export const tokens: readonly AuthorizationCase[] = [
  token(
    'never ends its answer',
    flood,
    'errored; response-timeout likely; The token endpoint (AS/token) answered 200 with application/json that broke off (TOTAL_TIMEOUT).',
  ),
  token(
    'drips',
    drip,
    'errored; response-timeout likely; The token endpoint (AS/token) answered 200 with application/json that broke off (TOTAL_TIMEOUT).',
  ),
  token(
    'says nothing',
    ['HOLD'],
    'errored; response-timeout likely; The token endpoint (AS/token) gave no answer: login.example.test:80 gave no complete answer within 2000 ms (TOTAL_TIMEOU',
  ),
  token(
    'cuts its answer',
    [head([json, 'Content-Length: 500']), '{"access_token":"abc', 'FIN'],
    'errored; body-truncated certain; The token endpoint (AS/token) answered 200 with application/json that broke off (UND_ERR_SOCKET).',
  ),
  token(
    'resets',
    ['RST'],
    'errored; connection-closed likely; The token endpoint (AS/token) gave no answer: The connection to login.example.test:80 ended before a complete answer hea',
  ),
  token(
    'nests lists',
    [ok(lists)],
    'failed; body-not-json likely; The token endpoint (AS/token) answered 200 with application/json that is not a JSON object.',
  ),
  token(
    'nests maps',
    [ok(`{"access_token":${nested}}`)],
    'failed; body-not-json likely; The token endpoint (AS/token) answered 200 with application/json that is not a JSON object.',
  ),
  token(
    'is empty',
    [answer('', [json])],
    'failed; body-empty likely; The token endpoint (AS/token) answered 200 with no content.',
  ),
  token(
    'has no content',
    [answer('', [], '204 No Content')],
    'failed; unknown possible; The token endpoint (AS/token) answered 204 with no content and no OAuth error.',
  ),
  token(
    'is a page',
    [
      answer('<html><title>Sign in</title><form action="/login"><input type="password"></form></html>', [
        html,
      ]),
    ],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with text/html, not application/json (RFC 6749 section 5.1).',
  ),
  token(
    'is a gzip bomb',
    [answer(gzipSync(Buffer.alloc(200_000_000)), [json, 'Content-Encoding: gzip'])],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that is longer than is read (10000000 bytes).',
  ),
  token(
    'is invalid UTF-8',
    [answer(Buffer.from('7b22616363657373ff', 'hex'), [json])],
    'failed; body-not-json likely; The token endpoint (AS/token) answered 200 with application/json that is not a JSON object.',
  ),
  token(
    'redirects for ever',
    [away('?again')],
    'failed; endpoint-wrong likely; The token endpoint (AS/token) answered 302 with a redirect to ""; a token request carries secrets and is never redirecte',
  ),
  token(
    'redirects to another origin',
    [away('http://evil.example.test/token')],
    'failed; endpoint-wrong likely; The token endpoint (AS/token) answered 302 with a redirect to "http://evil.example.test/token"; a token request carries ',
  ),
  token(
    'gives a list',
    [ok('[{"access_token":"abcdefgh"}]')],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that is not a JSON object.',
  ),
  token(
    'gives a number',
    [granted({ access_token: 12_345_678 })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has no access_token (RFC 6749 section 5.1).',
  ),
  token(
    'gives a map',
    [granted({ access_token: { a: 1 } })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has no access_token (RFC 6749 section 5.1).',
  ),
  token(
    'gives nothing',
    [granted({ access_token: '' })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has no access_token (RFC 6749 section 5.1).',
  ),
  token(
    'gives a line break',
    [granted({ access_token: 'abcdefgh\r\nX-Injected: yes' })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has an access_token which holds U+000D at position',
  ),
  token(
    'gives what no field may have',
    [granted({ access_token: 'abcdefgh\u2028\u00e4' })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has an access_token which holds U+2028 at position',
  ),
  token('gives a megabyte', [granted({ access_token: 'a'.repeat(1_000_000) })], 'passed'),
  token(
    'gives a type of another name',
    [granted({ token_type: 'x'.repeat(10_000) })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has the token_type "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  ),
  token(
    'gives a type that is none',
    [granted({ token_type: { Bearer: true } })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has no token_type (RFC 6749 section 5.1).',
  ),
  token(
    'lasts for ever',
    [ok(`{"access_token":"${signed}","token_type":"Bearer","expires_in":1e400}`)],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has an expires_in which is not a number of seconds',
  ),
  token(
    'lasts less than nothing',
    [granted({ expires_in: -1e15 })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has an expires_in which is not a number of seconds',
  ),
  token(
    'lasts for words',
    [granted({ expires_in: 'soon' })],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has an expires_in which is not a number of seconds',
  ),
  token('gives claims that nest', [granted({ access_token: jwtOf(nested) })], 'passed'),
  token('gives claims that nest in lists', [granted({ access_token: jwtOf(`{"aud":${lists}}`) })], 'passed'),
  token('gives a header that nests', [granted({ access_token: jwtOf('{}', nested) })], 'passed'),
  token(
    'gives 100,000 claims',
    [granted({ access_token: jwtOf(`{${many(10_000, (at) => `"c${at}":1`).join()}}`) })],
    'passed',
  ),
  token(
    'gives 10,000 audiences',
    [granted({ access_token: jwtOf(JSON.stringify({ aud: many(5_000, (at) => `a${at}`) })) })],
    'passed',
  ),
  token(
    'gives claims of prototypes',
    [
      granted({
        access_token: jwtOf(
          '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"iss":{"toString":1}}',
        ),
      }),
    ],
    'passed',
  ),
  token(
    'gives times beyond all',
    [granted({ access_token: jwtOf('{"exp":1e308,"iat":-1e308,"nbf":1e400}') })],
    'passed; token-lifetime-wrong certain',
  ),
  token('gives claims that are no map', [granted({ access_token: jwtOf('[1]') })], 'passed'),
  token('gives a token of dots', [granted({ access_token: '.'.repeat(100_000) })], 'passed'),
  token(
    'names prototypes',
    [ok('{"__proto__":{"polluted":1,"access_token":"abcdefgh"},"token_type":"Bearer"}')],
    'failed; unknown possible; The token endpoint (AS/token) answered 200 with application/json that has no access_token (RFC 6749 section 5.1).',
  ),
  token(
    'names a member twice',
    [ok(`{"access_token":"abcdefgh","access_token":"${signed}","token_type":"Bearer"}`)],
    'passed; token-cache-control certain',
  ),
  token(
    'refuses in a megabyte of words',
    [
      answer(
        JSON.stringify({ error: 'invalid_client', error_description: 'x'.repeat(1_000_000) }),
        [json],
        '401 Unauthorized',
      ),
    ],
    'failed; client-unknown possible; The token endpoint (AS/token) answered 401 with the error invalid_client: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  ),
  token(
    'refuses with a map',
    [answer('{"error":{"a":1},"error_description":[1]}', [json], '400 Bad Request')],
    'failed; client-unknown possible; The token endpoint (AS/token) answered 400 with the error "an error that is not a string".',
  ),
  token(
    'refuses with commands',
    [
      answer(
        JSON.stringify({ error: 'invalid_client', error_description: '\u001b[2J\n::error::x\u202e' }),
        [json],
        '401 Unauthorized',
      ),
    ],
    'failed; client-unknown possible; The token endpoint (AS/token) answered 401 with the error invalid_client: "[2J ::error::x\u202e".',
  ),
];

/** Of a discovery document. */
export const documents: readonly AuthorizationCase[] = [
  metadata(
    'never ends',
    flood,
    'errored; response-timeout likely; The metadata of issuer "main" broke off (TOTAL_TIMEOUT).',
  ),
  metadata(
    'drips',
    drip,
    'errored; response-timeout likely; The metadata of issuer "main" broke off (TOTAL_TIMEOUT).',
  ),
  metadata(
    'resets',
    ['RST'],
    'errored; connection-closed likely; The metadata of issuer "main" (AS/.well-known/openid-configuration) gave no answer: The connection to login.example.test',
  ),
  metadata(
    'nests',
    [ok(nested)],
    'failed; body-not-json likely; The metadata of issuer "main" is not a JSON object.',
  ),
  metadata(
    'is a list',
    [ok('[]')],
    'failed; unknown possible; The metadata of issuer "main" is not a JSON object.',
  ),
  metadata(
    'is null',
    [ok('null')],
    'failed; unknown possible; The metadata of issuer "main" is not a JSON object.',
  ),
  metadata(
    'is a page',
    [answer('<html>', [html])],
    'failed; body-not-json likely; The metadata of issuer "main" is not a JSON object.',
  ),
  metadata(
    'redirects for ever',
    [away('?again')],
    'failed; endpoint-wrong possible; The metadata of issuer "main" (AS/.well-known/openid-configuration) answered 302 with a redirect to ""; it is not follow',
  ),
  publishes(
    'has an endpoint that is a map',
    { token_endpoint: { a: 1 } },
    'failed; unknown possible; The metadata of issuer "main" names no token_endpoint for issuer "AS".',
  ),
  publishes(
    'has an endpoint with a line break',
    { token_endpoint: 'http://login.example.test/\r\nX: y' },
    'failed; endpoint-wrong likely; The token endpoint (http://login.example.test/X:%20y) answered 404 with no content and no OAuth error.',
  ),
  publishes(
    'has an endpoint that is a file',
    { token_endpoint: 'file:///etc/passwd' },
    'failed; endpoint-wrong likely; The metadata of issuer "main" names "file:///etc/passwd" as token_endpoint, which is neither https nor http.',
  ),
  publishes(
    'has an endpoint that is code',
    { token_endpoint: 'javascript:alert(1)' },
    'failed; endpoint-wrong likely; The metadata of issuer "main" names "javascript:alert(1)" as token_endpoint, which is neither https nor http.',
  ),
  publishes(
    'has an endpoint at the cloud',
    { token_endpoint: 'http://169.254.169.254/latest/meta-data' },
    'failed; endpoint-wrong likely; The metadata of issuer "main" names "http://169.254.169.254/latest/meta-data" as token_endpoint, which is plain http to ',
  ),
  publishes(
    'has an endpoint of a megabyte',
    {
      token_endpoint: `http://login.example.test/${'a'.repeat(1_000_000)}`,
    },
    'failed; endpoint-wrong likely; The token endpoint (http://login.example.test/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  ),
  publishes(
    'has an endpoint with a password',
    {
      token_endpoint: 'http://user:password@login.example.test/token',
    },
    'failed; unknown possible; The metadata of issuer "main" names "http://login.example.test/token" as token_endpoint, which holds a user name or pass',
  ),
  publishes('has 100,000 scopes', { scopes_supported: many(100_000, (at) => `s${at}`) }, 'passed'),
  metadata(
    'names prototypes',
    [ok('{"__proto__":{"token_endpoint":"http://login.example.test/case/0/token","polluted":1}}')],
    'failed; unknown possible; The metadata of issuer "main" names no issuer, not "AS"; the two must be equal (RFC 8414 section 3.3).',
  ),
];

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const set = (...list: unknown[]): Buffer => ok({ keys: list });
const named = (key: JsonWebKey): JsonWebKey & { kid: string } => ({ ...key, kid: 'k1' });

/** Of a key set, against which a refused token is held. */
export const keySets: readonly AuthorizationCase[] = [
  keys(
    'are 10,000',
    [set(...many(10_000, (at) => ({ ...ec, kid: `key-${at}` })))],
    'failed; key-unknown possible; 401',
  ),
  keys(
    'are 10,000 of one name',
    [set(...many(10_000, () => named(ec)))],
    'failed; audience-mismatch possible; 401',
  ),
  keys('are 10,000 without a name', [set(...many(10_000, () => ec))], 'failed; key-unknown possible; 401'),
  keys('are of other kinds', [set(...many(1000, () => rsa))], 'failed; alg-not-allowed likely; 401'),
  keys('are none', [ok({})], 'failed; jwks-unavailable possible; 401'),
  keys('are a map', [ok({ keys: { k1: ec } })], 'failed; jwks-unavailable possible; 401'),
  keys('are no maps', [set(null, 1, 'k1', [], true)], 'failed; audience-mismatch possible; 401'),
  keys(
    'are not on the curve',
    [set({ ...named(ec), x: ec.y, y: ec.x })],
    'failed; audience-mismatch possible; 401',
  ),
  keys('are of numbers', [set({ kty: 1, kid: 2, crv: [], x: {} })], 'failed; key-unknown possible; 401'),
  keys(
    'are larger than any',
    [set({ kty: 'EC', crv: 'P-256', kid: 'k1', x: 'A'.repeat(1_000_000), y: 'A'.repeat(1_000_000) })],
    'failed; audience-mismatch possible; 401',
  ),
  keys('are private', [set({ ...named(ec), d: ec.x })], 'failed; audience-mismatch possible; 401'),
  keys(
    'are shared secrets',
    [set({ kty: 'oct', kid: 'k1', k: 'c2VjcmV0' })],
    'failed; signature-invalid possible; 401',
  ),
  keys('nest', [ok(nested)], 'failed; jwks-unavailable possible; 401'),
  keys('never end', flood, 'failed; jwks-unavailable possible; 401'),
  keys('drip', drip, 'failed; jwks-unavailable possible; 401'),
  keys(
    'are cut',
    [head([json, 'Content-Length: 500']), '{"keys":[', 'FIN'],
    'failed; jwks-unavailable possible; 401',
  ),
  keys('are a page', [answer('<html>', [html])], 'failed; jwks-unavailable possible; 401'),
  keys(
    'redirect to the cloud',
    [away('http://169.254.169.254/keys')],
    'failed; jwks-unavailable possible; 401',
  ),
];

/** Of a refusal. */
export const challenges: readonly AuthorizationCase[] = [
  challenge(
    'has 50,000 parameters',
    [`Bearer ${many(50_000, (at) => `a${at % 10}=b`).join()}`],
    'failed; key-unknown possible; 401',
  ),
  challenge(
    'has 100,000 parameters',
    [`Bearer ${many(100_000, (at) => `a${at}=b`).join()}`],
    'errored; connection-closed likely; no answer',
  ),
  challenge(
    'has 30,000 schemes',
    [many(30_000, (at) => `S${at}`).join()],
    'failed; key-unknown possible; 401',
  ),
  challenge(
    'has 2,000 fields',
    many(2000, () => 'Bearer realm="api"'),
    'failed; key-unknown possible; 401',
  ),
  challenge(
    'has a token of 200 kB',
    [`Negotiate ${'A'.repeat(200_000)}`],
    'failed; key-unknown possible; 401',
  ),
  challenge(
    'has a realm of 200 kB',
    [`Bearer realm="${'r'.repeat(200_000)}"`],
    'failed; key-unknown possible; 401',
  ),
  challenge(
    'never closes a quote',
    [`Bearer realm="${'\\'.repeat(99_999)}`],
    'failed; key-unknown possible; 401',
  ),
  challenge('is of commas', [','.repeat(200_000)], 'failed; key-unknown possible; 401'),
  challenge('is of blanks', [`Bearer${' '.repeat(100_000)}x`], 'failed; key-unknown possible; 401'),
  challenge('is of equal signs', [`Bearer ${'='.repeat(100_000)}`], 'failed; key-unknown possible; 401'),
  challenge('is of quotes', [`Bearer ${'"'.repeat(99_999)}`], 'failed; key-unknown possible; 401'),
  challenge(
    'names prototypes',
    ['__proto__ constructor="x", toString=y', 'Bearer __proto__="polluted", error="invalid_token"'],
    'failed; key-unknown possible; 401',
  ),
  challenge(
    'says a parameter twice',
    ['Bearer error="invalid_token", error="insufficient_scope", scope="a", scope="b"'],
    'failed; key-unknown possible; 401',
  ),
  challenge(
    'leads to the cloud',
    ['Bearer resource_metadata="http://169.254.169.254/latest/meta-data"'],
    'failed; key-unknown possible; 401',
  ),
  challenge(
    'wants 10,000 scopes',
    [`Bearer error="insufficient_scope", scope="${many(10_000, (at) => `s${at}`).join(' ')}"`],
    'failed; scope-missing likely; 401',
  ),
  challenge(
    'wants many digests',
    [many(2_000, (at) => `Digest realm="a", nonce="${at}", algorithm=X${at}`).join(', ')],
    'failed; key-unknown possible; 401',
  ),
];
