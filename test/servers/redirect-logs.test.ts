import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Hop } from '../../src/model.ts';
import { startApache } from '../support/apache.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { originTo } from '../support/forward.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startNginx } from '../support/nginx.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';
import { requireProgram } from '../support/require.ts';

const secret = 'a-secret-token-of-the-reader';
const plain = 'http://api.example.test';
const tls = 'https://api.example.test';
const other = 'https://api.example.test:8443';
const www = 'https://www.example.test';

/** A request as a server logged it: `METHOD scheme://host/path | token | cookie`. */
function logged(folder: string): string[] {
  return readFileSync(join(folder, 'access.log'), 'utf8').trim().split('\n').map(short);
}

/** nginx and Apache write `-` for a field that is not there, haproxy nothing. */
function short(line: string): string {
  const [request = '', token = '', cookie = ''] = line.trim().split('|');
  const shown = (text: string): string => (text === '-' ? '' : text);
  return [request, shown(token) === '' ? 'no token' : 'token', shown(cookie)].join(' | ');
}

function traced({ request }: Hop): string {
  const value = (name: string): string =>
    request.headers.find(([header]) => header.toLowerCase() === name)?.[1] ?? '';
  const cookie = value('cookie').replaceAll(/\[secret:cookie \w+\]/g, '1');
  return [
    `${request.method} ${request.url}`,
    value('authorization') === '' ? 'no token' : 'token',
    cookie,
  ].join(' | ');
}

interface Entrance {
  readonly daemon: Daemon;
  /** Where origins are reached. */
  readonly at: Readonly<Record<string, number>>;
  /** Its requests, where it writes no access.log. */
  readonly logged?: () => Promise<string[]>;
}

describe('redirects of servers, traced and logged', () => {
  let origins: Origins;
  let daemon: Daemon | undefined;

  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(async () => {
    await daemon?.stop();
    await origins.close();
  });

  /** What was traced beside what the server logged, and which field was lost by which rule. */
  async function play(entrance: Entrance, target: string, as?: string): Promise<Record<string, unknown>> {
    daemon = entrance.daemon;
    for (const [origin, port] of Object.entries(entrance.at)) origins.map(origin, `127.0.0.1:${port}`);
    const { jobs } = await replay({
      origins,
      project: {
        environments: { production: { origins: { api: tls, plain, other, www }, experiments: 'off' } },
        credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
      },
      secrets: { TOKEN: secret },
      scenarios: {
        'a.yml': {
          credential: 'reader',
          steps: [{ GET: target, expect: { status: 200 }, ...(as ? { redirect: { as } } : {}) }],
        },
      },
    });
    const hops = jobs[0]?.steps[0]?.exchanges.at(-1)?.hops ?? [];
    return {
      traced: hops.map(traced),
      logged: entrance.logged ? await entrance.logged() : logged(entrance.daemon.folder),
      lost: hops.flatMap(({ index, dropped }) =>
        dropped.map(({ header, rule }) => `${index} ${header} ${rule}`),
      ),
    };
  }

  const lines = (...texts: readonly string[]): { traced: readonly string[]; logged: readonly string[] } => ({
    traced: texts,
    logged: texts,
  });

  async function nginx(program: string): Promise<Entrance> {
    const [one, two, three] = [await freePort(), await freePort(), await freePort()];
    const identity = await origins.authority.issue(['api.example.test', 'www.example.test']);
    const server = (listen: string, name: string, body: string): string =>
      `server { access_log {folder}/access.log hop; listen 127.0.0.1:${listen}; server_name ${name}; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; ${body} }`;
    const daemon = await startNginx({
      program,
      ports: [one, two, three],
      files: { 'cert.pem': identity.cert, 'key.pem': identity.key },
      http: `
  log_format hop '$request_method $scheme://$http_host$request_uri|$http_authorization|$http_cookie';
  port_in_redirect off;
  default_type text/plain;
  ${server(String(one), 'api.example.test', `location /port { return 308 ${other}/end; } location /slash { return 301 $scheme://$host/slash/; } location /slash/ { return 200 ok; } location / { return 301 https://$host$request_uri; }`)}
  ${server(`${two} ssl`, 'api.example.test', `location /canonical { return 302 ${www}/end; } location /login { add_header Set-Cookie "seen=1; Path=/; Secure; HttpOnly" always; return 303 /end; } location / { return 200 ok; }`)}
  ${server(`${two} ssl`, 'www.example.test', 'return 200 ok;')}
  ${server(`${three} ssl`, 'api.example.test', 'return 200 ok;')}`,
    });
    return { daemon, at: { [plain]: one, [tls]: two, [www]: two, [other]: three } };
  }

  const nginxRows: readonly [target: string, traced: string[], lost: string[], as?: string][] = [
    [
      'plain:/orders?x=%2F',
      [`GET ${plain}/orders?x=%2F | token | `, `GET ${tls}/orders?x=%2F | no token | `],
      ['2 authorization origin-changed'],
    ],
    [
      'plain:/orders',
      [`GET ${plain}/orders | token | `, `GET ${tls}/orders | token | `],
      [],
      'python-requests',
    ],
    [
      'plain:/port',
      [`GET ${plain}/port | token | `, `GET ${other}/end | no token | `],
      ['2 authorization origin-changed'],
    ],
    ['plain:/slash', [`GET ${plain}/slash | token | `, `GET ${plain}/slash/ | token | `], []],
    [
      '/canonical',
      [`GET ${tls}/canonical | token | `, `GET ${www}/end | no token | `],
      ['2 authorization origin-changed'],
    ],
    ['/login', [`GET ${tls}/login | token | `, `GET ${tls}/end | token | seen=1`], []],
  ];
  for (const [target, texts, lost, as] of nginxRows) {
    it(`nginx: ${target}${as ? ` as ${as}` : ''}`, async function () {
      const entrance = await nginx(requireProgram(this, 'nginx'));
      expect(await play(entrance, target, as)).to.deep.equal({ ...lines(...texts), lost });
    });
  }

  it('Apache: a folder without its slash behind TLS that ends in front is redirected to http', async function () {
    const port = await freePort();
    const server = await startApache({
      program: requireProgram(this, 'apache2'),
      ports: [port],
      modules: ['dir', 'alias', 'setenvif'],
      files: { 'index.txt': 'ok' },
      configuration: `
SetEnvIf Request_URI "(.*)" asked=$1
LogFormat "%m http://%{Host}i%{asked}e|%{Authorization}i|%{Cookie}i" hop
CustomLog {folder}/access.log hop
Alias /docs {folder}
DirectoryIndex index.txt
UseCanonicalName Off
<Directory {folder}>
  Require all granted
</Directory>`,
    });
    await origins.serve(tls, originTo(port));
    const found = await play({ daemon: server, at: { [plain]: port } }, '/docs');
    expect(found).to.deep.equal({
      traced: [`GET ${tls}/docs | token | `, `GET ${plain}/docs/ | no token | `],
      // What ends TLS asks by http.
      logged: [`GET ${plain}/docs | token | `, `GET ${plain}/docs/ | no token | `],
      lost: ['2 authorization origin-changed'],
    });
  });

  for (const as of [undefined, 'curl', 'postman']) {
    it(`haproxy: http to https${as ? ` as ${as}` : ''}`, async function () {
      const [one, two] = [await freePort(), await freePort()];
      const program = requireProgram(this, 'haproxy');
      const identity = await origins.authority.issue(['api.example.test']);
      const log = await startLog();
      const frontend = (name: string, scheme: string, rest: string): string => `
frontend ${name}
  log 127.0.0.1:${log.port} len 2000 format raw local0
  capture request header Host len 80
  capture request header Authorization len 80
  capture request header Cookie len 80
  log-format "%HM ${scheme}://%[capture.req.hdr(0)]%HU|%[capture.req.hdr(1)]|%[capture.req.hdr(2)]"
  ${rest}`;
      const server = await startHaproxy({
        program,
        ports: [one, two],
        files: { 'both.pem': `${identity.cert}\n${identity.key}` },
        configuration: `${frontend('plain', 'http', `bind 127.0.0.1:${one}\n  http-request redirect scheme https code 307`)}
${frontend('tls', 'https', `bind 127.0.0.1:${two} ssl crt {folder}/both.pem\n  http-request return status 200 content-type text/plain string ok`)}`,
      });
      const found = await play(
        { daemon: server, at: { [plain]: one, [tls]: two }, logged: () => log.lines(2) },
        'plain:/orders',
        as,
      );
      const kept = as === 'postman';
      expect(found).to.deep.equal({
        ...lines(`GET ${plain}/orders | token | `, `GET ${tls}/orders | ${kept ? 'token' : 'no token'} | `),
        lost: kept ? [] : [`2 authorization ${as === 'curl' ? 'scheme-changed' : 'origin-changed'}`],
      });
    });
  }
});

/** Takes the lines that haproxy sends as datagrams. */
async function startLog(): Promise<{ readonly port: number; lines(count: number): Promise<string[]> }> {
  const socket = createSocket('udp4');
  const taken: string[] = [];
  socket.on('message', (data) => void taken.push(data.toString()));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    port: socket.address().port,
    async lines(count) {
      // A line for each time that a port was tried as well: those name no method.
      const requests = (): string[] => taken.filter((line) => /^[A-Z]+ https?:/.test(line));
      while (requests().length < count) await once(socket, 'message');
      socket.close();
      return requests().map(short);
    },
  };
}
