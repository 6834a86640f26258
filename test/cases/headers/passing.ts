/** What passes beside: the same credential in another header, at another origin, in a sibling environment. */
import type { Fault } from '../servers/fault.ts';
import { nginx } from '../servers/nginx-front.ts';
import { haproxy, nginxBetween, node } from './fronts.ts';
import { keyed, notTold, uniform } from './shared.ts';

const written = 'after the rules';
const n = { written, servers: nginx, needs: ['nginx'] } as const;
const h = { written, servers: ['HAProxy 2.6.12'], needs: ['haproxy'] } as const;
const key = (name: string): object => ({
  type: 'api_key',
  in: 'header',
  name,
  value: '${secret.GATEWAY_KEY}',
});
const both = { api: 'https://api.example.test', entry: 'https://entry.example.test' };
const withEntry =
  (front: Fault['front']): Fault['front'] =>
  async (site, healed) => {
    const { ports, stop } = await front(site, healed);
    return { ports: { ...ports, entry: site.app.port }, stop };
  };

export const passingFaults: readonly Fault[] = [
  {
    // The same key passes under the other name.
    ...n,
    id: 'headers-passing/key-under-another-name',
    causes: ['header-dropped-by-proxy', 'credentials-missing'],
    decisive: ['x_api_key', 'X-Api-Key'],
    steps: [
      { GET: '/keyed/orders', credential: 'clean' },
      { GET: '/keyed/orders', credential: 'legacy' },
    ],
    credentials: {
      clean: { ...key('X-Api-Key') },
      legacy: { ...key('x_api_key') },
    },
    fields: ['x_api_key'],
    secrets: async ({ app }) => ({ GATEWAY_KEY: app.apiKey }),
    front: nginxBetween({}, { http: 'underscores_in_headers on;' }),
  },
  {
    // Nothing about the name: a list that has only one of both.
    ...n,
    id: 'headers-passing/key-under-a-listed-name',
    causes: ['header-dropped-by-proxy', 'credentials-missing'],
    decisive: ['x-depot-key', 'X-Api-Key'],
    steps: [
      { GET: '/keyed/orders', credential: 'clean' },
      { GET: '/keyed/orders', credential: 'legacy' },
    ],
    credentials: {
      clean: { ...key('X-Api-Key') },
      legacy: { ...key('X-Depot-Key') },
    },
    fields: ['x-depot-key'],
    twin: 'headers-passing/name-that-nobody-reads',
    secrets: async ({ app }) => ({ GATEWAY_KEY: app.apiKey }),
    front: nginxBetween({ gate: 'proxy_set_header X-Depot-Key "";' }),
  },
  {
    // The first key passes, and the second is another one.
    ...n,
    id: 'headers-passing/another-key-is-wrong',
    causes: ['api-key-invalid', 'api-key-expired', 'header-dropped-by-proxy'],
    decisive: ['401'],
    steps: [
      { GET: '/keyed/orders', credential: 'clean' },
      { GET: '/keyed/orders', credential: 'legacy' },
    ],
    credentials: {
      clean: { ...key('X-Api-Key') },
      legacy: { ...key('X-Depot-Key'), value: '${secret.DEPOT_KEY}' },
    },
    fields: ['x-depot-key'],
    secrets: async ({ app }, healed) => ({
      GATEWAY_KEY: app.apiKey,
      DEPOT_KEY: healed ? app.apiKey : 'a-key-that-is-of-another-stage',
    }),
    front: nginxBetween({}),
  },
  {
    // It arrives, and the application does not look there.
    ...n,
    id: 'headers-passing/name-that-nobody-reads',
    causes: ['credentials-missing', 'header-dropped-by-proxy'],
    decisive: ['x-orders-key', 'X-Api-Key'],
    steps: [
      { GET: '/keyed/orders', credential: 'clean' },
      { GET: '/keyed/orders', credential: 'legacy' },
    ],
    credentials: {
      clean: { ...key('X-Api-Key') },
      legacy: { ...key('X-Orders-Key') },
    },
    fields: ['x-orders-key'],
    twin: 'headers-passing/key-under-a-listed-name',
    secrets: async ({ app }) => ({ GATEWAY_KEY: app.apiKey }),
    front: nginxBetween(
      {},
      {
        http: 'map $http_x_orders_key $either { "" $http_x_api_key; default $http_x_orders_key; }',
        gate: 'proxy_set_header X-Api-Key $either;',
      },
    ),
  },
  {
    ...h,
    id: 'headers-passing/at-another-origin',
    causes: ['credentials-stripped-by-proxy', ...notTold, 'credentials-replaced-by-proxy'],
    decisive: ['https://entry.example.test'],
    origins: both,
    steps: [{ GET: 'entry:/uniform/orders' }, { GET: 'api:/uniform/orders' }],
    front: withEntry(haproxy('http-request del-header Authorization')),
  },
  {
    ...h,
    id: 'headers-passing/at-another-route',
    causes: ['credentials-stripped-by-proxy', 'scope-missing', 'permission-missing', 'audience-mismatch'],
    decisive: ['401'],
    steps: [{ GET: '/orders' }, ...uniform],
    front: haproxy('http-request del-header Authorization if { path_beg /uniform }'),
  },
  {
    ...n,
    ...keyed('X-Api-Key', 'keyed'),
    id: 'headers-passing/key-in-the-sibling',
    causes: ['header-dropped-by-proxy', 'api-key-invalid'],
    decisive: ['x-api-key', 'staging'],
    sibling: true,
    twin: 'headers-passing/key-unknown-in-production',
    front: nginxBetween({ gate: 'proxy_set_header X-Api-Key "";' }),
  },
  {
    // The key of staging is none of production: both say the same.
    written,
    servers: ['node:http'],
    needs: [],
    ...keyed('X-Api-Key', 'keyed'),
    id: 'headers-passing/key-unknown-in-production',
    causes: ['api-key-invalid', 'environment-mixup', 'header-dropped-by-proxy'],
    decisive: ['401'],
    sibling: true,
    twin: 'headers-passing/key-in-the-sibling',
    front: node((headers) => {
      // Stands for an application with keys of its own.
      headers['x-api-key'] = 'known-elsewhere-only';
    }),
  },
];
