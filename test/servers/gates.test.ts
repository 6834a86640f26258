/** Digest, Basic, keys, form logins and client certificates at web servers, replayed by the program. */
import { createHash } from 'node:crypto';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { startApache } from '../support/apache.ts';
import { startCaddy } from '../support/caddy.ts';
import { createAuthority } from '../support/certificates.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { originTo } from '../support/forward.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startLighttpd } from '../support/lighttpd.ts';
import { startNginx } from '../support/nginx.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';
import { type Outcome, play } from './outcome.ts';
void createAuthority;
void tmpdir; void mkdtempSync; void rmSync; void writeFileSync; void join;
const api = 'https://api.example.test';
const name = 'bjørn';
const password = 'pässwörd €';

describe('gates', () => {
  let origins: Origins;
  let server: Daemon | undefined;
  let port: number;
  let behind: number;
  beforeEach(async () => {
    origins = await startOrigins();
    port = await freePort();
    await origins.serve(api, originTo(port));
    await origins.serve('http://behind.example.test', (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ user: request.headers.find(([n]) => n.toLowerCase() === 'x-user')?.[1] ?? null }));
    });
    behind = Number(origins.transport.connectTo.get('behind.example.test:80')?.split(':')[1]);
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await origins.close();
  });
  function log(credential: JsonMap, steps: JsonMap[], given: string = password, env: JsonMap = {}): Promise<Outcome> {
    const project: JsonMap = {
      environments: { staging: { origins: { api }, ...env } },
      credentials: { user: credential },
    };
    return play({ origins, project, secrets: { PW: given }, scenarios: { 'a.yml': { credential: 'user', steps } } });
  }
  const show = async (title: string, made: Promise<Outcome>): Promise<void> => {
    try {
      const { steps, actual, findings, replayed } = await made;
      console.log(`### ${title}:`, JSON.stringify({ steps, actual, findings }, null, 1), origins.received.filter(r=>r.origin===api).map((r) => `${r.method} ${r.url.slice(0, 100)}`).join(', '),
       replayed.jobs.flatMap((j) => j.steps.flatMap((s) => s.exchanges.flatMap((e) => e.hops.map((h) => h.response?.status)))).join());
    } catch (e) { console.log(`### ${title} THREW`, e); }
    origins.received.length = 0;
  };
  const PW = '${secret.PW}';
  const get = { GET: '/orders?a=b%20c&d=1', expect: { status: 200 } };
  const post = { POST: '/orders', writes: true, body: { json: { id: 7 } }, expect: { status: 200 } };

  it('apache digest', async function () {
    const program = requireProgram(this, 'apache2');
    const user = (n: string, p: string) => `${n}:Depot:${createHash('md5').update(`${n}:Depot:${p}`).digest('hex')}\n`;
    const start = async (lines: string) => startApache({ program, ports: [port],
      modules: ['proxy', 'proxy_http', 'authn_core', 'authn_file', 'authz_user', 'auth_digest'],
      files: { digest: user('ops', 'plain') + user(name, password) + user('a"b', 'x') },
      configuration: `<Location />\nAuthType Digest\nAuthName Depot\nAuthUserFile {folder}/digest\nRequire valid-user\n${lines}</Location>\n<Location /admin>\nRequire user admin\n</Location>\nProxyPass / http://127.0.0.1:${behind}/` });
    server = await start('');
    await show('digest utf8', log({ type: 'digest', username: name, password: PW }, [get, post, get]));
    for (const r of origins.received) void r;
    await show('digest ops', log({ type: 'digest', username: 'ops', password: PW }, [get, post, get], 'plain'));
    await log({ type: 'digest', username: name, password: PW }, [get, post, get]);
    for (const r of origins.received.filter((x) => x.origin === api)) console.log(r.method, r.url, r.headers.filter(([n]) => n.toLowerCase() === 'authorization').join());
    await show('digest quote', log({ type: 'digest', username: 'a"b', password: PW }, [get], 'x'));
    await show('digest B wrong', log({ type: 'digest', username: name, password: PW }, [get], 'nope'));
    await show('digest B unknown user', log({ type: 'digest', username: 'nobody', password: PW }, [get]));
    await show('digest B basic instead', log({ type: 'basic', username: name, password: PW }, [get]));
    await show('digest B forbidden', log({ type: 'digest', username: name, password: PW }, [{ ...get, GET: '/admin/x' }]));
  });
  it('lighttpd digest', async function () {
    const program = requireProgram(this, 'lighttpd');
    const sha = (n: string, p: string) => createHash('sha256').update(`${n}:Depot:${p}`).digest('hex');
    for (const algorithm of ['SHA-256', 'MD5']) {
      const h = (n: string, p: string) => (algorithm === 'MD5' ? createHash('md5').update(`${n}:Depot:${p}`).digest('hex') : sha(n, p));
      server = await startLighttpd({ program, port, modules: ['mod_auth', 'mod_authn_file', 'mod_proxy'],
        files: { users: `ops:Depot:${h('ops', 'plain')}\n${name}:Depot:${h(name, password)}\n` },
        configuration: `auth.backend = "htdigest"\nauth.backend.htdigest.userfile = "{folder}/users"\nauth.require = ( "" => ( "method" => "digest", "realm" => "Depot", "require" => "valid-user", "algorithm" => "${algorithm}" ) )\nproxy.server = ( "" => (( "host" => "127.0.0.1", "port" => ${behind} )) )` });
      await show(`lighttpd ${algorithm}`, log({ type: 'digest', username: 'ops', password: PW }, [get, post, get], 'plain'));
      await show(`lighttpd ${algorithm} utf8`, log({ type: 'digest', username: name, password: PW }, [get]));
      await show(`lighttpd ${algorithm} B wrong`, log({ type: 'digest', username: 'ops', password: PW }, [get], 'nope'));
      await server.stop();
      server = undefined;
    }
  });
  it('basic', async function () {
    const nginx = requireProgram(this, 'nginx');
    const b64 = `{SHA}${createHash('sha1').update(password).digest('base64')}`;
    const basic = { type: 'basic', username: name, password: PW };
    server = await startNginx({ program: nginx, ports: [port], files: { users: `${name}:${b64}\n` },
      http: `server { listen 127.0.0.1:${port}; auth_basic "Depot"; auth_basic_user_file {folder}/users; location / { proxy_pass http://127.0.0.1:${behind}; } location /keyed { auth_basic off; if ($http_x_api_key != "k-123") { return 403; } proxy_pass http://127.0.0.1:${behind}; } }` });
    await show('nginx basic utf8', log(basic, [get, post]));
    await show('nginx basic B wrong', log(basic, [get], 'nope'));
    await show('nginx key', log({ type: 'api_key', in: 'header', name: 'X-Api-Key', value: PW }, [{ ...get, GET: '/keyed/x' }], 'k-123'));
    await show('nginx key B', log({ type: 'api_key', in: 'header', name: 'X-Api-Key', value: PW }, [{ ...get, GET: '/keyed/x' }], 'k-124'));
    await server.stop();
    const apache = requireProgram(this, 'apache2');
    server = await startApache({ program: apache, ports: [port], modules: ['proxy', 'proxy_http', 'authn_core', 'authn_file', 'authz_user', 'auth_basic'],
      files: { users: `${name}:${b64}\n` },
      configuration: `<Location />\nAuthType Basic\nAuthName Depot\nAuthUserFile {folder}/users\nRequire valid-user\n</Location>\nProxyPass / http://127.0.0.1:${behind}/` });
    await show('apache basic utf8', log(basic, [get, post]));
    await show('apache basic B wrong', log(basic, [get], 'nope'));
    await server.stop();
    const caddy = requireProgram(this, 'caddy');
    const { execFileSync } = await import('node:child_process');
    const hash = execFileSync(caddy, ['hash-password', '--plaintext', password], { encoding: 'utf8' }).trim();
    server = await startCaddy({ program: caddy, port, site: `basicauth {\n ${name} ${Buffer.from(hash).toString('base64')}\n}\nreverse_proxy 127.0.0.1:${behind}` }).catch(async () => startCaddy({ program: caddy, port, site: `basicauth {\n ${name} ${hash}\n}\nreverse_proxy 127.0.0.1:${behind}` }));
    await show('caddy basic utf8', log(basic, [get, post]));
    await show('caddy basic B wrong', log(basic, [get], 'nope'));
  });
  it('mod_auth_form', async function () {
    this.timeout(30000);
    const apache = requireProgram(this, 'apache2');
    const b64 = `{SHA}${createHash('sha1').update(password).digest('base64')}`;
    server = await startApache({ program: apache, ports: [port], modules: ['proxy', 'proxy_http', 'authn_core', 'authn_file', 'authz_user', 'auth_form', 'session', 'session_cookie', 'session_crypto', 'request', 'alias', 'headers'],
      files: { users: `${name}:${b64}\n`, 'login.html': '<!doctype html><meta charset=utf-8><title>Login</title><form method="POST" action="/dologin.html"><input name="httpd_username"><input type="password" name="httpd_password"><input type="hidden" name="httpd_location" value="/ok"><input type="submit" name="login" value="Login"></form>' },
      configuration: `Alias /login.html {folder}/login.html
<Directory {folder}>\nRequire all granted\n</Directory>
Session On\nSessionCookieName session path=/;HttpOnly;Secure\nSessionCryptoPassphrase for-tests-only\nSessionMaxAge 600
<Location />\nAuthType form\nAuthName Depot\nAuthFormProvider file\nAuthUserFile {folder}/users\nAuthFormLoginRequiredLocation /login.html\nRequire valid-user\n</Location>
<Location /login.html>\nAuthType None\nRequire all granted\n</Location>
<Location /dologin.html>\nSetHandler form-login-handler\nAuthType form\nAuthName Depot\nAuthFormProvider file\nAuthUserFile {folder}/users\nAuthFormLoginRequiredLocation /login.html?failed\nAuthFormLoginSuccessLocation /ok\nRequire valid-user\n</Location>
ProxyPass /login.html !\nProxyPass /dologin.html !\nProxyPass / http://127.0.0.1:${behind}/` });
    const login = [{ GET: '/' }, { submit: { fields: { httpd_username: name, httpd_password: PW } } }];
    await show('auth_form', log({ type: 'session', login }, [get, post]));
    await show('auth_form alive', log({ type: 'session', login, alive: { GET: '/ok', status: 200 } }, [get, { ...get, credential: { name: 'user', renew: true } }]));
    await show('auth_form B wrong', log({ type: 'session', login }, [get], 'nope'));
    await show('auth_form B none', log({ type: 'session', login }, [{ ...get, credential: 'none' }]));
    expect(1).to.equal(1);
  });
  it('mtls', async function () {
    this.timeout(30000);
    const nginx = requireProgram(this, 'nginx');
    const haproxy = requireProgram(this, 'haproxy');
    const folder = mkdtempSync(join(tmpdir(), 'why401-mtls-'));
    const [a, b] = ['https://a.example.test', 'https://b.example.test'];
    const [pa, pb] = [await freePort(), await freePort()];
    origins.map(a, `127.0.0.1:${pa}`); origins.map(b, `127.0.0.1:${pb}`);
    const clients = await createAuthority('Clients');
    const other = await createAuthority('Others');
    const put = (n: string, id: { cert: string; key: string }) => { writeFileSync(join(folder, `${n}.pem`), id.cert); writeFileSync(join(folder, `${n}.key`), id.key); return { cert: join(folder, `${n}.pem`), key: join(folder, `${n}.key`) }; };
    const ann = put('ann', await clients.issue(['ann']));
    const bob = put('bob', await clients.issue(['bob']));
    const eve = put('eve', await other.issue(['eve']));
    const idA = await origins.authority.issue(['a.example.test']);
    const idB = await origins.authority.issue(['b.example.test']);
    server = await startNginx({ program: nginx, ports: [pa], files: { 'a.pem': idA.cert, 'a.key': idA.key, 'ca.pem': clients.ca },
      http: `server { listen 127.0.0.1:${pa} ssl; ssl_certificate {folder}/a.pem; ssl_certificate_key {folder}/a.key; ssl_client_certificate {folder}/ca.pem; ssl_verify_client on; location / { proxy_set_header X-User $ssl_client_s_dn; proxy_pass http://127.0.0.1:${behind}; } }` });
    const second = await startHaproxy({ program: haproxy, ports: [pb], files: { 'b.pem': `${idB.cert}\n${idB.key}`, 'ca.pem': clients.ca },
      configuration: `frontend f\n  bind 127.0.0.1:${pb} ssl crt {folder}/b.pem ca-file {folder}/ca.pem verify required\n  http-request set-header X-User %{+Q}[ssl_c_s_dn(cn)]\n  default_backend w\nbackend w\n  server s 127.0.0.1:${behind}\n` });
    const run = (tls: JsonMap) => play({ origins, scenarios: { 'a.yml': { steps: [{ GET: 'a:/', expect: { status: 200, json: { '$.user': 'CN=ann' } } }] }, 'b.yml': { steps: [{ GET: 'b:/', expect: { status: 200, json: { '$.user': '"bob"' } } }] } },
      project: { environments: { staging: { origins: { a: a!, b: b! }, tls } } } });
    await show('mtls per host', run({ hosts: { 'a.example.test': ann, 'b.example.test': bob } }));
    await show('mtls one for all', run({ ...ann }));
    await show('mtls B none', run({}));
    await show('mtls B foreign CA', run({ ...eve }));
    await second.stop();
    rmSync(folder, { recursive: true });
  });
});
