/** varnish, Apache's modules for forms, limits and methods, and nginx with subrequests and maps. */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { daemonFolder, freePort, startDaemon } from '../../support/daemon.ts';
import { findProgram } from '../../support/require.ts';
import { bare403 } from '../jwt/groups.ts';
import { type ApacheFront, apache, apacheFront } from '../servers/apache-front.ts';
import type { Credentials, Fault, Front, Site } from '../servers/fault.ts';
import { type NginxFront, nginx, nginxFront } from '../servers/nginx-front.ts';

const written = 'after the rules';
const steps = [{ GET: '/orders' }];
const order = [{ POST: '/orders', body: { json: { item: 'ink' } }, writes: true, expect: { status: 201 } }];

/** What varnish does with a request on its own: nothing is cached that has an Authorization. */
async function varnishFront(site: Site, lines: string, port = site.app.port): Promise<Front> {
  const [listen, folder] = [await freePort(), daemonFolder('varnish')];
  const file = join(folder, 'default.vcl');
  writeFileSync(file, `vcl 4.1;\nbackend default { .host = "127.0.0.1"; .port = "${port}"; }\n${lines}\n`);
  const program = findProgram('varnishd') ?? '/usr/sbin/varnishd';
  const place = join(folder, 'work');
  const args = ['-F', '-j', 'none', '-n', place, '-a', `127.0.0.1:${listen}`, '-T', 'none', '-f', file];
  const daemon = await startDaemon(program, [...args, '-s', 'malloc,8m'], folder, [listen]);
  return { ports: { api: listen, www: listen }, stop: daemon.stop };
}
const varnish =
  (lines: string): Fault['front'] =>
  (site, healed) =>
    varnishFront(site, healed ? '' : lines);
const v = { written, steps, servers: ['varnish 7.1.1'], needs: ['varnishd'] } as const;
const keepAll = `sub vcl_recv { return (hash); }
sub vcl_backend_response { set beresp.ttl = 60s; set beresp.uncacheable = false; return (deliver); }
sub vcl_deliver { if (obj.hits > 0) { set resp.http.X-Cache = "HIT"; } else { set resp.http.X-Cache = "MISS"; } }`;
async function ask(port: number, host: string): Promise<void> {
  const [answer] = await once(
    get({ port, host: '127.0.0.1', path: '/orders', headers: { host } }),
    'response',
  );
  (answer as IncomingMessage).resume();
  await once(answer as IncomingMessage, 'end');
}

const varnishFaults: readonly Fault[] = [
  {
    ...v,
    id: 'varnish/refusal-of-another-is-cached',
    causes: ['cached-response'],
    decisive: ['HIT'],
    sibling: true,
    front: async (site, healed) => {
      if (healed) return varnishFront(site, '');
      const front = await varnishFront(site, keepAll);
      // Somebody asked before, without a token.
      await ask(front.ports['api'] ?? 0, 'api.example.test');
      return front;
    },
  },
  {
    ...v,
    id: 'varnish/unsets-authorization',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['401'],
    sibling: true,
    front: varnish('sub vcl_recv { unset req.http.Authorization; unset req.http.Cookie; }'),
  },
  {
    ...v,
    id: 'varnish/backend-gone',
    causes: ['gateway-down'],
    decisive: ['503'],
    front: async (site, healed) => varnishFront(site, '', healed ? site.app.port : await freePort()),
  },
  {
    ...v,
    id: 'varnish/agents-refused',
    causes: ['edge-blocked', 'ip-not-allowed', 'policy-blocked'],
    beside: ['edge-blocked'],
    decisive: ['403'],
    open: true,
    front: varnish(
      'sub vcl_recv { if (req.http.User-Agent ~ "why401") { return (synth(403, "Forbidden")); } }',
    ),
  },
  {
    ...v,
    id: 'varnish/reads-only',
    causes: ['method-wrong'],
    decisive: ['405'],
    steps: order,
    sibling: true,
    front: varnish(
      'sub vcl_recv { if (req.method != "GET" && req.method != "HEAD") { return (synth(405, "This method is not allowed here")); } }',
    ),
  },
];

const a = { written, steps, servers: apache, needs: ['apache2'] } as const;
function between(faulty: ApacheFront, healed: ApacheFront = {}): Fault['front'] {
  return (site, whole) => apacheFront(site, whole ? healed : faulty);
}
const loginPage =
  '<!DOCTYPE html><html><head><title>Sign in to the depot</title></head><body><form method="POST" action="/dologin"><input type="text" name="httpd_username"><input type="password" name="httpd_password"><input type="submit" value="Sign in"></form></body></html>';
const forms: ApacheFront = {
  modules: [
    'authn_core',
    'authn_file',
    'authz_user',
    'request',
    'session',
    'session_cookie',
    'auth_form',
    'alias',
  ],
  files: { users: 'ops:x\n', 'login.html': loginPage },
  configuration: `ProxyPass /login.html !
Alias /login.html {folder}/login.html
<Directory {folder}>
Require all granted
</Directory>
<Location /orders>
AuthType form
AuthName Depot
AuthFormProvider file
AuthUserFile {folder}/users
AuthFormLoginRequiredLocation https://api.example.test/login.html
Session On
SessionCookieName depot path=/
Require valid-user
</Location>`,
};
const roles = Array.from({ length: 90 }, (_, index) => `orders-department-${index}`);
const apacheFaults: readonly Fault[] = [
  {
    ...a,
    id: 'apache-forms/login-instead-of-token',
    causes: ['login-redirect'],
    decisive: ['/login.html'],
    sibling: true,
    steps: [{ GET: '/orders', expect: { status: 200, json: { '$.orders[0].id': 7 } } }],
    front: between(forms),
  },
  {
    ...a,
    id: 'apache-digest/bearer-sent',
    causes: ['basic-shadow', 'scheme-mismatch'],
    beside: ['scheme-mismatch', 'basic-shadow'],
    decisive: ['Digest', 'Depot'],
    sibling: true,
    front: between({
      modules: ['authn_core', 'authn_file', 'authz_user', 'auth_digest'],
      files: { digest: 'ops:Depot:939e7578ed9e3c518a452acee763bce9\n' },
      configuration:
        '<Location />\nAuthType Digest\nAuthName Depot\nAuthUserFile {folder}/digest\nRequire valid-user\n</Location>',
    }),
  },
  {
    ...a,
    id: 'apache-limits/token-of-many-roles',
    causes: ['header-too-large'],
    decisive: ['400'],
    sibling: true,
    secrets: async ({ app }) => ({ READER_TOKEN: await app.token({ claims: { roles } }) }),
    front: between({ configuration: 'LimitRequestFieldSize 1500' }),
  },
  {
    ...a,
    id: 'apache-methods/reads-only',
    causes: ['method-wrong'],
    beside: ['permission-missing'],
    decisive: ['405'],
    steps: order,
    front: between({
      modules: ['allowmethods'],
      configuration: '<Location />\nAllowMethods GET HEAD OPTIONS\n</Location>',
    }),
  },
  {
    ...a,
    id: 'apache-rewrite/maintenance-page',
    causes: ['gateway-down'],
    decisive: ['503'],
    sibling: true,
    front: between({
      modules: ['rewrite'],
      configuration:
        'ErrorDocument 503 "<h1>We will be back at 18:00</h1>"\nRewriteEngine On\nRewriteRule ^ - [R=503,L]',
    }),
  },
];

const n = { written, steps, servers: nginx, needs: ['nginx'] } as const;
function nginxBetween(faulty: NginxFront, healed: NginxFront = {}): Fault['front'] {
  return (site, whole) => nginxFront(site, whole ? healed : faulty);
}
/** A service that is asked for each request, and says yes if the application would. */
const subrequest = (lines: string): NginxFront => ({
  gate: 'auth_request /check;',
  server: `location = /check { internal; proxy_pass http://127.0.0.1:{app}/uniform/orders; proxy_pass_request_body off; proxy_set_header Content-Length ""; ${lines} }`,
});
/** A service that refuses by the agent, and says 403. */
async function withService(site: Site, healed: boolean): Promise<Front> {
  const service = createServer((_request, response) => void response.writeHead(healed ? 204 : 403).end());
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  const front = await nginxFront(site, {
    gate: 'auth_request /check;',
    server: `location = /check { internal; proxy_pass http://127.0.0.1:${port}/; }`,
  });
  return {
    ...front,
    stop: async () => {
      await front.stop();
      service.closeAllConnections();
      await new Promise((resolve) => service.close(resolve));
    },
  };
}
const plain = (name: string): Credentials => ({
  partner: { type: 'api_key', in: 'header', name, value: '${secret.KEY}' },
});
const partners = `map $http_x_partner_key $partner { default ""; "p-2026-acme-4711" acme; }`;
const partnerGate = `if ($partner = "") { return 403 '{"code":"PARTNER_KEY_INVALID","message":"The partner key is not valid"}'; } default_type application/json;`;
const closed = '<html><head><title>403</title></head></html>';

const nginxFaults: readonly Fault[] = [
  {
    ...n,
    id: 'nginx-subrequest/header-not-passed',
    causes: ['credentials-stripped-by-proxy', 'gateway-misconfigured', 'credentials-replaced-by-proxy'],
    beside: ['credentials-stripped-by-proxy'],
    decisive: ['401'],
    sibling: true,
    twin: 'nginx-subrequest/token-expired',
    front: nginxBetween(subrequest('proxy_set_header Authorization "";'), subrequest('')),
  },
  {
    ...n,
    id: 'nginx-subrequest/token-expired',
    causes: ['token-expired'],
    decisive: ['exp'],
    twin: 'nginx-subrequest/header-not-passed',
    secrets: async ({ app }, healed) => ({ READER_TOKEN: await app.token(healed ? {} : { lifetime: -300 }) }),
    front: nginxBetween(subrequest(''), subrequest('')),
  },
  {
    ...n,
    id: 'nginx-subrequest/service-refuses',
    causes: bare403('policy-blocked'),
    decisive: ['403'],
    sibling: true,
    front: withService,
  },
  {
    ...n,
    id: 'nginx-satisfy/address-list-lost',
    causes: ['basic-shadow'],
    decisive: ['Staff only'],
    sibling: true,
    front: nginxBetween(
      {
        gate: 'satisfy any; allow 192.0.2.0/24; deny all; auth_basic "Staff only"; auth_basic_user_file {folder}/users;',
        files: { users: 'ops:{PLAIN}x\n' },
      },
      {
        gate: 'satisfy any; allow 127.0.0.0/8; deny all; auth_basic "Staff only"; auth_basic_user_file {folder}/users;',
        files: { users: 'ops:{PLAIN}x\n' },
      },
    ),
  },
  {
    ...n,
    id: 'nginx-map/partner-key-rotated',
    causes: ['api-key-invalid', 'api-key-expired'],
    beside: ['api-key-invalid'],
    decisive: ['partner key is not valid'],
    steps: [{ GET: '/open/orders' }],
    open: true,
    credential: 'partner',
    credentials: plain('X-Partner-Key'),
    fields: ['x-partner-key'],
    secrets: async (_site, healed) => ({ KEY: healed ? 'p-2026-acme-4711' : 'p-2025-acme-0815' }),
    front: nginxBetween({ http: partners, gate: partnerGate }, { http: partners, gate: partnerGate }),
  },
  {
    ...n,
    id: 'nginx-map/key-wanted-in-query',
    causes: ['credentials-missing'],
    beside: ['api-key-invalid'],
    decisive: ['apikey'],
    steps: [{ GET: '/open/orders' }],
    credential: 'partner',
    credentials: plain('X-Partner-Key'),
    fields: ['x-partner-key'],
    secrets: async () => ({ KEY: 'p-2026-acme-4711' }),
    front: nginxBetween({
      gate: `default_type application/json; if ($arg_apikey = "") { return 401 '{"message":"Query parameter apikey is required"}'; }`,
    }),
  },
  {
    ...n,
    id: 'nginx-redirect/internal-port',
    causes: ['credentials-dropped-on-redirect'],
    beside: ['redirect-downgrade'],
    decisive: ['http://api.example.test:8080'],
    hop: 2,
    sibling: true,
    front: async (site, healed) => {
      const front = await nginxFront(site, {
        ...(healed
          ? {}
          : { server: 'location = /orders { return 301 http://api.example.test:8080/orders/7; }' }),
      });
      return healed ? front : { ...front, further: { 'http://api.example.test:8080': site.app.port } };
    },
  },
  {
    ...n,
    id: 'nginx-redirect/post-over-www',
    causes: ['method-changed-by-redirect'],
    beside: ['credentials-dropped-on-redirect', 'method-wrong'],
    decisive: ['301', 'POST'],
    steps: order,
    open: true,
    front: nginxBetween({
      server: `location = /orders { return 301 https://api.example.test/orders/; } location = /orders/ { if ($request_method = GET) { add_header Allow POST always; return 405; } proxy_pass http://127.0.0.1:{app}; }`,
    }),
  },
  {
    ...n,
    id: 'nginx-default/host-of-nobody',
    causes: ['host-not-allowed', 'edge-blocked', 'ip-not-allowed', 'policy-blocked', 'route-missing'],
    decisive: ['403'],
    sibling: true,
    front: nginxBetween({
      server: 'server_name orders.internal;',
      http: `server { listen 127.0.0.1:{port} default_server; location / { default_type text/html; return 403 '${closed}'; } }`,
    }),
  },
];

export const frontFaults: readonly Fault[] = [...varnishFaults, ...apacheFaults, ...nginxFaults];
