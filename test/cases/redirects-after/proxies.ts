/** haproxy, Apache httpd, caddy, lighttpd, varnish and squid that redirect, or that lose what was sent. */
import { startCaddy } from '../../support/caddy.ts';
import { freePort } from '../../support/daemon.ts';
import { startHaproxy } from '../../support/haproxy.ts';
import { startLighttpd } from '../../support/lighttpd.ts';
import { findProgram } from '../../support/require.ts';
import { startSquid } from '../../support/squid.ts';
import { startVarnish } from '../../support/varnish.ts';
import { expired, keyed, uniform, withEcho } from '../headers/shared.ts';
import { type ApacheFront, apache, apacheFront } from '../servers/apache-front.ts';
import type { Fault } from '../servers/fault.ts';
import { type FrontOf, order, orders, written, www } from './chained.ts';

const haproxy =
  (faulty: string, healed = ''): FrontOf =>
  async (site, whole) => {
    const port = await freePort();
    const daemon = await startHaproxy({
      program: findProgram('haproxy') ?? 'haproxy',
      ports: [port],
      configuration: `frontend f\n  bind 127.0.0.1:${port}\n  ${whole ? healed : faulty}\n  default_backend b\nbackend b\n  server a 127.0.0.1:${site.app.port}`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
const caddy =
  (lines: string): FrontOf =>
  async (site, whole) => {
    const port = await freePort();
    const daemon = await startCaddy({
      program: findProgram('caddy') ?? 'caddy',
      port,
      site: `${whole ? '' : lines}\n  reverse_proxy 127.0.0.1:${site.app.port}`,
    });
    return { ports: { api: port, www: port, entry: port }, stop: daemon.stop };
  };
const lighttpd =
  (lines: string): FrontOf =>
  async (site, whole) => {
    const port = await freePort();
    const daemon = await startLighttpd({
      program: findProgram('lighttpd') ?? '/usr/sbin/lighttpd',
      port,
      modules: ['mod_redirect', 'mod_setenv', 'mod_proxy'],
      configuration: `proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${site.app.port})))\n${whole ? '' : lines}`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
const varnish =
  (lines: string): FrontOf =>
  async (site, whole) => {
    const front = await startVarnish(site.app.port, whole ? '' : lines);
    return { ports: { api: front.port, www: front.port }, stop: front.stop };
  };
function httpd(faulty: ApacheFront, healed: ApacheFront = {}): FrontOf {
  return (site, whole) => apacheFront(site, whole ? healed : faulty);
}
/** In front of the application: it keeps Authorization to itself unless it is told to pass it. */
function squid(peer: string, lines = ''): FrontOf {
  return async (site, whole) => {
    const [port, forward] = [await freePort(), await freePort()];
    const daemon = await startSquid({
      program: findProgram('squid') ?? 'squid',
      port: forward,
      configuration: `http_port 127.0.0.1:${port} accel defaultsite=api.example.test vhost
cache_peer 127.0.0.1 parent ${site.app.port} 0 no-query no-digest originserver name=app ${whole ? 'login=PASSTHRU' : peer}
http_access allow all
${whole ? '' : lines}`,
    });
    return { ports: { api: port }, stop: daemon.stop };
  };
}

const h = { written, servers: ['HAProxy 2.6.12'], needs: ['haproxy'] } as const;
const a = { written, servers: apache, needs: ['apache2'] } as const;
const c = { written, servers: ['caddy 2.6.2'], needs: ['caddy'] } as const;
const l = { written, servers: ['lighttpd'], needs: ['/usr/sbin/lighttpd'] } as const;
const v = { written, servers: ['varnish 7.1.1'], needs: ['varnishd'] } as const;
const s = { written, servers: ['squid 5.7'], needs: ['squid'] } as const;
export const proxyFaults: readonly Fault[] = [
  {
    // TLS ends before haproxy, which looks at its own connection.
    ...h,
    id: 'redirects-haproxy/scheme-loop',
    causes: ['redirect-loop'],
    decisive: ['https://api.example.test/orders'],
    steps: orders,
    front: haproxy('http-request redirect scheme https unless { ssl_fc }'),
  },
  {
    ...h,
    id: 'redirects-haproxy/canonical-post',
    causes: ['credentials-dropped-on-redirect'],
    beside: ['method-changed-by-redirect'],
    decisive: ['https://www.example.test'],
    steps: order,
    origins: www,
    front: haproxy(
      'http-request redirect prefix https://www.example.test code 301 if { hdr(host) api.example.test }',
    ),
  },
  {
    ...h,
    id: 'redirects-haproxy/two-hosts-in-a-circle',
    causes: ['redirect-loop'],
    decisive: ['https://www.example.test/orders'],
    steps: orders,
    origins: www,
    front: haproxy(
      'http-request redirect prefix https://www.example.test code 302 if { hdr(host) api.example.test }\n  http-request redirect prefix https://api.example.test code 302 if { hdr(host) www.example.test }',
    ),
  },
  {
    ...a,
    id: 'redirects-apache/rewrite-https-loop',
    causes: ['redirect-loop'],
    decisive: ['https://api.example.test/orders'],
    steps: orders,
    front: httpd({
      modules: ['rewrite'],
      configuration:
        'RewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]',
    }),
  },
  {
    ...a,
    id: 'redirects-apache/redirect-permanent-post',
    causes: ['method-changed-by-redirect', 'redirect-unexpected'],
    decisive: ['301', 'POST'],
    steps: [{ POST: '/order', body: { json: { item: 'ink' } }, writes: true, expect: { status: 201 } }],
    sibling: true,
    front: httpd(
      {
        modules: ['alias'],
        configuration:
          'ProxyPass /order !\nRedirectMatch permanent ^/order$ https://api.example.test/orders/new',
      },
      { modules: ['alias'], configuration: 'ProxyPass /order http://127.0.0.1:{app}/orders' },
    ),
  },
  {
    ...a,
    ...withEcho(),
    ...keyed('X-Api-Key', 'keyed'),
    id: 'redirects-apache/unsets-key',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x-api-key'],
    twin: 'redirects-apache/key-of-last-year',
    front: httpd({ modules: ['headers'], configuration: 'RequestHeader unset X-Api-Key' }),
  },
  {
    ...a,
    ...withEcho(),
    ...keyed('X-Api-Key', 'keyed', true),
    id: 'redirects-apache/key-of-last-year',
    causes: ['api-key-invalid', 'api-key-expired'],
    decisive: ['401'],
    twin: 'redirects-apache/unsets-key',
    front: httpd({}),
  },
  {
    ...c,
    id: 'redirects-caddy/port-lost',
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['https://api.example.test'],
    steps: orders,
    hop: 2,
    origins: { entry: 'https://api.example.test:8443', api: 'https://api.example.test' },
    front: async (site, healed) => {
      const [lost, whole] = [
        await caddy('redir https://api.example.test{uri} 302')(site, healed),
        await caddy('')(site, healed),
      ];
      return {
        ports: { entry: lost.ports['api'] ?? 0, api: whole.ports['api'] ?? 0 },
        stop: async () => {
          await Promise.all([lost.stop(), whole.stop()]);
        },
      };
    },
  },
  {
    ...c,
    ...withEcho(),
    id: 'redirects-caddy/names-itself',
    twin: 'redirects-squid/expired',
    causes: ['credentials-replaced-by-proxy'],
    decisive: ['Basic', '/debug/headers'],
    steps: uniform,
    open: true,
    front: async (site, healed) => {
      const port = await freePort();
      const daemon = await startCaddy({
        program: findProgram('caddy') ?? 'caddy',
        port,
        site: `reverse_proxy 127.0.0.1:${site.app.port} {\n ${healed ? '' : 'header_up Authorization "Basic b3BzOmNvcnJlY3Q="'}\n }`,
      });
      return { ports: { api: port }, stop: daemon.stop };
    },
  },
  {
    ...l,
    id: 'redirects-lighttpd/field-size',
    causes: ['header-too-large'],
    decisive: ['431'],
    steps: orders,
    sibling: true,
    secrets: async ({ app }) => ({
      READER_TOKEN: await app.token({
        claims: { roles: Array.from({ length: 200 }, (_, at) => `department-${at}`) },
      }),
    }),
    front: lighttpd('server.max-request-field-size = 2048'),
  },
  {
    ...v,
    id: 'redirects-varnish/canonical-host',
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['https://www.example.test'],
    hop: 2,
    steps: orders,
    origins: www,
    front:
      varnish(`sub vcl_recv { if (req.http.host == "api.example.test") { return (synth(750, "Moved")); } }
sub vcl_synth { if (resp.status == 750) { set resp.status = 301; set resp.http.Location = "https://www.example.test" + req.url; return (deliver); } }`),
  },
  {
    ...s,
    ...withEcho(),
    id: 'redirects-squid/peer-without-login',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/debug/headers'],
    steps: uniform,
    twin: 'redirects-squid/expired',
    front: squid(''),
  },
  {
    ...s,
    ...withEcho(),
    ...expired,
    id: 'redirects-squid/expired',
    causes: ['token-expired'],
    decisive: ['exp'],
    steps: uniform,
    twin: 'redirects-squid/peer-without-login',
    front: squid('login=PASSTHRU'),
  },
];
