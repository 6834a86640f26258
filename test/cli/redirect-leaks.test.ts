/** Secrets in all that redirects, cookies and what goes with them have brought into reports. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { why401 } from '../support/command.ts';
import { encodings, formsOf, secretText } from '../support/hostile.ts';

const reports = ['json', 'jsonl', 'junit', 'github', 'console'];
const token = secretText();
/** What servers make up: a run learns of it by the place in which it stands. */
const made = {
  code: randomBytes(18).toString('base64'),
  fragment: `${randomBytes(15).toString('base64')}/+`,
  nested: randomBytes(18).toString('base64'),
  deep: randomBytes(18).toString('base64'),
  refresh: randomBytes(18).toString('base64'),
  meta: randomBytes(18).toString('base64'),
  user: randomBytes(18).toString('base64url'),
  sid: randomBytes(18).toString('base64'),
  bare: randomBytes(18).toString('base64url'),
  refused: randomBytes(18).toString('base64url'),
  foreign: randomBytes(18).toString('base64url'),
  wide: randomBytes(18).toString('base64url'),
};
const percent = encodeURIComponent;

/** A cookie name or a path, which cannot hold everything. */
const inToken = (text: string): string => text.replace(/[\s;,="\\]/g, '');

function answer(url: string, response: ServerResponse, encode: (text: string) => string): void {
  const shown = encode(token).replace(/[^\x20-\x7e]/g, '');
  const cookies = [
    `sid=${made.sid}; Domain=${inToken(shown)}; Path=/`,
    `${inToken(shown)}=${made.wide}; Path=/`,
    `${made.bare}`,
    `__Host-x=${made.refused}; Path=/${inToken(shown)}`,
    `far=${made.foreign}; Domain=elsewhere.test`,
    `long=${made.wide.repeat(300)}`,
    `odd=1; Path=${inToken(shown)}; SameSite=${inToken(shown)}; Max-Age=${inToken(shown)}; ${inToken(shown)}=${'x'.repeat(1100)}`,
  ];
  const usual = [
    'Set-Cookie',
    '',
    'Strict-Transport-Security',
    `max-age=1; ${shown}`,
    'Server',
    `nginx ${shown}`,
  ];
  const fields = (more: readonly string[]): string[] => [
    ...usual.slice(2),
    ...cookies.flatMap((value) => ['Set-Cookie', value]),
    ...more,
  ];
  const to = (status: number, location: string): void => {
    response.writeHead(status, fields(['Location', location])).end();
  };
  const path = url.split(/[?#]/)[0];
  if (path === '/code')
    to(
      302,
      `/next?code=${percent(made.code)}&state=x&echo=${percent(token)}#access_token=${percent(made.fragment)}`,
    );
  else if (path === '/nested')
    to(
      302,
      `/next?to=${percent(`/cb?code=${percent(made.nested)}`)}&deep=${percent(percent(`/cb?code=${percent(made.deep)}`))}`,
    );
  else if (path === '/user') to(302, `http://joe:${made.user}@elsewhere.test/`);
  else if (path === '/loop') to(302, `/loop?key=${percent(token)}`);
  else if (path === '/foreign')
    to(307, `http://localhost:1/x?key=${percent(token)}&code=${percent(made.code)}`);
  else if (path === '/refresh')
    response
      .writeHead(
        200,
        fields([
          'Refresh',
          `0; url=/cb/${percent(token)}?code=${percent(made.refresh)}`,
          'Content-Type',
          'text/html',
        ]),
      )
      .end();
  else if (path === '/meta')
    response
      .writeHead(200, fields(['Content-Type', 'text/html']))
      .end(`<meta http-equiv=refresh content="0;url=/cb/${percent(token)}?code=${percent(made.meta)}">`);
  else response.writeHead(path === '/next' ? 401 : 200, fields(['Content-Type', 'text/plain'])).end('ok');
}

const expected = `status: 299
      cookies: {sid: {path: /nothing, stored: false}, far: {stored: true, domain: x}, __Host-x: {stored: true}}
      redirects: {count: 7, to: {path: /nothing, query: {code: x, to: y}}, keeps: [authorization], location: {path: /nothing, query: {code: x, key: y}}, survives: {authorization: [curl, axios]}}`;

function scenario(name: string): string {
  const passes = name === 'refresh' || name === 'meta';
  return `credential: reader
steps:
  - name: ${name}
    GET: /${name}
    expect:
      ${passes ? 'status: 200' : expected}
  - {name: again, GET: /end}
`;
}

const names = ['code', 'nested', 'user', 'loop', 'foreign', 'refresh', 'meta', 'end'];

describe('secrets in redirects and cookies', () => {
  let server: Server;
  let encode: (text: string) => string;
  let origin: string;
  before(async () => {
    server = createServer((request, response) => answer(request.url ?? '', response, encode));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  for (const form of ['raw', 'a component of a URL within one', 'base64']) {
    it(`are in no report, written as ${form}`, async () => {
      encode = encodings[form] ?? encode;
      const files = {
        'specs/why401.yml': `environments:\n  staging:\n    protected: false\n    origins: {api: "${origin}"}\n    headers: {X-Env: "\${secret.TOKEN}"}\ncredentials:\n  reader: {type: bearer, token: "\${secret.TOKEN}"}\n`,
        ...Object.fromEntries(names.map((name) => [`specs/${name}.yml`, scenario(name)])),
      };
      const flags = reports.flatMap((each) => ['--reporter', `${each}=${each}.txt`]);
      const env = { TOKEN: token };
      const ended = await why401(['run', ...flags, '-v', '--clients'], { files, env });
      expect(ended.code, ended.stderr).to.equal(1);
      const texts = { ...ended.written, stdout: ended.stdout, stderr: ended.stderr };
      const found: string[] = [];
      for (const [name, secret] of [['token', token], ...Object.entries(made)] as const) {
        for (const [shape, text] of formsOf(secret)) {
          for (const [place, content] of Object.entries(texts)) {
            const at = content.indexOf(text);
            if (at >= 0)
              found.push(`${place}: ${shape} of ${name}: ${content.slice(Math.max(0, at - 150), at + 60)}`);
          }
        }
      }
      expect(found.slice(0, 8)).to.deep.equal([]);
      const report = ended.written['json.txt'] ?? '';
      for (const kept of ['[secret:code]', 'elsewhere.test', '"far"', 'dropped', 'userinfo'])
        expect(report).to.include(kept);
    });
  }
});
