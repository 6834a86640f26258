import { expect } from 'chai';
import { type Daemon, freePort } from '../support/daemon.ts';
import { type JwtApp, startJwtApp } from '../support/jwt-app.ts';
import { startNginx } from '../support/nginx.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';
import { type Outcome, readOrders } from './read-orders.ts';

const api = 'https://api.example.test';
const entry = 'http://api.example.test';

describe('nginx', () => {
  let program: string;
  let origins: Origins;
  let app: JwtApp;
  let nginx: Daemon | undefined;

  before(function () {
    program = requireProgram(this, 'nginx');
  });
  beforeEach(async () => {
    origins = await startOrigins();
    app = await startJwtApp();
  });
  afterEach(async () => {
    await nginx?.stop();
    await app.close();
    await origins.close();
  });

  /** An entrance that redirects to https, and TLS in front of the application; `gate` stands in its location. */
  async function start(gate: string): Promise<void> {
    const [plain, tls] = [await freePort(), await freePort()];
    const identity = await origins.authority.issue(['api.example.test']);
    nginx = await startNginx({
      program,
      ports: [plain, tls],
      // ci:correct-horse
      files: { 'cert.pem': identity.cert, 'key.pem': identity.key, htpasswd: 'ci:{PLAIN}correct-horse\n' },
      http: `
  server { listen 127.0.0.1:${plain}; server_name api.example.test; return 301 https://$host$request_uri; }
  server {
    listen 127.0.0.1:${tls} ssl;
    server_name api.example.test;
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    location / { ${gate} proxy_pass http://127.0.0.1:${app.port}; }
  }`,
    });
    origins.map(entry, `127.0.0.1:${plain}`);
    origins.map(api, `127.0.0.1:${tls}`);
  }

  const get = (target: string): Promise<Outcome> => readOrders(target, { api, entry }, origins, app);

  it('lets the token through, and nothing is found', async () => {
    await start('');
    const outcome = await get('/orders');
    expect(outcome).to.deep.equal({ code: 0, findings: [] });
  });

  it('redirects to https, where the token is not sent: dropped on the redirect', async () => {
    await start('');
    const outcome = await get('entry:/orders');
    expect(outcome).to.deep.equal({ code: 1, findings: ['credentials-dropped-on-redirect proven'] });
    expect(app.received.map((field) => field?.split(' ')[0] ?? null)).to.deep.equal([null, 'Bearer', null]);
  });

  it('asks for a password in front of an application that wants a token: Basic shadows it', async () => {
    await start('auth_basic "Staging"; auth_basic_user_file {folder}/htpasswd;');
    const outcome = await get('/orders');
    expect(outcome.findings[0]).to.match(/^basic-shadow /);
    expect(app.received).to.deep.equal([]);
  });

  it('drops the field on the way: the answer does not tell it from a refused token, so nothing is certain', async () => {
    await start('proxy_set_header Authorization "";');
    const outcome = await get('/orders');
    expect(outcome.findings.join()).to.match(/^\S+ possible$/);
    expect(app.received.every((field) => field === null)).to.equal(true);
  });
});
