/** Proxies that obey Connection, with a list that a proxy before them made (RFC 9110 section 7.6.1), and fields for one hop only. */
import type { Fault } from '../servers/fault.ts';
import { apacheBetween, before, caddy, haproxy, nginxBetween, nodeFront, passed } from './fronts.ts';
import { expired, keyed, notTold, uniform, withEcho } from './shared.ts';

const written = 'after the rules';
const listing = (fields: string): Fault['front'] =>
  nginxBetween({ gate: `proxy_set_header Connection "${fields}"; proxy_http_version 1.1;` });

/** A proxy of the house that takes the list by the letter. */
const obedient: Fault['front'] = (site) =>
  nodeFront(
    site,
    65_536,
    passed((headers) => {
      for (const name of String(headers['connection'] ?? '').split(','))
        delete headers[name.trim().toLowerCase()];
      delete headers['connection'];
    }),
  );
const n = { written, servers: ['nginx 1.22.1'] } as const;

export const listFaults: readonly Fault[] = [
  {
    ...n,
    needs: ['nginx', 'apache2'],
    ...withEcho(),
    ...keyed('X-Api-Key', 'told'),
    id: 'headers-lists/nginx-apache-key',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x-api-key', '/debug/headers', 'Connection'],
    front: before(listing('close, X-Api-Key'), apacheBetween({})),
  },
  {
    ...n,
    needs: ['nginx', 'caddy'],
    ...withEcho(),
    id: 'headers-lists/nginx-caddy-authorization',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/debug/headers', 'Connection'],
    steps: uniform,
    twin: 'headers-lists/nginx-caddy-expired',
    front: before(listing('close, Authorization'), caddy('')),
  },
  {
    ...n,
    ...expired,
    needs: ['nginx', 'caddy'],
    ...withEcho(),
    id: 'headers-lists/nginx-caddy-expired',
    causes: ['token-expired'],
    decisive: ['exp'],
    steps: uniform,
    twin: 'headers-lists/nginx-caddy-authorization',
    front: before(listing('close'), caddy('')),
  },
  {
    ...n,
    needs: ['nginx', 'caddy'],
    id: 'headers-lists/nginx-caddy-unseen',
    causes: ['credentials-stripped-by-proxy', ...notTold],
    decisive: ['401'],
    steps: uniform,
    front: before(listing('close, Authorization'), caddy('')),
  },
  {
    ...n,
    needs: ['nginx'],
    ...withEcho('/debug/raw'),
    ...keyed('X-Depot-Key', 'keyed'),
    id: 'headers-lists/nginx-node-key',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x-depot-key', '/debug/raw'],
    front: before(listing('X-Depot-Key'), obedient),
  },
  {
    // haproxy has no ear for the list: nothing is lost, and the key is wrong.
    ...n,
    needs: ['nginx', 'haproxy'],
    ...withEcho(),
    ...keyed('X-Api-Key', 'keyed', true),
    id: 'headers-lists/nginx-haproxy-wrong-key',
    causes: ['api-key-invalid', 'api-key-expired'],
    decisive: ['401'],
    front: before(listing('X-Api-Key'), haproxy('')),
  },
  {
    // RFC 9110 section 11.7.2: for the next proxy only.
    written,
    servers: ['Caddy 2.6'],
    needs: ['caddy'],
    ...withEcho(),
    ...keyed('Proxy-Authorization', 'told'),
    id: 'headers-lists/caddy-proxy-authorization',
    causes: ['header-dropped-by-proxy'],
    decisive: ['proxy-authorization'],
    front: (site, healed) => (healed ? haproxy('')(site, healed) : caddy('')(site, healed)),
  },
  {
    written,
    servers: ['Caddy 2.6'],
    needs: ['caddy'],
    ...keyed('Proxy-Authorization', 'keyed'),
    id: 'headers-lists/caddy-proxy-authorization-unseen',
    causes: ['header-dropped-by-proxy', 'api-key-invalid', 'api-key-expired'],
    decisive: ['proxy-authorization', 'RFC 9110 section 11.7'],
    twin: 'headers-lists/caddy-other-key-wrong',
    front: (site, healed) => (healed ? haproxy('')(site, healed) : caddy('')(site, healed)),
  },
  {
    written,
    servers: ['Caddy 2.6'],
    needs: ['caddy'],
    ...keyed('X-Api-Key', 'keyed', true),
    id: 'headers-lists/caddy-other-key-wrong',
    causes: ['api-key-invalid', 'api-key-expired', 'header-dropped-by-proxy'],
    decisive: ['401'],
    twin: 'headers-lists/caddy-proxy-authorization-unseen',
    front: caddy(''),
  },
];
