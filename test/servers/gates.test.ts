/** Digest, Basic, a key and a form login at web servers themselves, replayed by the program. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Context } from 'mocha';
import type { JsonMap } from '../../src/model.ts';
import { startApache } from '../support/apache.ts';
import { startCaddy } from '../support/caddy.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { originTo } from '../support/forward.ts';
import { startLighttpd } from '../support/lighttpd.ts';
import { startNginx } from '../support/nginx.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';
import { play, type Told, told } from './outcome.ts';

const api = 'https://api.example.test';
const username = 'bjørn';
const secret = 'pässwörd €';
const hashed = (algorithm: string, name: string, password: string): string =>
  `${name}:Depot:${createHash(algorithm).update(`${name}:Depot:${password}`).digest('hex')}\n`;
const htpasswd = `${username}:{SHA}${createHash('sha1').update(secret).digest('base64')}\n`;
const get = { GET: '/orders?a=b%20c&d=1', expect: { status: 200 } };
const post = { POST: '/orders', writes: true, body: { json: { id: 7 } }, expect: { status: 200 } };
const passed = (...steps: string[]): Told => ({ steps, actual: [], first: null });

describe('a web server that asks itself', () => {
  let origins: Origins;
  let server: Daemon | undefined;
  let port: number;
  let behind: string;

  beforeEach(async () => {
    origins = await startOrigins();
    port = await freePort();
    await origins.serve(api, originTo(port));
    await origins.serve('http://behind.example.test', (_request, response) => response.end('{}'));
    behind = origins.transport.connectTo.get('behind.example.test:80') ?? '';
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await origins.close();
  });

  async function log(user: JsonMap, steps: readonly JsonMap[], given = secret): Promise<Told> {
    const byPassword = user['type'] === 'session' ? {} : { password: '${secret.PASSWORD}' };
    const project: JsonMap = {
      environments: { staging: { origins: { api } } },
      credentials: { user: { ...byPassword, ...user } },
    };
    const scenarios = { 'a.yml': { credential: 'user', steps: [...steps] } };
    return told(await play({ origins, project, secrets: { PASSWORD: given }, scenarios }));
  }

  async function apache(
    test: Context,
    modules: readonly string[],
    lines: string,
    files: object,
  ): Promise<void> {
    server = await startApache({
      program: requireProgram(test, 'apache2'),
      ports: [port],
      modules: ['proxy', 'proxy_http', 'authn_core', 'authn_file', 'authz_user', ...modules],
      files: { ...files },
      configuration: `${lines}\nProxyPass / http://${behind}/`,
    });
  }

  describe('for Digest', () => {
    const digest = { type: 'digest', username };
    const refused = async (first: string, given: JsonMap, password?: string): Promise<void> => {
      const found = await log(given, [get], password);
      expect(found).to.deep.equal({ steps: ['failed'], actual: ['401'], first });
    };

    it('takes names and passwords beyond US-ASCII at Apache, which knows no username*', async function () {
      await apache(
        this,
        ['auth_digest'],
        '<Location />\nAuthType Digest\nAuthName Depot\nAuthUserFile {folder}/users\nRequire valid-user\n</Location>',
        { users: hashed('md5', username, secret) + hashed('md5', 'a"b', secret) },
      );
      expect(await log(digest, [get, post, get])).to.deep.equal(passed('passed', 'passed', 'passed'));
      expect(await log({ ...digest, username: 'a"b' }, [get])).to.deep.equal(passed('passed'));
      await refused('password-wrong possible', digest, 'wrong password');
      await refused('password-wrong possible', { ...digest, username: 'nobody' });
      await refused('scheme-mismatch likely', { ...digest, type: 'basic' });
    });

    for (const [algorithm, name] of [
      ['SHA-256', 'sha256'],
      ['MD5', 'md5'],
    ] as const) {
      it(`answers ${algorithm} at lighttpd`, async function () {
        server = await startLighttpd({
          program: requireProgram(this, 'lighttpd'),
          port,
          modules: ['mod_auth', 'mod_authn_file', 'mod_proxy'],
          files: { users: hashed(name, username, secret) },
          configuration: `auth.backend = "htdigest"
auth.backend.htdigest.userfile = "{folder}/users"
auth.require = ( "" => ( "method" => "digest", "realm" => "Depot", "require" => "valid-user", "algorithm" => "${algorithm}" ) )
proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => ${behind.split(':')[1]} )) )`,
        });
        expect(await log(digest, [get, post, get])).to.deep.equal(passed('passed', 'passed', 'passed'));
        await refused('password-wrong possible', digest, 'wrong password');
      });
    }
  });

  const basicServers: Readonly<Record<string, (test: Context) => Promise<void>>> = {
    async nginx(test) {
      server = await startNginx({
        program: requireProgram(test, 'nginx'),
        ports: [port],
        files: { users: htpasswd },
        http: `server {
  listen 127.0.0.1:${port};
  auth_basic "Depot";
  auth_basic_user_file {folder}/users;
  location / { proxy_pass http://${behind}; }
}`,
      });
    },
    apache: (test) =>
      apache(
        test,
        ['auth_basic'],
        '<Location />\nAuthType Basic\nAuthName Depot\nAuthUserFile {folder}/users\nRequire valid-user\n</Location>',
        { users: htpasswd },
      ),
    async caddy(test) {
      const program = requireProgram(test, 'caddy');
      // Its own hashes take most of a second each.
      const htpasswdOf = ['-nbBC', '4', 'x', secret];
      const hash = execFileSync(requireProgram(test, 'htpasswd'), htpasswdOf, { encoding: 'utf8' });
      const users = `${username} ${Buffer.from(hash.trim().slice(2)).toString('base64')}`;
      server = await startCaddy({
        program,
        port,
        site: `basicauth {\n    ${users}\n  }\n  reverse_proxy ${behind}`,
      });
    },
  };
  for (const [name, start] of Object.entries(basicServers)) {
    it(`takes names and passwords beyond US-ASCII for Basic at ${name}, and refuses others`, async function () {
      await start(this);
      const basic = { type: 'basic', username };
      expect(await log(basic, [get, post])).to.deep.equal(passed('passed', 'passed'));
      const refusal = { steps: ['failed'], actual: ['401'], first: 'password-wrong likely' };
      expect(await log(basic, [get], 'wrong password')).to.deep.equal(refusal);
    });
  }

  it('takes a form at mod_auth_form, whose session is a cookie', async function () {
    const page =
      '<!doctype html><meta charset=utf-8><title>Login</title><form method="POST" action="/enter"><input name="httpd_username"><input type="password" name="httpd_password"><button>Login</button></form>';
    const form =
      'AuthType form\nAuthName Depot\nAuthFormProvider file\nAuthUserFile {folder}/users\nRequire valid-user';
    await apache(
      this,
      ['auth_form', 'session', 'session_cookie', 'session_crypto', 'request', 'alias', 'headers'],
      `Alias /login.html {folder}/login.html
<Directory {folder}>\nRequire all granted\n</Directory>
Session On\nSessionCookieName session path=/;HttpOnly;Secure\nSessionCryptoPassphrase for-tests-only
<Location />\n${form}\nAuthFormLoginRequiredLocation /login.html\n</Location>
<Location /login.html>\nAuthType None\nRequire all granted\n</Location>
<Location /enter>\nSetHandler form-login-handler\n${form}
AuthFormLoginRequiredLocation /login.html?failed\nAuthFormLoginSuccessLocation /ok\n</Location>
ProxyPass /login.html !\nProxyPass /enter !`,
      { users: htpasswd, 'login.html': page },
    );
    const fields = { httpd_username: username, httpd_password: '${secret.PASSWORD}' };
    const user = { type: 'session', login: [{ GET: '/' }, { submit: { fields } }], alive: { GET: '/ok' } };
    const again = { ...get, credential: { name: 'user', renew: true } };
    expect(await log(user, [get, post, again])).to.deep.equal(passed('passed', 'passed', 'passed'));
    expect(await log(user, [get], 'wrong password')).to.deep.equal({
      steps: ['failed'],
      actual: [`The login step "submit the form" was refused: ${api}/login.html shows the form again.`],
      first: 'password-wrong likely',
    });
  });
});
