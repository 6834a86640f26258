/** What strangers receive of a step that was redirected to them, for every type of credential and several clients. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';

const api = 'https://api.example.test';
const strangers = ['http://api.example.test', 'https://evil.test', 'https://www.example.test'];
const clients = [undefined, 'curl-location-trusted', 'java-17-always'];
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const credentials = {
  bearer: { type: 'bearer', token: '${secret.S}' },
  basic: { type: 'basic', username: 'ann', password: '${secret.S}' },
  digest: { type: 'digest', username: 'ann', password: '${secret.S}' },
  header: { type: 'api_key', in: 'header', name: 'X-Key', value: '${secret.S}' },
  query: { type: 'api_key', in: 'query', name: 'key', value: '${secret.S}' },
  cookie: { type: 'api_key', in: 'cookie', name: 'key', value: '${secret.S}' },
  hmac: { type: 'hmac', key: '${secret.S}', over: '${timestamp}', header: 'X-Sign', value: '${signature}' },
  aws: {
    type: 'aws_sigv4',
    access_key_id: '${secret.S}',
    secret_access_key: '${secret.S}',
    session_token: '${secret.S}',
    region: 'eu-central-1',
    service: 's3',
  },
  signed: { type: 'http_signature', key_id: 'ci', key: '${secret.JWK}' },
  saved: { type: 'session', storage_state: 'state.json' },
  oauth: { type: 'oauth2', grant_type: 'client_credentials', client: 'web', dpop: true },
};
/** Some clients keep it where they leave the body out; no secret is in it. */
const ofBody = 'application/x-www-form-urlencoded';
/** A request that nobody has added anything to. */
const plain = ['host', 'connection', 'user-agent', 'accept', 'content-length', 'x-plain'];

describe('strangers to which a step is redirected', () => {
  let origins: Origins;
  before(async () => {
    origins = await startOrigins();
    const targets = [...strangers, api];
    await origins.serve(api, ({ url, headers }, response) => {
      if (url === '/token') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"access_token":"a-secret-of-the-issuer","token_type":"DPoP","expires_in":60}');
        return;
      }
      const basic = headers.some(([name]) => name.toLowerCase() === 'authorization');
      if (url.startsWith('/digest') && !basic) {
        response.writeHead(401, {
          'www-authenticate': 'Digest realm="a", nonce="abcdefgh", qop="auth", algorithm=SHA-256',
        });
        response.end();
        return;
      }
      if (url.startsWith('/login')) {
        response.writeHead(200, {
          'content-type': 'application/json',
          'set-cookie': 'own=a-secret-cookie; Path=/; Secure',
        });
        response.end('{"access_token":"a-secret-capture"}');
        return;
      }
      const at = Number(/\d(?=\?|$)/.exec(url)?.[0] ?? 0);
      response.writeHead(at % 2 === 0 ? 302 : 307, { location: `${targets[at % 3]}/next${at}` }).end();
    });
    for (const [index, stranger] of strangers.entries())
      await origins.serve(stranger, ({ url }, response) => {
        const to = url.startsWith('/next')
          ? `${stranger}/again`
          : url === '/again'
            ? `${api}/b${index + 1}`
            : null;
        const challenge = 'Digest realm="a", nonce="abcdefgh", qop="auth", algorithm=SHA-256';
        if (to === null) response.writeHead(401, { 'www-authenticate': challenge, 'dpop-nonce': 'x' }).end();
        else response.writeHead(307, { location: to }).end();
      });
  });
  after(() => origins.close());

  for (const as of clients)
    it(`receive nothing but a plain request, following as ${as ?? 'ourselves'}`, async () => {
      origins.received.length = 0;
      const steps = ['GET', 'POST'].flatMap((method) =>
        (method === 'GET' ? Object.keys(credentials) : ['bearer', 'digest', 'signed']).map((name, at) => ({
          [method]: `/${name}${(at % 3) * 2}`,
          ...(method === 'POST' ? { body: { form: { a: '${secret.S}' } } } : {}),
          credential: name,
          headers: { 'X-Step': 'a ${secret.S}', 'X-Captured': '${token}', 'X-Plain': 'b' },
          query: { q: '${secret.S}' },
          cookies: { c: '${secret.S}' },
          ...(as === undefined ? {} : { redirect: { as } }),
          expect: { status: { gt: 0 } },
        })),
      );
      const login = { GET: '/login', capture: { token: { json: '$.access_token' } } };
      const scenarios = steps.map((step, at) => [`s${at}.yml`, JSON.stringify({ steps: [login, step] })]);
      const ended = await why401(['run', '--jobs', '4'], {
        files: {
          'why401.yml': JSON.stringify({
            environments: {
              staging: {
                origins: { api },
                protected: false,
                headers: { 'X-Env': '${secret.S}' },
                tls: { ca: 'ca.pem' },
                connect_to: Object.fromEntries(origins.transport.connectTo),
                issuers: {
                  main: { issuer: api, discovery: 'none', metadata: { token_endpoint: `${api}/token` } },
                },
                clients: { web: { client_id: 'web', client_secret: '${secret.S}' } },
              },
            },
            credentials,
          }),
          'ca.pem': origins.authority.ca,
          'state.json': JSON.stringify({
            cookies: [
              { name: 'sid', value: 'a-secret-session', domain: 'api.example.test', path: '/', secure: true },
            ],
            origins: [],
          }),
          ...Object.fromEntries(scenarios),
        },
        env: { S: 'a-secret-of-the-step', JWK: JSON.stringify(key) },
      });
      expect([0, 1], ended.stdout + ended.stderr).to.include(ended.code);
      const there = origins.received.filter(({ origin }) => strangers.includes(origin));
      expect(new Set(there.map(({ origin }) => origin)).size).to.be.greaterThan(0);
      expect(
        origins.received
          .filter(({ origin }) => origin === api)
          .some(({ headers }) => headers.some(([name]) => name === 'X-Captured')),
      ).to.equal(true);
      const more = there.flatMap(({ origin, url, headers, body }) => [
        ...headers
          .filter(
            ([name, value]) =>
              !plain.includes(name.toLowerCase()) && !(/^content-type$/i.test(name) && value === ofBody),
          )
          .map(([name, value]) => `${origin}${url} ${name}: ${value}`),
        ...(JSON.stringify([url, headers, body]).includes('secret') || body !== ''
          ? [`${origin}${url} ${body}`]
          : []),
      ]);
      expect(more.slice(0, 5)).to.deep.equal([]);
    });
});
