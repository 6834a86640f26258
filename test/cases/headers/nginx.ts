/** nginx between, with and without an endpoint that shows what came through. */
import type { Fault } from '../servers/fault.ts';
import { type NginxFront, nginx, nginxFront } from '../servers/nginx-front.ts';
import { expired, keyed, large, orders, uniform, withEcho } from './shared.ts';

function between(faulty: NginxFront, healed: NginxFront = {}): Fault['front'] {
  return (site, whole) => nginxFront(site, whole ? healed : faulty);
}
const n = { servers: nginx, needs: ['nginx'] } as const;
const strip = 'proxy_set_header Authorization "";';
const service = 'proxy_set_header Authorization "Basic c2VydmljZTpjb3JyZWN0LWhvcnNl";';
const forward = 'proxy_pass http://127.0.0.1:{app};';

export const nginxFaults: readonly Fault[] = [
  {
    ...n,
    ...withEcho(),
    id: 'headers-nginx/strips-before-echo',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/debug/headers', 'did not arrive'],
    steps: uniform,
    twin: 'headers-nginx/arrives-expired',
    front: between({ gate: strip }),
  },
  {
    ...n,
    ...withEcho(),
    ...expired,
    id: 'headers-nginx/arrives-expired',
    causes: ['token-expired'],
    decisive: ['exp'],
    steps: uniform,
    twin: 'headers-nginx/strips-before-echo',
    front: between({}),
  },
  {
    // The echo hides the header, as some do for safety: the token has expired, and from here both could be.
    ...n,
    ...withEcho('/debug/hidden'),
    ...expired,
    id: 'headers-nginx/echo-hides-authorization',
    causes: ['token-expired', 'credentials-stripped-by-proxy'],
    decisive: [],
    steps: uniform,
    front: between({}),
  },
  {
    ...n,
    ...withEcho(),
    id: 'headers-nginx/replaces-with-basic',
    causes: ['credentials-replaced-by-proxy'],
    decisive: ['Basic', '/debug/headers'],
    steps: uniform,
    front: between({ gate: service }),
  },
  {
    ...n,
    ...withEcho(),
    id: 'headers-nginx/replaces-with-token',
    causes: ['credentials-replaced-by-proxy'],
    decisive: ['/debug/headers'],
    steps: orders,
    open: true,
    front: between({ gate: 'proxy_set_header Authorization "Bearer of-the-gateway";' }),
  },
  {
    // Only on the way to this route, and the server says that no key came.
    ...n,
    ...withEcho(),
    ...keyed('X-Api-Key', 'told'),
    id: 'headers-nginx/drops-key-for-one-route',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x-api-key'],
    front: between({ server: `location = /told/orders { proxy_set_header X-Api-Key ""; ${forward} }` }),
  },
  {
    // The challenge is what this server answers to no token, and what others answer to any.
    ...n,
    ...withEcho(),
    id: 'headers-nginx/strips-one-route',
    causes: ['credentials-stripped-by-proxy', 'audience-mismatch', 'token-revoked'],
    decisive: ['uthorization'],
    steps: orders,
    front: between({ server: `location = /orders { ${strip} ${forward} }` }),
  },
  {
    ...n,
    ...withEcho(),
    id: 'headers-nginx/moves-authorization',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['x-original-authorization'],
    steps: uniform,
    front: between({ gate: `proxy_set_header X-Original-Authorization $http_authorization; ${strip}` }),
  },
  {
    ...n,
    ...withEcho(),
    id: 'headers-nginx/passes-no-header',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['401'],
    steps: orders,
    front: between({ gate: 'proxy_pass_request_headers off;' }),
  },
  {
    ...n,
    ...withEcho(),
    ...keyed('x_api_key', 'keyed'),
    id: 'headers-nginx/underscore-before-echo',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x_api_key', '/debug/headers'],
    twin: 'headers-nginx/underscore-arrives-wrong-key',
    front: between({}, { http: 'underscores_in_headers on;' }),
  },
  {
    ...n,
    ...withEcho(),
    ...keyed('x_api_key', 'keyed', true),
    id: 'headers-nginx/underscore-arrives-wrong-key',
    causes: ['api-key-invalid', 'api-key-expired'],
    decisive: ['x_api_key'],
    twin: 'headers-nginx/underscore-before-echo',
    front: between({ http: 'underscores_in_headers on;' }, { http: 'underscores_in_headers on;' }),
  },
  {
    ...n,
    ...keyed('X-Api-Key', 'keyed'),
    id: 'headers-nginx/key-dropped-unseen',
    causes: ['header-dropped-by-proxy', 'api-key-invalid', 'api-key-expired'],
    decisive: ['401'],
    twin: 'headers-nginx/key-wrong-unseen',
    front: between({ gate: 'proxy_set_header X-Api-Key "";' }),
  },
  {
    ...n,
    ...keyed('X-Api-Key', 'keyed', true),
    id: 'headers-nginx/key-wrong-unseen',
    causes: ['api-key-invalid', 'header-dropped-by-proxy', 'api-key-expired'],
    decisive: ['401'],
    twin: 'headers-nginx/key-dropped-unseen',
    front: between({}),
  },
  {
    ...n,
    ...withEcho(),
    ...keyed('X-Api-Key', 'told'),
    id: 'headers-nginx/key-dropped-before-echo',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x-api-key', '/debug/headers'],
    front: between({ gate: 'proxy_set_header X-Api-Key "";' }),
  },
  {
    ...n,
    ...withEcho(),
    ...large,
    id: 'headers-nginx/small-buffers',
    causes: ['header-too-large'],
    decisive: ['400', 'authorization'],
    steps: orders,
    front: between({ http: 'client_header_buffer_size 1k; large_client_header_buffers 2 1k;' }),
  },
];
