/** varnish, lighttpd and haproxy in front of an application, and bare sockets. */
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { daemonFolder, freePort, startDaemon } from '../../support/daemon.ts';
import { startHaproxy } from '../../support/haproxy.ts';
import { findProgram } from '../../support/require.ts';
import type { Case } from '../case.ts';
import { define, type Fault, type Front, type Site } from '../servers/fault.ts';

const written = 'after the rules';
const steps = [{ GET: '/orders' }];

async function lighttpdFront(site: Site, lines: string): Promise<Front> {
  const [port, folder] = [await freePort(), daemonFolder('lighttpd')];
  writeFileSync(join(folder, 'users'), 'ops:x\n');
  const file = join(folder, 'lighttpd.conf');
  writeFileSync(
    file,
    `server.modules = ("mod_access", "mod_auth", "mod_authn_file", "mod_redirect", "mod_setenv", "mod_proxy")
server.port = ${port}\nserver.bind = "127.0.0.1"\nserver.document-root = "${folder}"
proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${site.app.port})))
${lines.replaceAll('{folder}', folder)}\n`,
  );
  const daemon = await startDaemon(
    findProgram('lighttpd') ?? '/usr/sbin/lighttpd',
    ['-D', '-f', file],
    folder,
    [port],
  );
  return { ports: { api: port, www: port }, stop: daemon.stop };
}
const lighttpd =
  (faulty: string): Fault['front'] =>
  (site, healed) =>
    lighttpdFront(site, healed ? '' : faulty);

const haproxy =
  (line: string): Fault['front'] =>
  async (site, healed) => {
    const port = await freePort();
    const daemon = await startHaproxy({
      program: findProgram('haproxy') ?? 'haproxy',
      ports: [port],
      configuration: `frontend f\n  bind 127.0.0.1:${port}\n  ${healed ? '' : line}\n  default_backend b\nbackend b\n  server a 127.0.0.1:${site.app.port}`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
const socket =
  (answer: string): Fault['front'] =>
  async (site, healed) => {
    if (healed) return { ports: { api: site.app.port }, stop: async () => {} };
    const server = createServer((client) => {
      client.on('error', () => {});
      client.once('data', () => client.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { ports: { api: (server.address() as AddressInfo).port }, stop: async () => void server.close() };
  };
const l = { written, steps, servers: ['lighttpd'], needs: ['/usr/sbin/lighttpd'] } as const;
const h = { written, steps, servers: ['HAProxy 2.6.12'], needs: ['haproxy'] } as const;
const s = { written, steps, servers: ['bare socket'], needs: [] } as const;
const strict = [{ GET: '/orders', expect: { status: 200, json: { '$.orders[0].id': 7 } } }];
const www = { api: 'https://api.example.test', www: 'https://www.example.test' };
const faults: readonly Fault[] = [
  {
    ...l,
    id: 'after-lighttpd/basic',
    causes: ['basic-shadow'],
    decisive: ['Depot'],
    sibling: true,
    front: lighttpd(
      'auth.backend = "plain"\nauth.backend.plain.userfile = "{folder}/users"\nauth.require = ("/" => ("method" => "basic", "realm" => "Depot", "require" => "valid-user"))',
    ),
  },
  {
    ...l,
    id: 'after-lighttpd/redirect-host',
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['https://www.example.test'],
    hop: 2,
    origins: www,
    front: lighttpd(
      '$HTTP["host"] == "api.example.test" { url.redirect = ("^/(.*)" => "https://www.example.test/$1") }',
    ),
  },
  {
    ...l,
    id: 'after-lighttpd/strips',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['401'],
    sibling: true,
    front: lighttpd('setenv.set-request-header = ("Authorization" => "")'),
  },
  {
    ...l,
    id: 'after-lighttpd/unavailable',
    causes: ['gateway-down'],
    decisive: ['503'],
    front: lighttpd(`proxy.server := ("" => (("host" => "127.0.0.1", "port" => 1)))`),
  },
  {
    ...h,
    id: 'after-haproxy/json-403',
    causes: ['edge-blocked', 'ip-not-allowed', 'policy-blocked'],
    decisive: ['403'],
    twin: 'after-haproxy/json-403-address',
    front: haproxy(
      `http-request return status 403 content-type application/json string '{"error":"denied"}' if { hdr_sub(user-agent) why401 }`,
    ),
  },
  {
    ...h,
    id: 'after-haproxy/json-403-address',
    causes: ['ip-not-allowed', 'edge-blocked', 'policy-blocked'],
    decisive: ['403'],
    twin: 'after-haproxy/json-403',
    front: haproxy(
      `http-request return status 403 content-type application/json string '{"error":"denied"}' if { src 127.0.0.1 }`,
    ),
  },
  {
    ...h,
    id: 'after-haproxy/replaces',
    causes: ['credentials-replaced-by-proxy', 'credentials-stripped-by-proxy'],
    decisive: ['401'],
    sibling: true,
    front: haproxy('http-request set-header Authorization "Bearer service"'),
  },
  {
    ...h,
    id: 'after-haproxy/redirect-prefix',
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['https://www.example.test'],
    hop: 2,
    open: true,
    origins: www,
    front: haproxy(
      'http-request redirect prefix https://www.example.test code 307 if { hdr(host) api.example.test }',
    ),
  },
  { ...s, id: 'after-socket/closes', causes: ['connection-closed'], decisive: [], front: socket('') },
  {
    ...s,
    id: 'after-socket/half-a-head',
    causes: ['connection-closed'],
    decisive: [],
    front: socket('HTTP/1.1 200 OK\r\nContent-Ty'),
  },
  {
    ...s,
    id: 'after-socket/half-a-body',
    causes: ['body-truncated'],
    decisive: ['200'],
    steps: strict,
    front: socket(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{"orders":',
    ),
  },
];
export const frontAfter: readonly Case[] = faults.map(define);
