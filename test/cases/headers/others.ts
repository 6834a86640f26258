/** haproxy, caddy, lighttpd, varnish and Node between, with and without an endpoint that shows what came through. */
import type { Fault } from '../servers/fault.ts';
import { caddy, haproxy, lighttpd, node, varnish } from './fronts.ts';
import { expired, keyed, large, notTold, orders, uniform, withEcho } from './shared.ts';

const written = 'after the rules';
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
