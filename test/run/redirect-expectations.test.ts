/** `expect.redirects` against servers that redirect, and the hop table that docs/redirects.md shows. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Ended, why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';

const plain = 'http://api.example.test';
const api = 'https://api.example.test';
const www = 'https://www.example.test';
const code = 'a-code-that-nobody-may-see';

describe('what is expected of redirects', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
    await origins.serve(plain, ({ url }, response) =>
      response.writeHead(301, { location: `${api}${url}`, 'set-cookie': 'sid=abcdefgh' }).end(),
    );
    await origins.serve(api, ({ url }, response) => {
      const { pathname, searchParams } = new URL(url, api);
      if (pathname === '/authorize') {
        const state = encodeURIComponent(searchParams.get('state') ?? '');
        response.writeHead(302, { location: `https://app.example.test/cb?code=${code}&state=${state}` });
      } else if (pathname === '/orders') response.writeHead(302, { location: `${www}/orders/` });
      else response.writeHead(200);
      response.end();
    });
    await origins.serve(www, ({ url }, response) =>
      url === '/moved'
        ? response.writeHead(301, { location: '/orders/' }).end()
        : response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
    );
  });
  afterEach(() => origins.close());

  function run(scenario: string, more: readonly string[] = []): Promise<Ended> {
    return why401(['run', ...more], {
      files: {
        'why401.yml': JSON.stringify({
          environments: {
            staging: {
              origins: { api, plain, www },
              protected: false,
              tls: { ca: 'ca.pem' },
              connect_to: Object.fromEntries(origins.transport.connectTo),
            },
          },
          credentials: { writer: { type: 'bearer', token: '${secret.TOKEN}' } },
        }),
        'a.yml': scenario,
        'ca.pem': origins.authority.ca,
      },
      env: { TOKEN: 'the-token-of-writer' },
    });
  }

  it('names the paths within one origin, and the second fault where the end refuses the credential too', async () => {
    const { code: exit, stdout } = await run(`credential: writer
steps:
  - GET: www:/moved
    redirect: {as: dotnet}
    expect: {status: 200}
`);
    expect(exit).to.equal(1);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).to.include(
      `The authorization header was sent to ${www}/moved and not to ${www}/orders/, where a 301 redirect led: it is kept on no redirect (as by dotnet). credentials-dropped-on-redirect, likely`,
    );
    expect(text).to.include(
      `${www}/orders/ called directly 401 with the credential too: mending the redirect alone is not shown to suffice`,
    );
  });

  it('holds for a redirect that is not followed, and shows no code', async () => {
    const { code: exit, stdout } = await run(`credential: writer
steps:
  - GET: /authorize
    query: {state: "a b&c"}
    redirect: {follow: false}
    expect:
      status: 302
      redirects:
        count: 0
        to: {host: app.example.test, path: /cb}
        location:
          origin: https://app.example.test
          query: {code: {exists: true}, state: "a b&c", error: {exists: false}}
`);
    expect(exit, stdout).to.equal(0);
  });

  it('is told with its place where it does not hold', async () => {
    const {
      code: exit,
      stdout,
      written,
    } = await run(
      `credential: writer
steps:
  - GET: /authorize
    redirect: {follow: false}
    expect:
      status: 302
      redirects:
        location:
          host: other.example.test
          query:
            code: short
`,
      ['--reporter', 'json=r.json'],
    );
    expect(exit).to.equal(1);
    const report = JSON.parse(written['r.json'] ?? '') as {
      scenarios: { steps: { checks: { passed: boolean }[] }[] }[];
    };
    expect(report.scenarios[0]?.steps[0]?.checks.filter(({ passed }) => !passed)).to.deep.equal([
      {
        kind: 'redirects',
        subject: 'location of hop 1, host',
        passed: false,
        expected: '"other.example.test"',
        actual: '"app.example.test"',
        source: { file: 'a.yml', line: 9, column: 17 },
      },
      {
        kind: 'redirects',
        subject: 'location of hop 1, code',
        passed: false,
        expected: '"short"',
        actual: 'present (26 characters)',
        source: { file: 'a.yml', line: 11, column: 19 },
      },
    ]);
    expect(stdout).to.not.include(code);
  });

  it('is a problem where a part is misspelt', async () => {
    const {
      code: exit,
      stderr,
      stdout,
    } = await run('steps:\n  - GET: /authorize\n    expect: {redirects: {location: {hots: a}}}\n');
    expect(exit).to.equal(2);
    expect(`${stdout}${stderr}`).to.include('a.yml:3:43');
    expect(`${stdout}${stderr}`).to.include('"hots" is no part of an address: did you mean "host"?');
    expect(origins.received).to.deep.equal([]);
  });

  it('is read from a hop table as docs/redirects.md shows it', async () => {
    const { stdout } = await run(`credential: writer
steps:
  - POST: plain:/orders
    headers: {x-trace: "1"}
    cookies: {lang: de}
    body: {json: {a: 1}}
    expect:
      redirects: {status: [301, 302], drops: {authorization: 2}, location: [{scheme: https}, {host: www.example.test}]}
`);
    const page = readFileSync('docs/redirects.md', 'utf8');
    const block = /```\n( {2}hop 1[\s\S]*?)```/.exec(page)?.[1] ?? '';
    const shape = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => /^ {2}(hop| {2}↓| {7})/.test(line))
        .map((line) => line.replace(/ +\d+ ms/, ' N ms'));
    const table = stdout.slice(stdout.indexOf('  hop 1  POST'), stdout.lastIndexOf('challenge Bearer') + 17);
    expect(shape(table)).to.deep.equal(shape(block));
  });
});
