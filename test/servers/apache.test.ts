import { expect } from 'chai';
import { startApache } from '../support/apache.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { type JwtApp, startJwtApp } from '../support/jwt-app.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';
import { type Outcome, readOrders } from './read-orders.ts';

const api = 'http://api.example.test';

/** Refuses without a token, and takes any: what counts is whether the field reaches a CGI program. */
const script = `#!/bin/sh
case "$HTTP_AUTHORIZATION" in
  Bearer*) printf 'Content-Type: application/json\\r\\n\\r\\n{}' ;;
  *) printf 'Status: 401\\r\\nWWW-Authenticate: Bearer realm="cgi"\\r\\nContent-Type: text/plain\\r\\n\\r\\nno token' ;;
esac
`;

describe('apache', () => {
  let program: string;
  let origins: Origins;
  let app: JwtApp;
  let apache: Daemon | undefined;

  before(function () {
    program = requireProgram(this, 'apache2');
  });
  beforeEach(async () => {
    origins = await startOrigins();
    app = await startJwtApp();
  });
  afterEach(async () => {
    await apache?.stop();
    await app.close();
    await origins.close();
  });

  async function start(modules: readonly string[], configuration: string): Promise<void> {
    const port = await freePort();
    apache = await startApache({
      program,
      ports: [port],
      modules,
      // ci:correct-horse, as htpasswd -s writes it
      files: { htpasswd: 'ci:{SHA}NstYn3QVe0WBGmkMWLQ0CV9I6fo=\n', 'orders.cgi': script },
      configuration: `${configuration}\nProxyPass / http://127.0.0.1:${app.port}/`,
    });
    origins.map(api, `127.0.0.1:${port}`);
  }

  const get = (): Promise<Outcome> => readOrders('/orders', { api }, origins, app);

  const proxy = ['proxy', 'proxy_http'];

  it('passes the field on, and nothing is found', async () => {
    await start(proxy, '');
    expect(await get()).to.deep.equal({ code: 0, findings: [] });
  });

  it('asks for a password in front of an application that wants a token: Basic shadows it', async () => {
    await start(
      [...proxy, 'authn_core', 'authn_file', 'authz_user', 'auth_basic'],
      '<Location />\nAuthType Basic\nAuthName Staging\nAuthUserFile {folder}/htpasswd\nRequire valid-user\n</Location>',
    );
    expect((await get()).findings[0]).to.match(/^basic-shadow /);
    expect(app.received).to.deep.equal([]);
  });

  it('drops the field on the way: the answer does not tell it from a refused token, so nothing is certain', async () => {
    await start([...proxy, 'headers'], 'RequestHeader unset Authorization');
    expect((await get()).findings.join()).to.match(/^\S+ possible$/);
    expect(app.received.every((field) => field === null)).to.equal(true);
  });

  const cgi = 'ScriptSock {folder}/cgid.sock\nProxyPass /orders !\nScriptAlias /orders {folder}/orders.cgi';
  const files = '<Directory {folder}>\nRequire all granted\n';

  it('does not hand the field to a CGI program: nothing is certain', async () => {
    await start([...proxy, 'alias', 'cgid'], `${cgi}\n${files}</Directory>`);
    expect((await get()).findings.join()).to.match(/^credentials-stripped-by-proxy (likely|possible)$/);
  });

  it('hands it over where CGIPassAuth says so, and nothing is found', async () => {
    await start([...proxy, 'alias', 'cgid'], `${cgi}\n${files}CGIPassAuth On\n</Directory>`);
    expect(await get()).to.deep.equal({ code: 0, findings: [] });
  });
});
