/** HTTP Digest against Apache's mod_auth_digest, replayed by the program. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { startApache } from '../support/apache.ts';
import { type Ended, why401 } from '../support/command.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';

const api = 'http://legacy.example.test';
const password = 'correct-horse-battery';

type Hops = readonly {
  readonly request: { readonly headers: readonly (readonly [string, string])[] };
  readonly response: { readonly status: number };
}[];
interface Report {
  readonly scenarios: readonly {
    readonly steps: readonly { readonly exchanges: readonly { readonly hops: Hops }[] }[];
  }[];
}

describe('apache with HTTP Digest', () => {
  let program: string;
  let origins: Origins;
  let apache: Daemon | undefined;
  let port: number;

  before(function () {
    program = requireProgram(this, 'apache2');
  });
  beforeEach(async () => {
    origins = await startOrigins();
    await origins.serve('http://app.example.test', (_request, response) => response.end('fine'));
    port = await freePort();
    origins.map(api, `127.0.0.1:${port}`);
  });
  afterEach(async () => {
    await apache?.stop();
    await origins.close();
  });

  async function start(lines: string, user = 'ops', type = 'Digest'): Promise<void> {
    const app = origins.transport.connectTo.get('app.example.test:80');
    const hash = createHash('md5').update(`${user}:Depot:${password}`).digest('hex');
    apache = await startApache({
      program,
      ports: [port],
      modules: ['auth_basic', 'proxy', 'proxy_http', 'authn_core', 'authn_file', 'authz_user', 'auth_digest'],
      files: { digest: `${user}:Depot:${hash}\n` },
      configuration: `<Location />\nAuthType ${type}\nAuthName Depot\nAuthUserFile {folder}/digest\nRequire valid-user\n${lines}</Location>\nProxyPass / http://${app}/`,
    });
  }

  /** `also`: files with the same scenario again. */
  function run(
    given: string,
    steps: readonly object[],
    also: readonly string[] = [],
    username = 'ops',
  ): Promise<Ended> {
    const scenario = JSON.stringify({ credential: 'legacy', steps });
    return why401(
      ['run', '--verbose', '--jobs', '1', '--reporter', 'console', '--reporter', 'json=report.json'],
      {
        files: {
          'why401.yml': JSON.stringify({
            environments: {
              staging: {
                protected: false,
                origins: { api },
                connect_to: Object.fromEntries(origins.transport.connectTo),
              },
            },
            credentials: {
              legacy: { type: 'digest', username, password: '${secret.LEGACY_PASSWORD}' },
            },
          }),
          'orders.yml': scenario,
          ...Object.fromEntries(also.map((path) => [path, scenario])),
        },
        env: { LEGACY_PASSWORD: given },
      },
    );
  }
  /** What the program sent, as Apache let it through: `nc` of each. */
  const counts = (): string[] =>
    origins.received.map(({ method, url, headers }) => {
      const field = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
      return `${method} ${url} ${/nc=\w+/.exec(field)?.[0] ?? 'no nc'}`;
    });
  const hopsOf = (report: string): Hops[][] => {
    const { scenarios } = JSON.parse(report) as Report;
    return scenarios.flatMap(({ steps }) => steps.map(({ exchanges }) => exchanges.map(({ hops }) => hops)));
  };
  const statuses = (report: string): number[][] =>
    hopsOf(report).map((exchanges) => exchanges.flat().map(({ response }) => response.status));
  /** Whether each request of the run had an Authorization field. */
  const carried = (report: string): boolean[] =>
    hopsOf(report)
      .flat(2)
      .map(({ request }) => request.headers.some(([name]) => name === 'Authorization'));
  const orders = [
    { GET: '/orders?a=b%20c', expect: { status: 200 } },
    { POST: '/orders', body: { json: { id: 7 } }, expect: { status: 200 } },
    { GET: '/orders/7', expect: { status: 200 } },
  ];

  it('answers the challenge once, and uses the nonce for what follows', async () => {
    await start('');
    const { code, stdout, stderr, written } = await run(password, orders);
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(statuses(written['report.json'] ?? '')).to.deep.equal([[401, 200], [200], [200]]);
    expect(counts()).to.deep.equal([
      'GET /orders?a=b%20c nc=00000001',
      'POST /orders nc=00000002',
      'GET /orders/7 nc=00000003',
    ]);
    const shown = `${stdout}${written['report.json']}`;
    const [field] =
      origins.received[0]?.headers.filter(([name]) => name.toLowerCase() === 'authorization') ?? [];
    const response = /response="(\w{32})"/.exec(field?.[1] ?? '')?.[1] ?? '';
    expect(response).to.have.length(32);
    expect([shown.includes(password), shown.includes(response)]).to.deep.equal([false, false]);
    expect(stdout)
      .to.include('username="ops", realm="Depot"')
      .and.include('response="[secret:legacy response]"');
  });

  it('sends a name beyond US-ASCII as Apache reads it, which knows no "username*"', async () => {
    await start('', 'j\u00fcrgen');
    const { code, stdout } = await run(password, orders, [], 'j\u00fcrgen');
    expect(code).to.equal(0);
    expect(stdout).to.include('username="j\u00fcrgen"');
  });

  it('says that a server which asks for Basic was sent nothing', async () => {
    await start('', 'ops', 'Basic');
    const { code, stdout } = await run(password, orders.slice(0, 1));
    expect([code, origins.received]).to.deep.equal([1, []]);
    expect(stdout)
      .to.include(
        'Credential "legacy" is for Digest, and http://legacy.example.test answered 401 and asks for',
      )
      .and.include('scheme-mismatch, likely')
      .and.not.include('redirect');
  });

  it('says that a server which asks for nothing was sent nothing', async () => {
    await origins.serve('http://bare.example.test', (_request, response) => response.writeHead(401).end());
    origins.map(api, origins.transport.connectTo.get('bare.example.test:80') ?? '');
    const { code, stdout } = await run(password, orders.slice(0, 1));
    expect(code).to.equal(1);
    expect(stdout.replace(/\s+/g, ' '))
      .to.include('did not ask for Digest, so nothing of credential "legacy" was sent.')
      .and.include('credentials-missing, likely');
  });

  it('answers anew where a nonce is stale, which Apache says of each that was used', async () => {
    await start('AuthDigestNonceLifetime 0\n');
    const { code, written } = await run(password, orders);
    const stale = [401, 200];
    expect([code, statuses(written['report.json'] ?? '')]).to.deep.equal([0, [stale, stale, stale]]);
    expect(counts()).to.deep.equal([
      'GET /orders?a=b%20c nc=00000001',
      'POST /orders nc=00000001',
      'GET /orders/7 nc=00000001',
    ]);
  });

  it('tries a password that is refused once', async () => {
    await start('');
    const { code, stdout, written } = await run(
      'wrong-password',
      [
        { GET: '/orders', expect: { status: 200 } },
        { GET: '/orders/7', expect: { status: 200 } },
      ],
      ['another.yml'],
    );
    expect(code).to.equal(1);
    // The first has no credential, nor has the one that diagnosis sends.
    expect(carried(written['report.json'] ?? '')).to.deep.equal([false, true, false]);
    expect(origins.received).to.deep.equal([]);
    expect(stdout).to.not.include('wrong-password');
  });
});

describe('rspauth of HTTP Digest', () => {
  /** What the check says of a server that answers with this rspauth. */
  async function told(rspauth: (parts: Record<string, string>) => string): Promise<readonly unknown[]> {
    const origins = await startOrigins();
    try {
      await origins.serve(api, ({ headers }, response) => {
        const field = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
        const parts = Object.fromEntries(
          [...field.matchAll(/(\w+)="?([^",]*)/g)].map(([, name = '', value = '']) => [name, value]),
        );
        response.writeHead(field === '' ? 401 : 200, {
          'www-authenticate': 'Digest realm="Depot", nonce="n0123456789", qop="auth"',
          ...(field === '' ? {} : { 'authentication-info': `rspauth="${rspauth(parts)}", qop=auth` }),
        });
        response.end();
      });
      const { code, stdout, written } = await why401(
        ['run', '--checks', '--reporter', 'console', '--reporter', 'json=report.json'],
        {
          files: {
            'why401.yml': JSON.stringify({
              environments: {
                staging: {
                  protected: false,
                  origins: { api },
                  connect_to: Object.fromEntries(origins.transport.connectTo),
                },
              },
              credentials: {
                legacy: { type: 'digest', username: 'ops', password: '${secret.LEGACY_PASSWORD}' },
              },
            }),
            'orders.yml': JSON.stringify({ credential: 'legacy', steps: [{ GET: '/orders?page=2' }] }),
          },
          env: { LEGACY_PASSWORD: password },
        },
      );
      const shown = `${stdout}${written['report.json']}`;
      return [
        code,
        shown.includes('digest-rspauth'),
        shown.includes('rspauth=\\"[secret:legacy rspauth]\\"'),
      ];
    } finally {
      await origins.close();
    }
  }
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

  it('is verified', async () => {
    const right = ({ nonce, nc, cnonce, uri }: Record<string, string>): string =>
      md5(`${md5(`ops:Depot:${password}`)}:${nonce}:${nc}:${cnonce}:auth:${md5(`:${uri}`)}`);
    expect(await told(right)).to.deep.equal([0, false, true]);
  });

  it('is told where it is made by somebody who does not know the password', async () => {
    expect(await told(() => md5('another'))).to.deep.equal([0, true, false]);
  });
});
