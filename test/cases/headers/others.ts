/** haproxy, caddy, lighttpd, varnish, squid and Node between, with and without an endpoint that shows what came through. */
import { createServer, request as forwardTo } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCaddy } from '../../support/caddy.ts';
import { freePort } from '../../support/daemon.ts';
import { startHaproxy } from '../../support/haproxy.ts';
import { startLighttpd } from '../../support/lighttpd.ts';
import { findProgram } from '../../support/require.ts';
import { startVarnish } from '../../support/varnish.ts';
import type { Fault, Front, Site } from '../servers/fault.ts';
import { expired, keyed, large, notTold, orders, uniform, withEcho } from './shared.ts';

const written = 'after the rules';

const haproxy =
  (lines: string, global = '', always = ''): Fault['front'] =>
  async (site, healed) => {
    const port = await freePort();
    const daemon = await startHaproxy({
      program: findProgram('haproxy') ?? 'haproxy',
      ports: [port],
      global: healed ? '' : global,
      configuration: `frontend f\n  bind 127.0.0.1:${port}\n  ${always}\n  ${healed ? '' : lines}\n  default_backend b\nbackend b\n  server a 127.0.0.1:${site.app.port}`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
const caddy =
  (lines: string): Fault['front'] =>
  async (site, healed) => {
    const port = await freePort();
    const daemon = await startCaddy({
      program: findProgram('caddy') ?? 'caddy',
      port,
      site: `reverse_proxy 127.0.0.1:${site.app.port} {\n    ${healed ? '' : lines}\n  }`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
const lighttpd =
  (lines: string): Fault['front'] =>
  async (site, healed) => {
    const port = await freePort();
    const daemon = await startLighttpd({
      program: findProgram('lighttpd') ?? '/usr/sbin/lighttpd',
      port,
      modules: ['mod_setenv', 'mod_proxy'],
      configuration: `proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${site.app.port})))\n${healed ? '' : lines}`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
const varnish =
  (lines: string): Fault['front'] =>
  async (site, healed) => {
    const front = await startVarnish(site.app.port, healed ? '' : lines);
    return { ports: { api: front.port, www: front.port }, stop: front.stop };
  };

/** A gateway written with node:http, with the limit and the rule of its author. */
async function nodeFront(site: Site, size: number, pass: (headers: Headers) => void): Promise<Front> {
  const server = createServer({ maxHeaderSize: size }, (request, response) => {
    const headers = { ...request.headers };
    pass(headers);
    const onward = forwardTo(
      { port: site.app.port, host: '127.0.0.1', path: request.url, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ports: { api: (server.address() as AddressInfo).port },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
type Headers = Record<string, string | string[] | undefined>;
const node =
  (pass: (headers: Headers) => void, size = 65_536): Fault['front'] =>
  (site, healed) =>
    nodeFront(site, healed ? 65_536 : size, healed ? () => {} : pass);

const h = { written, servers: ['HAProxy 2.6.12'], needs: ['haproxy'] } as const;
const c = { written, servers: ['Caddy 2.6'], needs: ['caddy'] } as const;
const l = { written, servers: ['lighttpd'], needs: ['/usr/sbin/lighttpd'] } as const;
const v = { written, servers: ['varnish 7.1.1'], needs: ['varnishd'] } as const;
const j = { written, servers: ['node:http'], needs: [] } as const;

export const otherFaults: readonly Fault[] = [
  {
    ...h,
    ...withEcho(),
    id: 'headers-haproxy/deletes-authorization',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/debug/headers', 'did not arrive'],
    steps: uniform,
    twin: 'headers-haproxy/foreign-key',
    front: haproxy('http-request del-header Authorization'),
  },
  {
    ...h,
    ...withEcho(),
    id: 'headers-haproxy/foreign-key',
    causes: ['key-unknown'],
    decisive: ['k0'],
    steps: uniform,
    twin: 'headers-haproxy/deletes-authorization',
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: await app.token({ key: healed ? 'published' : 'withdrawn' }),
    }),
    front: haproxy(''),
  },
  {
    ...h,
    ...withEcho(),
    id: 'headers-haproxy/deletes-for-one-path',
    causes: ['credentials-stripped-by-proxy', 'token-revoked', 'audience-mismatch'],
    decisive: ['401'],
    steps: uniform,
    front: haproxy('http-request del-header Authorization if { path_beg /uniform }'),
  },
  {
    ...h,
    ...withEcho(),
    ...keyed('X-Api-Key', 'keyed'),
    id: 'headers-haproxy/replaces-key',
    causes: ['credentials-replaced-by-proxy'],
    decisive: ['x-api-key', '/debug/headers'],
    twin: 'headers-haproxy/wrong-key',
    front: haproxy('http-request set-header X-Api-Key of-the-gateway-itself'),
  },
  {
    ...h,
    ...withEcho(),
    ...keyed('X-Api-Key', 'keyed', true),
    id: 'headers-haproxy/wrong-key',
    causes: ['api-key-invalid', 'api-key-expired'],
    decisive: ['401'],
    twin: 'headers-haproxy/replaces-key',
    front: haproxy(''),
  },
  {
    ...h,
    ...withEcho('/debug/raw'),
    id: 'headers-haproxy/adds-authorization',
    causes: ['credentials-duplicated', 'credentials-replaced-by-proxy'],
    beside: ['credentials-replaced-by-proxy'],
    decisive: ['/debug/raw'],
    steps: uniform,
    front: haproxy('http-request replace-header Authorization (.*) "\\1, Basic c2VydmljZTp4"'),
  },
  {
    ...h,
    ...large,
    id: 'headers-haproxy/small-buffer',
    causes: ['header-too-large', 'authorization-malformed'],
    beside: ['header-too-large'],
    decisive: ['400', 'authorization'],
    steps: orders,
    sibling: true,
    front: haproxy('', 'tune.bufsize 4096\n  tune.maxrewrite 512'),
  },
  {
    // A front that changes something else: nothing is lost.
    ...h,
    ...withEcho('/debug/raw'),
    ...expired,
    id: 'headers-haproxy/adds-a-header-of-its-own',
    causes: ['token-expired'],
    decisive: ['exp'],
    steps: uniform,
    front: haproxy('', '', 'http-request set-header X-Front haproxy'),
  },
  {
    ...c,
    ...withEcho(),
    id: 'headers-caddy/removes-authorization',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/debug/headers'],
    steps: orders,
    front: caddy('header_up -Authorization'),
  },
  {
    ...c,
    ...withEcho(),
    id: 'headers-caddy/sets-authorization',
    causes: ['credentials-replaced-by-proxy'],
    decisive: ['/debug/headers'],
    steps: orders,
    open: true,
    front: caddy('header_up Authorization "Bearer of-the-front"'),
  },
  {
    ...l,
    ...withEcho(),
    id: 'headers-lighttpd/empties-authorization',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/debug/headers'],
    steps: uniform,
    front: lighttpd('setenv.set-request-header = ("Authorization" => "")'),
  },
  {
    ...v,
    ...withEcho(),
    id: 'headers-varnish/unsets-for-caching',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/debug/headers'],
    steps: uniform,
    twin: 'headers-varnish/passes-foreign-audience',
    front: varnish('sub vcl_recv { unset req.http.Authorization; }'),
  },
  {
    ...v,
    ...withEcho(),
    id: 'headers-varnish/passes-foreign-audience',
    causes: ['audience-mismatch'],
    decisive: ['aud'],
    steps: uniform,
    twin: 'headers-varnish/unsets-for-caching',
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: await app.token(healed ? {} : { claims: { aud: 'https://billing.example.test' } }),
    }),
    front: varnish(''),
  },
  {
    ...j,
    ...withEcho(),
    ...large,
    id: 'headers-node/max-header-size',
    causes: ['header-too-large'],
    decisive: ['431', 'authorization'],
    steps: orders,
    front: node(() => {}, 3000),
  },
  {
    // A list of what may pass, in which the key is not.
    ...j,
    ...withEcho(),
    ...keyed('X-Depot-Key', 'keyed'),
    id: 'headers-node/passes-listed-names',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x-depot-key', '/debug/headers'],
    front: node((headers) => {
      for (const name of Object.keys(headers))
        if (!['host', 'user-agent', 'accept', 'authorization'].includes(name)) delete headers[name];
    }),
  },
  {
    ...j,
    ...withEcho(),
    id: 'headers-node/lower-case-token',
    causes: ['credentials-replaced-by-proxy', 'token-malformed', ...notTold],
    decisive: ['/debug/headers'],
    steps: uniform,
    front: node((headers) => {
      headers['authorization'] = String(headers['authorization']).toLowerCase();
    }),
  },
];
