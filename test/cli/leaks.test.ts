/** What servers give back of secrets is in no report, in whatever encoding, for every type of credential. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { Clock } from '../../src/doors.ts';
import { why401 } from '../support/command.ts';
import { encodings, formsOf, type Hostile, type Mood, secretText, startHostile } from '../support/hostile.ts';
import { systemClock } from '../support/origins.ts';

const clock: Clock = { ...systemClock, sleep: async () => {} };
const plain = (): string => randomBytes(15).toString('base64url');

/** Names of credentials to their YAML. */
const credentials: Readonly<Record<string, string>> = {
  bearer: '{type: bearer, token: "${secret.BEARER}"}',
  basic: '{type: basic, username: ann, password: "${secret.PASSWORD}"}',
  digest: '{type: digest, username: ann, password: "${secret.PASSWORD}"}',
  'key-header': '{type: api_key, in: header, name: x-key, value: "${secret.KEY}"}',
  'key-query': '{type: api_key, in: query, name: key, value: "${secret.KEY}"}',
  'key-cookie': '{type: api_key, in: cookie, name: key, value: "${secret.COOKIE}"}',
  hmac: '{type: hmac, key: "${secret.KEY}", over: "${timestamp}.${path}", header: X-Signature, encoding: base64, value: "t=${timestamp},v1=${signature}"}',
  jwt: '{type: self_signed_jwt, alg: ES256, key: "${secret.PEM}", claims: {iss: ci}}',
  aws: '{type: aws_sigv4, access_key_id: "${secret.ID}", secret_access_key: "${secret.KEY}", session_token: "${secret.BEARER}", region: eu-central-1, service: execute-api}',
  signed: '{type: http_signature, key_id: ci, key: "${secret.JWK}"}',
  session:
    '{type: session, login: [{GET: "/form"}, {submit: {fields: {username: ann, password: "${secret.PASSWORD}"}}}]}',
  saved: '{type: session, storage_state: state.json}',
  github: '{type: ci_oidc, provider: github, audience: x}',
  gitlab: '{type: ci_oidc, provider: gitlab}',
  command: `{type: command, command: ["${process.execPath}", -e, "console.error(process.env.HELPER + process.env.TOKEN); console.log(process.env.TOKEN)"], env: {HELPER: "\${secret.HELPER}", TOKEN: "\${secret.BEARER}"}}`,
  machine: '{type: oauth2, grant_type: client_credentials, client: basic}',
  post: '{type: oauth2, grant_type: client_credentials, client: post}',
  'secret-jwt': '{type: oauth2, grant_type: client_credentials, client: secret-jwt}',
  'key-jwt': '{type: oauth2, grant_type: client_credentials, client: key-jwt}',
  'jwk-jwt': '{type: oauth2, grant_type: client_credentials, client: jwk-jwt, dpop: true}',
  refresh: '{type: oauth2, grant_type: refresh_token, client: post, refresh_token: "${secret.REFRESH}"}',
  stored:
    '{type: oauth2, grant_type: refresh_token, client: basic, refresh_token: "${secret.REFRESH}", store: true}',
  password:
    '{type: oauth2, grant_type: password, client: basic, username: ann, password: "${secret.PASSWORD}"}',
  exchange:
    '{type: oauth2, grant_type: token_exchange, client: post, subject_token: "${secret.SUBJECT}", actor_token: {credential: command}}',
  assertion: '{type: oauth2, grant_type: jwt_bearer, client: public, assertion: {credential: jwt}}',
  code: '{type: oauth2, grant_type: authorization_code, client: basic, login: [{submit: {fields: {username: ann, password: "${secret.PASSWORD}"}}}]}',
  pushed:
    '{type: oauth2, grant_type: authorization_code, client: post, par: true, dpop: true, login: [{submit: {fields: {username: ann, password: "${secret.PASSWORD}"}}}]}',
};

function project({ api, login }: Hostile): string {
  const client = (name: string, method: string, parts = 'client_secret: "${secret.CLIENT}"'): string =>
    `      ${name}: {client_id: ${name}, token_endpoint_auth_method: ${method}, redirect_uris: ["${login}/back"], ${parts}}\n`;
  return `environments:
  staging:
    protected: false
    origins: {api: "${api}"}
    issuers:
      main:
        issuer: "${login}"
        discovery: none
        metadata:
          token_endpoint: "${login}/token"
          authorization_endpoint: "${login}/authorize"
          pushed_authorization_request_endpoint: "${login}/par"
          introspection_endpoint: "${login}/introspect"
          userinfo_endpoint: "${login}/userinfo"
    clients:
${client('basic', 'client_secret_basic')}${client('post', 'client_secret_post')}${client('secret-jwt', 'client_secret_jwt')}${client('key-jwt', 'private_key_jwt', 'private_key: "${secret.PEM}"')}${client('jwk-jwt', 'private_key_jwt', 'private_key: "${secret.JWK}"')}${client(
  'public',
  'none',
  'scope: x',
).replace(', scope: x', '')}credentials:
${Object.entries(credentials)
  .map(([name, yaml]) => `  ${name}: ${yaml}\n`)
  .join('')}`;
}

interface Kept {
  readonly files: Record<string, string>;
  readonly env: Record<string, string>;
}

async function prepare(hostile: Hostile, home: string): Promise<Kept> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const jwk = privateKey.export({ format: 'jwk' });
  const id = await new SignJWT({ iss: 'ci', aud: 'x' }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
  const saved = plain();
  const secret: Record<string, string> = {
    BEARER: `${plain()}/+=`,
    PASSWORD: secretText(),
    CLIENT: secretText(),
    KEY: secretText(),
    COOKIE: `${plain()}/+=`,
    ID: plain(),
    PEM: pem,
    JWK: JSON.stringify(jwk),
    REFRESH: secretText(),
    SUBJECT: `${plain()}/+=`,
    HELPER: plain(),
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: plain(),
    WHY401_ID_TOKEN: id,
    WHY401_VAULT_KEY: randomBytes(32).toString('base64'),
  };
  for (const value of [...Object.values(secret), saved, jwk.d ?? '']) hostile.secrets.add(value);
  for (const line of pem.split('\n').slice(1, -2)) hostile.secrets.add(line);
  hostile.secrets.add(id.split('.')[2] ?? '');
  const state = { cookies: [{ name: 'sid', value: saved, domain: '127.0.0.1', path: '/' }], origins: [] };
  const files: Record<string, string> = {
    'specs/why401.yml': project(hostile),
    'specs/state.json': JSON.stringify(state),
  };
  for (const name of Object.keys(credentials)) {
    const body = 'body: {form: {a: "b"}}, writes: true';
    files[`specs/${name}.yml`] =
      `credential: ${name}\nsteps:\n  - {GET: /${name}}\n  - {POST: /${name}, ${body}, expect: {status: 200, body: {contains: nothing of it}}}\n`;
  }
  return { files, env: { ...secret, HOME: home, ACTIONS_ID_TOKEN_REQUEST_URL: `${hostile.login}/ci?a=b` } };
}

/** `place: form of a secret` for each secret that `texts` hold. */
function leaks(texts: Readonly<Record<string, string>>, hostile: Hostile): string[] {
  const found: string[] = [];
  for (const secret of hostile.secrets) {
    for (const [form, text] of formsOf(secret)) {
      for (const [place, content] of Object.entries(texts)) {
        const at = content.indexOf(text);
        if (at >= 0)
          found.push(`${place}: ${form} of ${secret}: ${content.slice(Math.max(0, at - 80), at + 40)}`);
      }
    }
  }
  return found.slice(0, 5);
}

const reports = ['json', 'jsonl', 'junit', 'github', 'console'];

describe('secrets that servers give back', function () {
  // Several runs each, also on a busy machine.
  this.timeout(90_000);
  let hostile: Hostile;
  let home: string;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'why401-leaks-'));
    hostile = await startHostile();
  });
  afterEach(async () => {
    rmSync(home, { recursive: true, force: true });
    await hostile.close();
    // No form goes where the authorization server redirects it; a login page may.
    expect(
      hostile.stolen.filter((each) => each.includes('grant_type') || each.includes('response_type')),
    ).to.deep.equal([]);
  });

  const moods: readonly Mood[] = ['takes', 'refuses', 'redirects'];
  for (const [name, encode] of Object.entries(encodings)) {
    it(`as ${name} are in no report`, async () => {
      hostile.encode = encode;
      const { files, env } = await prepare(hostile, home);
      for (const mood of name === 'raw' || name === 'base64' ? moods : (['refuses'] as const)) {
        hostile.mood = mood;
        const flags = reports.flatMap((each) => ['--reporter', `${each}=${each}.txt`]);
        const ended = await why401(['run', ...flags, '-v', '--checks', '--jobs', '3'], { files, env, clock });
        expect([0, 1, 3]).to.include(ended.code, ended.written['console.txt']);
        const written = Object.entries(ended.written).filter(([path]) => path.endsWith('.txt'));
        expect(written.map(([path]) => path).sort()).to.deep.equal(
          reports.map((each) => `${each}.txt`).sort(),
        );
        const vault =
          mood === 'takes' ? readFileSync(join(home, '.local/state/why401/vault.json'), 'utf8') : '';
        const texts = { ...Object.fromEntries(written), stdout: ended.stdout, stderr: ended.stderr, vault };
        expect(leaks(texts, hostile)).to.deep.equal([]);
      }
    });
  }

  for (const mood of moods) {
    it(`are not in what token says of a credential where the server ${mood}`, async () => {
      hostile.mood = mood;
      const { files, env } = await prepare(hostile, home);
      for (const encode of [encodings['raw']]) {
        hostile.encode = encode ?? hostile.encode;
        for (const [name, yaml] of Object.entries(credentials)) {
          if (yaml.includes('type: session')) continue;
          for (const json of [[], ['--json']]) {
            const ended = await why401(['token', name, '--env', 'staging', ...json], { files, env, clock });
            expect([0, 1, 3]).to.include(ended.code, ended.stderr);
            expect(leaks({ stdout: ended.stdout, stderr: ended.stderr }, hostile)).to.deep.equal([]);
          }
        }
      }
    });
  }
});

describe('a token that was captured by another name', () => {
  it('stays where it came from, as other secrets do', async () => {
    const value = plain();
    const taken: string[] = [];
    const other = createServer((request, response) => {
      taken.push(JSON.stringify(request.headers));
      response.end('{}');
    });
    const server = createServer(({ url }, response) => {
      if (url === '/login') response.end(JSON.stringify({ sessionKey: value, data: { token: value } }));
      else response.writeHead(302, { location: `http://127.0.0.1:${port(other)}/x` }).end();
    });
    await Promise.all([listening(other), listening(server)]);
    const files = {
      'specs/why401.yml': `environments:\n  local: {protected: false, origins: {api: "http://127.0.0.1:${port(server)}", other: "http://127.0.0.1:${port(other)}"}}\n`,
      'specs/a.yml':
        'steps:\n  - {GET: /login, capture: {key: $.sessionKey, t: $.data.token}}\n  - {GET: /away, headers: {x-a: "${key}", x-b: "${t}"}}\n',
    };
    const { code, stdout } = await why401(['run', '--verbose', '--reporter', 'json'], { files, clock });
    server.close();
    other.close();
    expect(code, stdout).to.equal(0);
    expect(taken).to.have.length(1);
    expect(taken.join('')).not.to.include(value);
    expect(stdout).to.include('["x-a","[secret:key]"]').and.not.to.include(value);
  });
});

function port(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function listening(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
}

describe('a secret on the command line', () => {
  it('is hidden, and told to be seen by others', async () => {
    const files = {
      'specs/why401.yml':
        'environments:\n  local: {protected: false, origins: {api: "http://127.0.0.1:9"}}\n',
      'specs/a.yml': 'steps:\n  - GET: /a\n    headers: {x-key: "${db_password}", x-name: "${name}"}\n',
    };
    const argv = ['run', '--verbose', '--var', 'db_password=hunter2-of-ann', '--var', 'name=orders'];
    const { code, stdout, stderr } = await why401([...argv, '--reporter', 'json'], { files, clock });
    expect(code).to.equal(3);
    expect(stderr).to.equal(
      'why401: --var db_password: others on this machine can read a command line; write ${secret.DB_PASSWORD} and set DB_PASSWORD.\n',
    );
    expect(stdout).to.include('["x-key","[secret:db_password]"]').and.include('["x-name","orders"]');
    expect(stdout).not.to.include('hunter2');
  });
});
