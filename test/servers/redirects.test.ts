/** Redirects of real servers: what other clients make of them, why they redirect, and what to ask for instead. */
import { expect } from 'chai';

import { startApache } from '../support/apache.ts';
import { why401 } from '../support/command.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startNginx } from '../support/nginx.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';

interface Line {
  readonly hop: number | null;
  readonly field: string;
  readonly seen: string;
}
interface Finding {
  readonly cause: string | null;
  readonly severity: string;
  readonly certainty: string;
  readonly summary: string;
  readonly evidence: readonly Line[];
  readonly fix: string;
  readonly fix_source: { readonly file: string; readonly line: number } | null;
}
interface Report {
  readonly scenarios: readonly {
    readonly steps: readonly {
      readonly status: string;
      readonly findings: readonly Finding[];
      readonly checks: readonly {
        readonly kind: string;
        readonly subject: string;
        readonly actual: string;
      }[];
    }[];
  }[];
}

/** What the reader is told; the version of a server is left out. */
function told({ cause, summary, fix, fix_source: at, evidence }: Finding): object {
  const since = evidence.find(({ field }) => field === 'since')?.seen ?? '';
  return {
    cause,
    // How many clients are known is told elsewhere.
    summary: summary.replace(/\b\d+ more clients/, 'N more clients'),
    fix,
    place: at && `${at.file}:${at.line}`,
    reason: since.replace(/; server: .*$/, ''),
  };
}

describe('redirects of servers', () => {
  let origins: Origins;
  const daemons: Daemon[] = [];

  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) await daemon.stop();
    await origins.close();
  });

  /** One GET with a bearer token; the findings of the step, and what stands on the console. */
  async function get(
    target: string,
    named: Readonly<Record<string, string>>,
    more: { readonly expect?: object; readonly flags?: readonly string[] } = {},
  ): Promise<{
    code: number;
    status: string;
    findings: readonly Finding[];
    text: string;
    checks: readonly string[];
  }> {
    const project = {
      environments: {
        production: {
          origins: named,
          connect_to: Object.fromEntries(origins.transport.connectTo),
          tls: { ca: 'ca.pem' },
        },
      },
      credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
    };
    const expected = more.expect ? { expect: more.expect } : {};
    const ended = await why401(
      [
        'run',
        '--no-experiments',
        ...(more.flags ?? []),
        '--reporter',
        'console',
        '--reporter',
        'json=r.json',
      ],
      {
        files: {
          'why401.yml': JSON.stringify(project, null, 1),
          'orders.yml': JSON.stringify({ credential: 'reader', steps: [{ GET: target, ...expected }] }),
          'ca.pem': origins.authority.ca,
        },
        env: { TOKEN: 'a-token-for-the-tests-only' },
      },
    );
    const report = JSON.parse(ended.written['r.json'] ?? '{"scenarios":[]}') as Report;
    const [step] = report.scenarios.flatMap(({ steps }) => steps);
    return {
      code: ended.code,
      status: step?.status ?? ended.stdout + ended.stderr,
      findings: step?.findings ?? [],
      text: ended.stdout,
      checks: (step?.checks ?? [])
        .filter(({ kind }) => kind === 'redirects')
        .map(({ subject, actual }) => `${subject}: ${actual}`),
    };
  }

  const api = 'https://api.example.test';

  /** nginx with TLS at `port` of the server block; `{tls}` stands for its certificate. */
  async function nginx(
    program: string,
    names: readonly string[],
    ports: readonly number[],
    http: string,
  ): Promise<void> {
    const identity = await origins.authority.issue(names);
    const tls = 'ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;';
    daemons.push(
      await startNginx({
        program,
        ports,
        files: { 'cert.pem': identity.cert, 'key.pem': identity.key },
        http: http.replaceAll('{tls}', tls),
      }),
    );
  }

  it('nginx sends http to https of the same host', async function () {
    const program = requireProgram(this, 'nginx');
    const [plain, tls] = [await freePort(), await freePort()];
    await nginx(
      program,
      ['api.example.test'],
      [plain, tls],
      `
  server { listen 127.0.0.1:${plain}; return 301 https://$host$request_uri; }
  server { listen 127.0.0.1:${tls} ssl; {tls} location / { return 200 ok; } }`,
    );
    origins.map('http://api.example.test', `127.0.0.1:${plain}`);
    origins.map(api, `127.0.0.1:${tls}`);
    const { status, findings, text } = await get('/orders', { entry: 'http://api.example.test' });
    expect([status, ...findings.map(told)]).to.deep.equal([
      'passed',
      {
        cause: 'credentials-dropped-on-redirect',
        summary:
          'The 301 redirect from http://api.example.test to https://api.example.test makes clients lose authorization (the scheme changed): browser, fetch, axios, curl and N more clients; likely the server takes https only and sends plain http there.',
        fix: 'Ask for https://api.example.test/orders at once: set environments.production.origins.entry to "https://api.example.test".',
        place: 'why401.yml:5',
        reason: 'only the scheme changed',
      },
    ]);
    expect(text).to.include('credentials-dropped-on-redirect, likely');
  });

  it('haproxy ends TLS, and nginx behind it adds a slash with http', async function () {
    const program = requireProgram(this, 'nginx');
    const haproxy = requireProgram(this, 'haproxy');
    const [plain, tls] = [await freePort(), await freePort()];
    await nginx(
      program,
      ['x.example.test'],
      [plain],
      `
  server {
    listen 127.0.0.1:${plain}; port_in_redirect off;
    location = /orders { return 301 /orders/; }
    location / { return 200 ok; }
  }`,
    );
    const identity = await origins.authority.issue(['api.example.test']);
    daemons.push(
      await startHaproxy({
        program: haproxy,
        ports: [tls],
        files: { 'site.pem': `${identity.cert}\n${identity.key}\n` },
        configuration: `
frontend public
  bind 127.0.0.1:${tls} ssl crt {folder}/site.pem
  default_backend inner
backend inner
  server nginx 127.0.0.1:${plain}
`,
      }),
    );
    origins.map('http://api.example.test', `127.0.0.1:${plain}`);
    origins.map(api, `127.0.0.1:${tls}`);
    const { status, findings, text } = await get('/orders', { api });
    expect([status, ...findings.map(told)]).to.deep.equal([
      'passed',
      {
        cause: 'credential-leak-on-redirect',
        summary:
          'The 301 redirect from https://api.example.test to http://api.example.test makes clients leak authorization (http://api.example.test is not of this environment): go, postman, got-14, got-11 and N more clients; likely TLS ends at a proxy in front of the server that wrote this Location, and it is not told the scheme.',
        fix: 'Ask for https://api.example.test/orders/, which needs no redirect. At the server: let the proxy that ends TLS send X-Forwarded-Proto: https, and let the application trust it from there (proxy_set_header X-Forwarded-Proto $scheme in nginx). Or redirect with a Location without scheme and host (absolute_redirect off in nginx).',
        place: 'orders.yml:1',
        reason:
          'https://api.example.test was asked, and the Location begins with http://api.example.test; a trailing slash was added in the same redirect',
      },
    ]);
    expect(text).to.include('credential-leak-on-redirect, likely');
  });

  it('Apache httpd sends to its canonical host', async function () {
    const program = requireProgram(this, 'apache2');
    const plain = await freePort();
    daemons.push(
      await startApache({
        program,
        ports: [plain],
        modules: ['alias'],
        configuration: `
<VirtualHost 127.0.0.1:${plain}>
  ServerName example.test
  Redirect permanent / http://www.example.test/
</VirtualHost>
<VirtualHost 127.0.0.1:${plain}>
  ServerName www.example.test
  Redirect 410 /
</VirtualHost>`,
      }),
    );
    origins.map('http://example.test', `127.0.0.1:${plain}`);
    origins.map('http://www.example.test', `127.0.0.1:${plain}`);
    const named = { site: 'http://example.test', www: 'http://www.example.test' };
    const { status, findings, text } = await get('/orders', named, { expect: { status: 410 } });
    expect([status, ...findings.map(told)]).to.deep.equal([
      'passed',
      {
        cause: 'credentials-dropped-on-redirect',
        summary:
          'The 301 redirect from http://example.test to http://www.example.test makes clients lose authorization (the host changed): browser, fetch, axios, python-requests and N more clients; likely www.example.test is the canonical host, and the server sends all other names there.',
        fix: 'Ask for http://www.example.test/orders at once: write www:/orders in the step, or set environments.production.origins.site to "http://www.example.test".',
        place: 'why401.yml:5',
        reason: 'only www. was added',
      },
    ]);
    expect(text).to.include('write www:/orders in the step');
  });

  it('nginx writes the port on which it listens', async function () {
    const program = requireProgram(this, 'nginx');
    const tls = await freePort();
    await nginx(
      program,
      ['api.example.test'],
      [tls],
      `
  server {
    listen 127.0.0.1:${tls} ssl; server_name api.example.test; {tls}
    location = /orders { return 301 /orders/; }
    location / { return 200 ok; }
  }`,
    );
    origins.map(api, `127.0.0.1:${tls}`);
    origins.map(`${api}:${tls}`, `127.0.0.1:${tls}`);
    const { status, findings, text, checks } = await get(
      '/orders',
      { api },
      { flags: ['--clients'], expect: { redirects: { survives: { authorization: ['curl', 'go'] } } } },
    );
    const port = (text: string): string => text.replaceAll(String(tls), 'PORT');
    expect(
      [status, ...findings.map(told)].map((each) => JSON.parse(port(JSON.stringify(each)))),
    ).to.deep.equal([
      'failed',
      {
        cause: 'credentials-dropped-on-redirect',
        summary:
          'The authorization header was sent to https://api.example.test and not to https://api.example.test:PORT, where a 301 redirect led: the origin changed (scheme, host or port).',
        fix: 'Ask for https://api.example.test/orders/, which needs no redirect. At the server: leave the port out of redirects (port_in_redirect off or absolute_redirect off in nginx, ServerName with the public port in Apache httpd).',
        place: 'orders.yml:1',
        reason:
          'https://api.example.test was asked, and the Location names https://api.example.test:PORT; a trailing slash was added in the same redirect',
      },
    ]);
    expect(text).to.include('in other clients: authorization');
    expect(checks.map(port)).to.deep.equal([
      'survives authorization curl: lost at hop 2: the port changed',
      'survives authorization go: leaked at hop 2: https://api.example.test:PORT is not of this environment',
    ]);
  });
});
