/** Cookies of an application behind real proxies: what the proxy makes of them, what a browser makes of that, and what is found. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { startApache } from '../support/apache.ts';
import { why401 } from '../support/command.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startNginx } from '../support/nginx.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';

const host = 'api.example.test';

/** Sets the cookie as `set` says it, and lets in who brings it. */
function application(set: string): RequestListener {
  return (request, response) => {
    if (request.method === 'POST') response.setHeader('Set-Cookie', `sid=s3cr3t-of-ann; ${set}`);
    const isIn = /(?:^|; )(?:\S+~)?sid=/.test(request.headers.cookie ?? '');
    response.statusCode = request.method === 'POST' ? 204 : isIn ? 200 : 401;
    response.end();
  };
}

describe('cookies behind proxies', () => {
  let origins: Origins;
  let app: Server;
  let proxy: Daemon | undefined;

  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(async () => {
    await proxy?.stop();
    proxy = undefined;
    await new Promise((resolve) => app.close(resolve));
    await origins.close();
  });

  async function serve(set: string): Promise<number> {
    app = createServer(application(set));
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    return (app.address() as AddressInfo).port;
  }

  /** Code, first finding and its fix, and the Set-Cookie verdict of the first hop. */
  async function run(scheme: 'http' | 'https', port: number, path = ''): Promise<unknown> {
    origins.map(`${scheme}://${host}`, `127.0.0.1:${port}`);
    const { connectTo } = origins.transport;
    const environment = {
      origins: { app: `${scheme}://${host}`, other: `${scheme === 'http' ? 'https' : 'http'}://${host}` },
      protected: false,
      connect_to: Object.fromEntries(connectTo),
      tls: { ca: 'ca.pem' },
    };
    const production = { origins: { app: 'https://app.example.com' } };
    const steps = `steps:\n  - {POST: ${path}/login, writes: true, expect: {status: 204}}\n  - {GET: ${path}/orders, expect: {status: 200}}\n`;
    const { code, written } = await why401(['run', '--env', 'test', '--reporter', 'json=report.json'], {
      files: {
        'why401.yml': JSON.stringify({ environments: { test: environment, production } }),
        'a.yml': steps,
        'ca.pem': origins.authority.ca,
      },
    });
    const { scenarios } = JSON.parse(written['report.json'] ?? '{}');
    const [login, orders] = scenarios[0].steps;
    const rules = [
      ...login.exchanges[0].hops[0].cookies.refused,
      ...(orders.exchanges[0]?.hops[0].cookies.withheld ?? []),
    ].map(({ name, rule }: { name: string; rule: string }) => `${name} ${rule}`);
    const [finding] = orders.findings;
    return { code, rules, cause: finding?.cause ?? null, fix: finding?.fix.split(/[.:;] /)[0] ?? null };
  }

  async function nginx(location: string, tls: boolean, program: string): Promise<number> {
    const port = await freePort();
    const { cert, key } = await origins.authority.issue([host]);
    proxy = await startNginx({
      program,
      ports: [port],
      files: { 'cert.pem': cert, 'key.pem': key },
      http: `server { listen 127.0.0.1:${port}${tls ? ' ssl' : ''}; server_name ${host};
        ${tls ? 'ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;' : ''}
        ${location} }`,
    });
    return port;
  }

  const nginxCases: readonly {
    title: string;
    set: string;
    location: (port: number) => string;
    plain?: boolean;
    path?: string;
    found: object;
  }[] = [
    {
      title: 'the Domain of the inner host',
      set: 'Domain=app.internal; Path=/',
      location: (port) => `location / { proxy_pass http://127.0.0.1:${port}; }`,
      found: {
        code: 1,
        rules: ['sid domain-mismatch'],
        cause: 'cookie-rejected',
        fix: 'Leave Domain of sid out, or set Domain=example.test',
      },
    },
    {
      title: 'proxy_cookie_domain, which puts it right',
      set: 'Domain=app.internal; Path=/',
      location: (port) =>
        `location / { proxy_pass http://127.0.0.1:${port}; proxy_cookie_domain app.internal example.test; }`,
      found: { code: 0, rules: [], cause: null, fix: null },
    },
    {
      title: 'the Domain of production',
      set: 'Domain=example.com; Path=/',
      location: (port) => `location / { proxy_pass http://127.0.0.1:${port}; }`,
      found: {
        code: 1,
        rules: ['sid domain-mismatch'],
        cause: 'cookie-rejected',
        fix: 'Leave Domain of sid out, or set Domain=example.test',
      },
    },
    {
      title: 'a path that the proxy moves, and the cookie does not follow',
      set: 'Path=/app',
      location: (port) => `location /shop/ { proxy_pass http://127.0.0.1:${port}/app/; }`,
      path: '/shop',
      found: {
        code: 1,
        rules: ['sid path'],
        cause: 'cookie-not-sent',
        fix: 'Set Path=/ on sid at the server, or a Path that /shop/orders begins with',
      },
    },
    {
      title: 'proxy_cookie_path, which puts it right',
      set: 'Path=/app',
      location: (port) =>
        `location /shop/ { proxy_pass http://127.0.0.1:${port}/app/; proxy_cookie_path /app /shop; }`,
      path: '/shop',
      found: { code: 0, rules: [], cause: null, fix: null },
    },
    {
      title: 'proxy_cookie_path, the wrong way round',
      set: 'Path=/app',
      location: (port) =>
        `location /shop/ { proxy_pass http://127.0.0.1:${port}/app/; proxy_cookie_path /shop /app; }`,
      path: '/shop',
      found: {
        code: 1,
        rules: ['sid path'],
        cause: 'cookie-not-sent',
        fix: 'Set Path=/ on sid at the server, or a Path that /shop/orders begins with',
      },
    },
    {
      title: 'proxy_cookie_flags secure on plain http',
      set: 'Path=/',
      location: (port) =>
        `location / { proxy_pass http://127.0.0.1:${port}; proxy_cookie_flags ~ secure samesite=none; }`,
      plain: true,
      found: {
        code: 1,
        rules: ['sid secure-from-http'],
        cause: 'cookie-rejected',
        fix: `Ask for it over https, https://${host}, or leave Secure of sid out in an environment that has plain http only`,
      },
    },
    {
      title: 'proxy_cookie_flags samesite=none without secure',
      set: 'Path=/',
      location: (port) =>
        `location / { proxy_pass http://127.0.0.1:${port}; proxy_cookie_flags ~ samesite=none; }`,
      found: {
        code: 1,
        rules: ['sid samesite-none-insecure'],
        cause: 'cookie-rejected',
        fix: 'Add Secure to sid, or set SameSite=Lax',
      },
    },
  ];
  for (const { title, set, location, plain = false, path, found } of nginxCases) {
    it(`nginx: ${title}`, async function () {
      const program = requireProgram(this, 'nginx');
      const port = await nginx(location(await serve(set)), !plain, program);
      expect(await run(plain ? 'http' : 'https', port, path)).to.deep.equal(found);
    });
  }

  it('Apache: Header edit that adds Secure on plain http', async function () {
    const program = requireProgram(this, 'apache2');
    const inner = await serve('Path=/');
    const port = await freePort();
    proxy = await startApache({
      program,
      ports: [port],
      modules: ['headers', 'proxy', 'proxy_http'],
      configuration: `<VirtualHost 127.0.0.1:${port}>\nProxyPass / http://127.0.0.1:${inner}/\nHeader edit Set-Cookie ^(.*)$ "$1; Secure; HttpOnly"\n</VirtualHost>`,
    });
    expect(await run('http', port)).to.deep.include({
      code: 1,
      rules: ['sid secure-from-http'],
      cause: 'cookie-rejected',
    });
  });

  const apacheCases = [
    {
      title: 'ProxyPassReverseCookieDomain and ProxyPassReverseCookiePath, which put it right',
      lines: 'ProxyPassReverseCookieDomain app.internal example.test\nProxyPassReverseCookiePath /app /shop',
      found: { code: 0, rules: [], cause: null, fix: null },
    },
    {
      title: 'ProxyPassReverseCookieDomain alone',
      lines: 'ProxyPassReverseCookieDomain app.internal example.test',
      found: {
        code: 1,
        rules: ['sid path'],
        cause: 'cookie-not-sent',
        fix: 'Set Path=/ on sid at the server, or a Path that /shop/orders begins with',
      },
    },
    {
      title: 'ProxyPassReverseCookieDomain with the names in the wrong order',
      lines: 'ProxyPassReverseCookieDomain example.test app.internal\nProxyPassReverseCookiePath /app /shop',
      found: {
        code: 1,
        rules: ['sid domain-mismatch'],
        cause: 'cookie-rejected',
        fix: 'Leave Domain of sid out, or set Domain=example.test',
      },
    },
  ];
  for (const { title, lines, found } of apacheCases) {
    it(`Apache: ${title}`, async function () {
      const program = requireProgram(this, 'apache2');
      const inner = await serve('Domain=app.internal; Path=/app');
      const port = await freePort();
      proxy = await startApache({
        program,
        ports: [port],
        modules: ['proxy', 'proxy_http'],
        configuration: `<VirtualHost 127.0.0.1:${port}>\nProxyPass /shop/ http://127.0.0.1:${inner}/app/\n${lines}\n</VirtualHost>`,
      });
      expect(await run('http', port, '/shop')).to.deep.equal(found);
    });
  }

  const fine = { code: 0, rules: [], cause: null, fix: null };
  const haproxyCases = [
    { line: 'cookie sid prefix nocache', found: fine },
    { line: 'cookie SRV insert indirect nocache httponly', found: fine },
    { line: 'cookie sid rewrite nocache', found: fine },
    {
      line: 'cookie SRV insert indirect nocache secure httponly',
      found: {
        code: 0,
        rules: ['SRV secure-from-http'],
        cause: 'cookie-rejected',
        fix: `Ask for it over https, https://${host}, or leave Secure of SRV out in an environment that has plain http only`,
      },
    },
  ];
  for (const { line, found } of haproxyCases) {
    it(`haproxy: ${line}`, async function () {
      const program = requireProgram(this, 'haproxy');
      const inner = await serve('Path=/');
      const port = await freePort();
      proxy = await startHaproxy({
        program,
        ports: [port],
        configuration: `frontend f\n  bind 127.0.0.1:${port}\n  default_backend b\nbackend b\n  ${line}\n  server s1 127.0.0.1:${inner} cookie s1`,
      });
      expect(await run('http', port)).to.deep.equal(found);
    });
  }

  it('haproxy: a name in front of the value, and a cookie of its own for another domain', async function () {
    const program = requireProgram(this, 'haproxy');
    const inner = await serve('Path=/');
    const port = await freePort();
    proxy = await startHaproxy({
      program,
      ports: [port],
      configuration: `frontend f
  bind 127.0.0.1:${port}
  default_backend b
backend b
  cookie SRV insert indirect nocache domain .example.org
  server s1 127.0.0.1:${inner} cookie s1`,
    });
    expect(await run('http', port)).to.deep.equal({
      code: 0,
      rules: ['SRV domain-mismatch'],
      cause: 'cookie-rejected',
      fix: 'Leave Domain of SRV out, or set Domain=example.test',
    });
  });
});
