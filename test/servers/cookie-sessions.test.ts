/** Sessions of real frameworks that want Secure cookies, behind nginx that ends TLS, with and without saying so, and in clear. */

import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import express from 'express';
import session from 'express-session';
import Koa from 'koa';
import { why401 } from '../support/command.ts';
import { type Daemon, daemonFolder, freePort, startDaemon } from '../support/daemon.ts';
import { startNginx } from '../support/nginx.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { findProgram, requireProgram } from '../support/require.ts';

const host = 'api.example.test';

/** Each answers POST /login with a Secure session cookie, and GET /orders with 200 or 401. */
const flask = `import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
from flask import Flask, session
app = Flask(__name__)
app.secret_key = 'for tests only'
app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME='sid')

@app.post('/login')
def login():
    session['user'] = 'ann'
    return '', 204

@app.get('/orders')
def orders():
    return ('{}', 200) if 'user' in session else ('{}', 401)

class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass

make_server('127.0.0.1', int(sys.argv[1]), app, handler_class=Quiet).serve_forever()
`;
const php = `<?php
session_save_path(__DIR__);
session_name('sid');
session_set_cookie_params(['path' => '/', 'secure' => true, 'httponly' => true, 'samesite' => 'Lax']);
session_start();
if ($_SERVER['REQUEST_METHOD'] === 'POST') { $_SESSION['user'] = 'ann'; http_response_code(204); }
else http_response_code(isset($_SESSION['user']) ? 200 : 401);
`;
const rack = `require 'sinatra/base'
require 'webrick'
class App < Sinatra::Base
  set :server, 'webrick'
  set :logging, false
  set :protection, false
  set :bind, '127.0.0.1'
  set :port, ARGV[0].to_i
  set :server_settings, { AccessLog: [], Logger: WEBrick::Log.new(File::NULL) }
  use Rack::Session::Cookie, key: 'sid', secret: 'for tests only, and long enough to be one of sixty-four characters', secure: true
  post('/login') { session[:user] = 'ann'; status 204 }
  get('/orders') { status(session[:user] ? 200 : 401); '' }
end
App.run!(quiet: true)
`;

type Name = 'express-session' | 'koa' | 'Flask' | 'PHP' | 'Sinatra';
const right = { code: 0, rules: [], causes: [] };
const refused = { code: 1, rules: ['sid secure-from-http'], causes: ['cookie-rejected'] };
const unset = { code: 1, rules: [], causes: ['cookie-not-set'] };
/** Who asks whether the request came over https sets no Secure cookie where it did not, and says nothing of it. */
const expected: Readonly<Record<Name, Readonly<Record<'told' | 'untold' | 'clear', object>>>> = {
  'express-session': { told: right, untold: unset, clear: unset },
  koa: { told: right, untold: unset, clear: unset },
  Flask: { told: right, untold: right, clear: refused },
  PHP: { told: right, untold: right, clear: refused },
  Sinatra: { told: right, untold: unset, clear: unset },
};

describe('sessions of frameworks with Secure cookies', function () {
  this.timeout(30_000);
  let origins: Origins;
  const ports = new Map<Name, { told: number; untold: number; clear: number }>();
  const daemons: Daemon[] = [];
  const servers: Server[] = [];

  before(async function () {
    const nginx = requireProgram(this, 'nginx');
    origins = await startOrigins();
    const inner = new Map<Name, number>([
      ['express-session', await listen(createServer(expressApp()))],
      ['koa', await listen(createServer(koaApp().callback()))],
    ]);
    const programs: [Name, string, string, string, (port: number, file: string) => string[]][] = [
      ['Flask', 'python3', 'app.py', flask, (port, file) => ['-B', file, String(port)]],
      ['PHP', 'php', 'app.php', php, (port, file) => ['-S', `127.0.0.1:${port}`, file]],
      ['Sinatra', 'ruby', 'app.rb', rack, (port, file) => [file, String(port)]],
    ];
    await Promise.all(
      programs.map(async ([name, program, file, text, args]) => {
        const path = findProgram(program);
        if (path === null) return;
        const folder = daemonFolder('sessions');
        writeFileSync(join(folder, file), text);
        const port = await freePort();
        daemons.push(await startDaemon(path, args(port, join(folder, file)), folder, [port]));
        inner.set(name, port);
      }),
    );
    const { cert, key } = await origins.authority.issue([host]);
    const blocks: string[] = [];
    for (const [name, clear] of inner) {
      const [told, untold] = [await freePort(), await freePort()];
      ports.set(name, { told, untold, clear });
      const server = (port: number, field: string): string =>
        `server { listen 127.0.0.1:${port} ssl; server_name ${host};
          ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
          location / { proxy_pass http://127.0.0.1:${clear}; proxy_set_header Host $host; ${field} } }`;
      blocks.push(server(told, 'proxy_set_header X-Forwarded-Proto https;'), server(untold, ''));
    }
    const listening = [...ports.values()].flatMap(({ told, untold }) => [told, untold]);
    daemons.push(
      await startNginx({
        program: nginx,
        ports: listening,
        files: { 'cert.pem': cert, 'key.pem': key },
        http: blocks.join('\n'),
      }),
    );
  });
  after(async () => {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    for (const server of servers) server.close();
    await origins?.close();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  for (const [name, cases] of Object.entries(expected) as [Name, (typeof expected)[Name]][]) {
    it(`${name}: behind a proxy that says https, behind one that does not, and in clear`, async function () {
      const known = ports.get(name);
      if (!known)
        return void requireProgram(
          this,
          { Flask: 'python3', PHP: 'php', Sinatra: 'ruby' }[name as string] ?? '',
        );
      expect({
        told: await run(origins, 'https', known.told),
        untold: await run(origins, 'https', known.untold),
        clear: await run(origins, 'http', known.clear),
      }).to.deep.equal(cases);
    });
  }
});

function expressApp(): express.Express {
  const app = express();
  app.set('trust proxy', 1);
  app.use(
    session({
      secret: 'for tests only',
      resave: false,
      saveUninitialized: false,
      name: 'sid',
      cookie: { secure: true },
    }),
  );
  app.post('/login', (request, response) => {
    request.session.user = { id: 'ann' };
    response.status(204).end();
  });
  app.get('/orders', (request, response) => void response.status(request.session.user ? 200 : 401).end());
  return app;
}

/** As koa-session does: a cookie that koa would not send in clear is not set. */
function koaApp(): Koa {
  const app = new Koa({ proxy: true });
  app.use((context) => {
    if (context.method === 'POST') {
      if (context.secure) context.cookies.set('sid', 'session-of-ann');
      context.status = 204;
    } else context.status = context.cookies.get('sid') ? 200 : 401;
  });
  return app;
}

async function run(origins: Origins, scheme: 'http' | 'https', port: number): Promise<object> {
  const origin = `${scheme}://${host}`;
  origins.map(origin, `127.0.0.1:${port}`);
  const test = {
    origins: { app: origin },
    protected: false,
    connect_to: Object.fromEntries(origins.transport.connectTo),
    tls: { ca: 'ca.pem' },
  };
  const { code, written } = await why401(['run', '--reporter', 'json=report.json'], {
    files: {
      'why401.yml': JSON.stringify({ environments: { test } }),
      'a.yml':
        'steps:\n  - {POST: /login, writes: true, expect: {status: 204}}\n  - {GET: /orders, expect: {status: 200}}\n',
      'ca.pem': origins.authority.ca,
    },
  });
  const { scenarios } = JSON.parse(written['report.json'] ?? '{}');
  const [login, orders] = scenarios[0].steps;
  const rules = login.exchanges[0].hops[0].cookies.refused.map(
    (note: { name: string; rule: string }) => `${note.name} ${note.rule}`,
  );
  return { code, rules, causes: orders.findings.map(({ cause }: { cause: string }) => cause) };
}
