/** Staging is healthy, production redirects: each chain with its cause, its reason, and the fix, which makes the step pass. */
import { expect } from 'chai';
import { why401 } from '../support/command.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { startNginx } from '../support/nginx.ts';
import { type Handler, type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';

interface Chain {
  readonly name: string;
  readonly step: object;
  /** Of production; staging is asked at its one address. */
  readonly origin: string;
  /** Cause, reason, fix, and where it is to be applied. */
  readonly told: readonly [cause: string, since: string, fix: string, place: string];
  /** What the fix changes; absent where it is the server that has to change. */
  readonly mend?: { readonly origin?: string; readonly step?: object };
}

const api = 'https://api.example.test';
const scheme =
  'At the server: let the proxy that ends TLS send X-Forwarded-Proto: https, and let the application trust it from there (proxy_set_header X-Forwarded-Proto $scheme in nginx). Or redirect with a Location without scheme and host (absolute_redirect off in nginx).';
const cameAsHttp =
  'https://api.example.test was asked, and the Location begins with http://api.example.test; a trailing slash was added in the same redirect';
const post = (target: string, query = '') => ({
  POST: `${target}:/orders${query}`,
  writes: true,
  body: { json: { a: 1 } },
  expect: { json: { '$.method': 'POST' } },
});
const dropped = 'credentials-dropped-on-redirect';

const chains: readonly Chain[] = [
  {
    name: 'scheme',
    step: { GET: 'scheme:/orders/' },
    origin: 'http://www.example.test',
    told: [
      dropped,
      'only the scheme changed',
      'Ask for https://www.example.test/orders/ at once: write post:/orders/ in the step, or set environments.production.origins.scheme to "https://www.example.test".',
      'why401.yml',
    ],
    mend: { origin: 'https://www.example.test' },
  },
  {
    name: 'port',
    step: { GET: 'port:/orders/' },
    origin: 'http://port.example.test',
    told: [
      dropped,
      'the scheme changed, and the port to 8443',
      'Ask for https://port.example.test:8443/orders/ at once: set environments.production.origins.port to "https://port.example.test:8443".',
      'why401.yml',
    ],
    mend: { origin: 'https://port.example.test:8443' },
  },
  {
    name: 'slash',
    step: { GET: 'slash:/orders' },
    origin: api,
    told: [dropped, cameAsHttp, `Ask for ${api}/orders/, which needs no redirect. ${scheme}`, 'slash.yml'],
    mend: { step: { GET: 'slash:/orders/' } },
  },
  {
    name: 'apex',
    step: { GET: 'apex:/orders/' },
    origin: 'https://example.test',
    told: [
      dropped,
      'only www. was added',
      'Ask for https://www.example.test/orders/ at once: write post:/orders/ in the step, or set environments.production.origins.apex to "https://www.example.test".',
      'why401.yml',
    ],
    mend: { origin: 'https://www.example.test' },
  },
  {
    name: 'www',
    step: { GET: 'www:/orders/' },
    origin: 'https://www.port.example.test',
    told: [
      dropped,
      'only www. was removed',
      'Ask for https://port.example.test:8443/orders/ at once: set environments.production.origins.www to "https://port.example.test:8443".',
      'why401.yml',
    ],
    mend: { origin: 'https://port.example.test:8443' },
  },
  {
    name: 'listed',
    step: { GET: 'listed:/orders/' },
    origin: 'https://old.example.test',
    told: [
      dropped,
      'the path is the same, the host is another of the same domain',
      'Ask for https://api.example.test/orders/ at once: write slash:/orders/ in the step, or set environments.production.origins.listed to "https://api.example.test".',
      'why401.yml',
    ],
    mend: { step: { GET: 'slash:/orders/' } },
  },
  {
    name: 'unlisted',
    step: { GET: 'unlisted:/orders/' },
    origin: 'https://older.example.test',
    told: [
      dropped,
      '',
      'Let https://older.example.test forward the request instead of redirecting it to https://api.elsewhere.test; if that one is yours, name it under environments.production.origins and ask there at once.',
      'why401.yml',
    ],
    mend: { origin: 'https://api.elsewhere.test' },
  },
  {
    name: 'login',
    step: { GET: 'login:/account', expect: { headers: { 'content-type': { contains: 'json' } } } },
    origin: api,
    told: [
      'login-redirect',
      '',
      'Send the credential that this route takes, and Accept: application/json; a route for browsers needs the login before this step, in the same scenario.',
      'login.yml',
    ],
  },
  {
    name: 'post',
    step: post('post', '?s=301'),
    origin: 'https://www.example.test',
    told: [
      'method-changed-by-redirect',
      'a trailing slash was added',
      'Send POST to https://www.example.test/orders/?s=0 directly, or let https://www.example.test redirect with 307 or 308.',
      'post.yml',
    ],
    mend: { step: { ...post('post'), POST: 'post:/orders/' } },
  },
  {
    name: 'body',
    step: post('body', '?s=307'),
    origin: api,
    told: [
      'redirect-downgrade',
      cameAsHttp,
      `Ask for ${api}/orders/, which needs no redirect. ${scheme}`,
      'body.yml',
    ],
    mend: { step: { ...post('body'), POST: 'body:/orders/' } },
  },
  {
    name: 'form',
    step: { POST: 'form:/forms', writes: true, credential: 'none', body: { form: { a: 'b' } } },
    origin: api,
    told: [
      'cookie-rejected',
      '',
      'Leave Domain of sid out, or set Domain=example.test. Where inner.example.test is the name of a server behind a proxy, let the application know the public host (X-Forwarded-Host), or have the proxy rewrite it (proxy_cookie_domain).',
      '',
    ],
  },
  {
    name: 'loop',
    step: { GET: 'loop:/secure' },
    origin: api,
    told: [
      'redirect-loop',
      'https://api.example.test/secure was asked over https, and is sent to https once more; staging answers the same step',
      'Let the proxy that ends TLS send X-Forwarded-Proto: https (proxy_set_header X-Forwarded-Proto $scheme in nginx), and let the application trust it (SECURE_PROXY_SSL_HEADER in Django, trust proxy in Express); or leave the redirect to https to the proxy.',
      '',
    ],
  },
];

interface Report {
  readonly scenarios: readonly {
    readonly name: string;
    readonly environment: string;
    readonly steps: readonly {
      readonly status: string;
      readonly findings: readonly {
        readonly cause: string;
        readonly evidence: readonly { readonly field: string; readonly seen: string }[];
        readonly fix: string;
        readonly fix_source: { readonly file: string } | null;
      }[];
    }[];
  }[];
}

const hosts = [
  ...['api', 'staging', 'www', 'port', 'www.port', 'old', 'older', 'login'].map(
    (name) => `${name}.example.test`,
  ),
  'example.test',
  'api.elsewhere.test',
];

/** Strict routes, absolute Locations with the scheme that it is told: what most frameworks do. */
const application: Handler = ({ method, url, headers }, response, raw) => {
  const { host = '', authorization, cookie = '' } = raw.headers;
  const told = headers.find(([name]) => name.toLowerCase() === 'x-forwarded-proto')?.[1] ?? 'http';
  const { pathname, searchParams } = new URL(url, 'http://x');
  const go = (status: number, location: string, fields: Record<string, string> = {}): void => {
    response.writeHead(status, { location, ...fields }).end();
  };
  if (pathname === '/secure' && told !== 'https') return go(301, `https://${host}${url}`);
  // Staging keeps method and body.
  const status = host.startsWith('staging') ? 308 : Number(searchParams.get('s') ?? 307);
  if (pathname === '/orders')
    return go(status, `${told}://${host}/orders/${searchParams.has('s') ? '?s=0' : ''}`);
  if (pathname === '/account' && host.startsWith('api'))
    return go(302, 'https://login.example.test/authorize?client_id=web&response_type=code');
  if (pathname === '/forms') {
    const domain = host.startsWith('api') ? '; Domain=inner.example.test' : '';
    return go(303, '/forms/1', { 'set-cookie': `sid=1; Path=/; Secure${domain}` });
  }
  if (authorization === undefined && !cookie.includes('sid=1')) {
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ method }));
};

describe('chains of redirects and their fixes', () => {
  let origins: Origins;
  let nginx: Daemon | null = null;

  before(async function () {
    const program = requireProgram(this, 'nginx');
    origins = await startOrigins();
    await origins.serve('http://inner.example.test', application);
    const behind = origins.transport.connectTo.get('inner.example.test:80') ?? '';
    const [plain, tls] = [await freePort(), await freePort()];
    const identity = await origins.authority.issue(hosts);
    const proxy = `proxy_pass http://${behind}; proxy_set_header Host $host;`;
    const server = (names: string, content: string): string =>
      `server { listen 127.0.0.1:${tls} ssl; server_name ${names};
        ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; ${content} }`;
    nginx = await startNginx({
      program,
      ports: [plain, tls],
      files: { 'cert.pem': identity.cert, 'key.pem': identity.key },
      http: `
  server { listen 127.0.0.1:${plain}; return 301 https://$host$request_uri; }
  server { listen 127.0.0.1:${plain}; server_name port.example.test; return 301 https://$host:8443$request_uri; }
  ${server('api.example.test', `location / { ${proxy} }`)}
  ${server(
    'staging.example.test www.example.test port.example.test api.elsewhere.test',
    `location / { ${proxy} proxy_set_header X-Forwarded-Proto $scheme; }`,
  )}
  ${server('example.test', 'return 301 https://www.example.test$request_uri;')}
  ${server('www.port.example.test', 'return 301 https://port.example.test:8443$request_uri;')}
  ${server('old.example.test', 'return 308 https://api.example.test$request_uri;')}
  ${server('older.example.test', 'return 308 https://api.elsewhere.test$request_uri;')}
  ${server(
    'login.example.test',
    `default_type text/html; return 200 '<form method="post"><input name="user"><input type="password" name="password"></form>';`,
  )}`,
    });
    for (const host of hosts) {
      origins.map(`http://${host}`, `127.0.0.1:${plain}`);
      origins.map(`https://${host}`, `127.0.0.1:${tls}`);
    }
    origins.map('https://port.example.test:8443', `127.0.0.1:${tls}`);
  });
  after(async () => {
    await nginx?.stop();
    await origins?.close();
  });

  /** One run of all chains in both environments: `name environment`, the status, and what is told. */
  async function run(mended: boolean): Promise<Map<string, readonly string[]>> {
    const reach = { connect_to: Object.fromEntries(origins.transport.connectTo), tls: { ca: 'ca.pem' } };
    const addresses = (of: (chain: Chain) => string) =>
      Object.fromEntries(chains.map((chain) => [chain.name, of(chain)]));
    const project = {
      environments: {
        staging: { origins: addresses(() => 'https://staging.example.test'), ...reach },
        production: {
          origins: addresses(({ origin, mend }) => (mended ? mend?.origin : undefined) ?? origin),
          ...reach,
        },
      },
      credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
    };
    const steps = chains.map(({ name, step, mend }) => [
      `${name}.yml`,
      JSON.stringify({ credential: 'reader', steps: [(mended ? mend?.step : undefined) ?? step] }),
    ]);
    const ended = await why401(['run', '--no-experiments', '--jobs', '2', '--reporter', 'json=r.json'], {
      files: {
        'why401.yml': JSON.stringify(project, null, 1),
        ...Object.fromEntries(steps),
        'ca.pem': origins.authority.ca,
      },
      env: { TOKEN: 'a-token-for-the-tests-only' },
    });
    const report = JSON.parse(
      ended.written['r.json'] ?? `{"scenarios":[],"said":${JSON.stringify(ended)}}`,
    ) as Report;
    return new Map(
      report.scenarios.map(({ name, environment, steps: [only] }) => {
        const [finding] = only?.status === 'failed' ? (only.findings ?? []) : [];
        const since = finding?.evidence.find(({ field }) => field === 'since')?.seen ?? '';
        const told = finding
          ? [finding.cause, since.replace(/; server: .*$/, ''), finding.fix, finding.fix_source?.file ?? '']
          : [];
        return [`${name} ${environment}`, [only?.status ?? 'none', ...told]];
      }),
    );
  }

  it('are named with their cause and their reason, and pass where the fix is applied', async () => {
    const [broken, fixed] = [await run(false), await run(true)];
    const told = chains.flatMap(({ name }) => [
      [name, broken.get(`${name} staging`), broken.get(`${name} production`)],
    ]);
    expect(told).to.deep.equal(chains.map(({ name, told }) => [name, ['passed'], ['failed', ...told]]));
    expect(
      chains.filter(({ mend }) => mend).map(({ name }) => [name, fixed.get(`${name} production`)]),
    ).to.deep.equal(chains.filter(({ mend }) => mend).map(({ name }) => [name, ['passed']]));
  });
});
