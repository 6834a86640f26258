/** What values do to the bytes on the wire, what targets may be, and what a proxy and a certificate show to whom. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';
import { type Stranger, startStranger } from '../support/stranger.ts';

const api = 'https://api.example.test';
const raw = 'http://raw.localhost';
const secrets = { TOKEN: 'token-0123456789-0123456789' };

interface Wire {
  readonly port: number;
  /** Heads of requests, and what came that is none. */
  readonly heads: string[];
  close(): Promise<void>;
}

/** Takes each head for a request, whatever is in it. `answer`: the bytes for a head. */
async function startWire(answer: (head: string) => string): Promise<Wire> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        const head = rest.slice(0, end);
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (rest.length < end + 4 + length) return;
        rest = rest.slice(end + 4 + length);
        heads.push(head);
        socket.write(answer(head));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heads,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
/** Ends of a line, as a server may take them. */
const breaks = ['\r\n', '\n', '\r', '\r\n ', '\0', '\u010a', '\u560d\u560a', '\u0085', '%0d%0a'];
const injection = (end: string): string =>
  `a${end}X-Injected: 1${end}${end}GET /smuggled HTTP/1.1${end}Host: x${end}${end}`;
/** Where a value can stand in a step. */
const places: readonly ((value: string) => JsonMap)[] = [
  (value) => ({ GET: '/', headers: { 'X-Value': value } }),
  (value) => ({ GET: '/', headers: { Authorization: `Bearer ${value}` } }),
  (value) => ({ GET: `/a/${value}/b` }),
  (value) => ({ GET: `/?a=${value}` }),
  (value) => ({ GET: value }),
  (value) => ({ GET: '/', query: { a: value } }),
  (value) => ({ GET: '/', cookies: { a: value } }),
  (value) => ({ POST: '/', body: { form: { a: value } } }),
  (value) => ({ POST: '/', body: { json: { a: value } } }),
];
const credentials: JsonMap = {
  bearer: { type: 'bearer', token: '${secret.EVIL}' },
  basic: { type: 'basic', username: '${secret.EVIL}', password: 'x' },
  header: { type: 'api_key', in: 'header', name: 'X-Key', value: '${secret.EVIL}' },
  query: { type: 'api_key', in: 'query', name: 'key', value: '${secret.EVIL}' },
  cookie: { type: 'api_key', in: 'cookie', name: 'key', value: '${secret.EVIL}' },
};

/** What an answer may say for a step to put into its target. */
const odd = [
  'https://evil.test/a',
  'HTTPS://EVIL.TEST/b',
  '//evil.test/c',
  '///evil.test/d',
  '\\\\evil.test/e',
  '/\\evil.test/f',
  '\t//evil.test/g',
  '@evil.test/h',
  ':x@evil.test/i',
  '.evil.test/j',
  ':8443/k',
  '%40evil.test/l',
  '\\@evil.test/m',
  'https://api.example.test@evil.test/n',
  'https://api.example.test.evil.test/o',
  'https://api.example.test:8443/p',
  'http://api.example.test/q',
  'api://evil.test/r',
  'api:/\\evil.test/s',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '..',
  '/../..//evil.test/t',
];

describe('ways out on the wire', () => {
  let origins: Origins;
  let stranger: Stranger;
  let wire: Wire;
  before(async () => {
    origins = await startOrigins();
    stranger = await startStranger(origins);
  });
  after(async () => {
    await stranger.close();
    await origins.close();
  });
  beforeEach(async () => {
    stranger.requests.length = 0;
    stranger.connections = 0;
    origins.received.length = 0;
  });
  afterEach(() => wire?.close());

  const projectOf = (more: JsonMap = {}, credentials: JsonMap = {}): JsonMap => ({
    environments: { staging: { protected: false, origins: { api: raw }, ...more } },
    credentials,
  });
  const play = (
    steps: readonly (readonly JsonMap[])[],
    project: JsonMap,
    more: Partial<Parameters<typeof replay>[0]> = {},
  ): Promise<Replayed> =>
    replay({
      origins,
      secrets,
      project,
      scenarios: Object.fromEntries(
        steps.map((each, index) => [`s${index}.yml`, { steps: each as JsonMap[] }]),
      ),
      ...more,
    });
  /** Lines that no step has written, and requests that are none of a step. */
  const injected = (): string[] =>
    wire.heads.flatMap((head) =>
      head.split(/[\r\n\0]+/).filter((line) => /^(?:X-Injected|GET \/smuggled)/.test(line.trim())),
    );

  it('are opened by no value, wherever it stands and wherever it came from', async () => {
    let said = '';
    wire = await startWire((head) => {
      const end = breaks[Number(/^GET \/say(\d+)/.exec(head)?.[1] ?? -1)];
      if (end === undefined) return ok;
      said = JSON.stringify({ evil: injection(end) });
      return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(said)}\r\n\r\n${said}`;
    });
    origins.map(raw, `127.0.0.1:${wire.port}`);
    const steps = breaks.flatMap((_, index) =>
      places.map((place) => [
        { GET: `/say${index}`, capture: { evil: { json: '$.evil' } } },
        place('${evil}'),
      ]),
    );
    await play(steps, projectOf());
    const { jobs } = await play(
      Object.keys(credentials).map((credential) => [{ GET: '/', credential }]),
      projectOf({}, credentials),
      { secrets: { EVIL: injection('\r\n') } },
    );
    expect([injected(), wire.heads.length > steps.length]).to.deep.equal([[], true]);
    // In a query it is percent-encoded.
    const statuses = ['errored', 'errored', 'errored', 'passed', 'errored'];
    expect(jobs.map(({ status }) => status)).to.deep.equal(statuses);
  });

  it('are opened by no target that is put together', async () => {
    wire = await startWire(() => ok);
    await origins.serve(api, ({ url }, response) => {
      response.end(JSON.stringify({ evil: odd[Number(url.split('say')[1])] ?? '' }));
    });
    const steps = odd.flatMap((_, index) =>
      ['${evil}', '${origin.api}${evil}', '/${evil}', 'api:/${evil}', 'https://api.example.test${evil}/'].map(
        (GET) => [
          { GET: `/say${index}`, capture: { evil: { json: '$.evil' } } },
          {
            GET,
            credential: 'reader',
            headers: { 'X-Key': '${secret.TOKEN}' },
            query: { q: '${secret.TOKEN}' },
            expect: { status: 404 },
          },
        ],
      ),
    );
    const reader = { type: 'bearer', token: '${secret.TOKEN}' };
    await play(steps, projectOf({ origins: { api } }, { reader }), { transport: stranger.reach() });
    const plain = ['host', 'connection', 'user-agent', 'accept'];
    expect([
      stranger.leaks(secrets),
      stranger.requests.filter(({ fields }) => fields.some((name) => !plain.includes(name))),
      [...new Set(stranger.requests.map(({ line }) => line))].toSorted(),
    ]).to.deep.equal([
      [],
      [],
      [
        'GET http://api.example.test/q',
        'GET https://api.example.test.evil.test/o',
        'GET https://api.example.test:8443/p',
        'GET https://evil.test/a',
        'GET https://evil.test/b',
      ],
    ]);
  });

  it('lead through the proxy with its password for it alone, and to no proxy of the process', async () => {
    wire = await startWire((head) => {
      if (head.startsWith('CONNECT'))
        return 'HTTP/1.1 302 Found\r\nLocation: https://evil.test/\r\nContent-Length: 0\r\n\r\n';
      if (head.includes('/moved'))
        return 'HTTP/1.1 302 Found\r\nLocation: http://evil.test/\r\nContent-Length: 0\r\n\r\n';
      if (head.includes('/asks'))
        return 'HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="other"\r\nContent-Length: 0\r\n\r\n';
      return ok;
    });
    const reader = { type: 'bearer', token: '${secret.TOKEN}' };
    const proxy = new Secret(`http://user:p4ssword@127.0.0.1:${wire.port}`, '[secret:proxy]');
    const project = projectOf({ origins: { plain: 'http://plain.example.test', api } }, { reader });
    const targets = ['plain:/a', 'plain:/moved', 'plain:/asks', 'api:/tunnel'];
    await play(
      targets.map((GET) => [{ GET, credential: 'reader' }]),
      project,
      { transport: { proxy, connectTo: new Map() }, options: { experiments: false, concurrency: 1 } },
    );
    const basic = `Basic ${Buffer.from('user:p4ssword').toString('base64')}`;
    const seen = wire.heads.map((head) => [
      head.split(' HTTP/')[0],
      head.toLowerCase().includes(`\r\nproxy-authorization: ${basic.toLowerCase()}`),
      head.includes(secrets.TOKEN),
    ]);
    expect(seen).to.deep.equal([
      ['GET http://plain.example.test/a', true, true],
      ['GET http://plain.example.test/moved', true, true],
      ['GET http://evil.test/', true, false],
      ['GET http://plain.example.test/asks', true, true],
      ['CONNECT api.example.test:443', true, false],
    ]);
    const own = { HTTP_PROXY: process.env['HTTP_PROXY'], http_proxy: process.env['http_proxy'] };
    try {
      for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])
        process.env[name] = `http://127.0.0.1:${stranger.port}`;
      const { jobs } = await play([[{ GET: 'api:/say0', credential: 'reader' }]], project);
      expect([jobs[0]?.status, stranger.connections]).to.deep.equal(['passed', 0]);
    } finally {
      for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])
        delete process.env[name];
      for (const [name, value] of Object.entries(own)) if (value !== undefined) process.env[name] = value;
    }
  });

  it('take a client certificate to the origins and the issuers of its environment, and to nobody else', async () => {
    wire = await startWire(() => ok);
    const [login, keys] = ['https://login.example.test', 'https://keys.example.test'];
    const shown: string[] = [];
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const access_token = `${part({ alg: 'RS256', kid: 'a' })}.${part({ iss: login })}.c2ln`;
    const tls = { ca: origins.authority.ca, requestCert: true, rejectUnauthorized: false };
    for (const origin of [api, login, keys])
      await origins.serve(
        origin,
        ({ url }, response, { socket }) => {
          const peer = socket instanceof TLSSocket ? socket.getPeerCertificate() : null;
          shown.push(`${origin}${url} ${peer?.subject?.CN ?? null}`);
          response.setHeader('content-type', 'application/json');
          if (url === '/moved') response.writeHead(302, { location: 'https://evil.test/' }).end();
          else if (url === '/orders')
            response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
          else if (url === '/token')
            response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 60 }));
          else if (origin === keys) response.end('{"keys":[]}');
          else response.end(JSON.stringify({ issuer: login, token_endpoint: `${login}/token` }));
        },
        { tls },
      );
    const issuer = { issuer: login, metadata: { jwks_uri: `${keys}/jwks` } };
    const project = projectOf(
      {
        origins: { api },
        issuers: { main: issuer },
        clients: { web: { client_id: 'web', client_secret: '${secret.TOKEN}' } },
      },
      { reader: { type: 'oauth2', grant_type: 'client_credentials' } },
    );
    const { cert, key } = await origins.authority.issue(['ann']);
    const clientCertificate = { cert, key: Secret.named('key', key) };
    const steps = [
      [{ GET: '/orders', credential: 'reader' }],
      [{ GET: '/moved' }],
      [{ GET: 'https://other.test/' }],
    ];
    await play(steps, project, { transport: { ...stranger.reach(), clientCertificate } });
    expect([...new Set(shown)].toSorted()).to.deep.equal([
      `${api}/moved ann`,
      `${api}/orders ann`,
      `${keys}/jwks null`,
      `${login}/.well-known/openid-configuration ann`,
      `${login}/token ann`,
    ]);
    expect(
      stranger.requests.map(({ line, certificate }) => `${line} ${certificate}`).toSorted(),
    ).to.deep.equal(['GET https://evil.test/ null', 'GET https://other.test/ null']);
  });
});
