/** Other servers with the faults at which the rules were mended, and what only looks like them. */
import type { Fault } from '../servers/fault.ts';
import { type NginxFront, nginx, nginxFront } from '../servers/nginx-front.ts';
import {
  app,
  behind,
  type FrontOf,
  logIn,
  nginxAsDoor,
  opaque,
  opaqueRefused,
  openPlain,
  order,
  orders,
  served,
  session,
  strict,
  told,
  withToken,
  written,
  wrongPassword,
  wrongToken,
} from './chained.ts';
import { doubleSubmit, expressApp } from './node-apps.ts';
import { mojo, mojoNeeds, php, phpNeeds } from './other-apps.ts';
import { flask, flaskNeeds } from './python-apps.ts';

const n = { written, servers: nginx, needs: ['nginx'] } as const;
function between(faulty: NginxFront): FrontOf {
  return (site, whole) => nginxFront(site, whole ? {} : faulty);
}
const page = (head: string): NginxFront => ({
  server: `location = /orders { default_type text/html; return 200 '<!doctype html><html><head><title>Orders</title>${head}</head><body>One moment, please.</body></html>'; }`,
});
const withForgery: Fault['steps'] = [
  { ...logIn, capture: { token: '$.token' } },
  {
    name: 'order',
    POST: '/orders',
    writes: true,
    headers: { 'X-XSRF-TOKEN': '${token}' },
    body: { json: {} },
    expect: { status: 201 },
  },
];

export const furtherFaults: readonly Fault[] = [
  {
    ...n,
    id: 'redirects-nginx/meta-refresh-quoted',
    causes: ['login-redirect'],
    decisive: ['https://login.example.test/oauth2/authorize'],
    steps: strict,
    front: between(
      page(
        '<meta content="1; URL=&quot;https://login.example.test/oauth2/authorize?client_id=web&amp;response_type=code&quot;" http-equiv=Refresh>',
      ),
    ),
  },
  {
    // A page that leaves when its session is over, and that is no answer of an API all the same.
    ...n,
    id: 'redirects-nginx/refresh-when-it-is-over',
    causes: ['body-not-json'],
    decisive: ['text/html'],
    steps: strict,
    front: between(page('<meta http-equiv="refresh" content="1200; url=/login?expired">')),
  },
  {
    written,
    servers: ['Flask 2.2'],
    needs: flaskNeeds,
    ...withToken,
    id: 'redirects-flask/post-strict-slashes',
    causes: ['redirect-downgrade'],
    decisive: ['308', 'http://api.example.test/orders/'],
    steps: order,
    hop: 1,
    open: true,
    front: openPlain(app(flask, { slash: true }, {})),
  },
  {
    ...n,
    id: 'redirects-nginx/post-to-unnamed-host',
    causes: ['redirect-unexpected'],
    decisive: ['307', 'https://www.example.test/orders'],
    steps: order,
    front: between({ server: 'location = /orders { return 307 https://www.example.test/orders; }' }),
  },
  {
    // The application is not told the host: what it names is the address at which nginx asks it.
    written,
    servers: ['express 5', ...nginx],
    needs: ['nginx'],
    ...withToken,
    id: 'redirects-express/inner-address',
    causes: ['tls-to-plain-port', 'redirect-unexpected'],
    beside: ['tls-to-plain-port'],
    decisive: ['https://127.0.0.1:', 'orward Host'],
    steps: orders,
    front: behind(
      nginxAsDoor(
        { gate: 'proxy_set_header Host $proxy_host; proxy_set_header X-Forwarded-Proto https;' },
        told,
      ),
      served(() => expressApp({ canonical: true, trust: true, token: opaque })),
    ),
  },
  {
    written,
    servers: ['hono 4'],
    needs: [],
    ...session,
    id: 'redirects-hono/forgery-cookie-of-another-path',
    causes: ['cookie-not-sent', 'csrf-failed'],
    beside: ['csrf-failed', 'cookie-not-sent'],
    decisive: ['XSRF-TOKEN', '/app'],
    twin: 'redirects-hono/forgery-field-not-sent',
    steps: withForgery,
    front: served((_site, healed) => doubleSubmit(healed ? 'Path=/' : 'Path=/app')),
  },
  {
    written,
    servers: ['hono 4'],
    needs: [],
    ...session,
    id: 'redirects-hono/forgery-cookie-refused',
    causes: ['cookie-rejected', 'csrf-failed'],
    beside: ['csrf-failed', 'cookie-rejected'],
    decisive: ['XSRF-TOKEN', 'shop.example.com'],
    twin: 'redirects-hono/forgery-field-not-sent',
    steps: withForgery,
    open: true,
    front: served((_site, healed) => doubleSubmit(healed ? 'Path=/' : 'Path=/; Domain=shop.example.com')),
  },
  {
    // Only the field is missing: the cookie came back.
    written,
    servers: ['hono 4'],
    needs: [],
    ...session,
    id: 'redirects-hono/forgery-field-not-sent',
    causes: ['csrf-failed'],
    decisive: ['403'],
    twin: 'redirects-hono/forgery-cookie-refused',
    steps: [
      logIn,
      { name: 'order', POST: '/orders', writes: true, body: { json: {} }, expect: { status: 201 } },
    ],
    front: served((_site, healed) =>
      healed
        ? (request, response) => {
            request.headers['x-xsrf-token'] = 'x-7788-5c1d';
            doubleSubmit('Path=/')(request, response);
          }
        : doubleSubmit('Path=/'),
    ),
  },
  {
    written,
    servers: ['Mojolicious 9.31'],
    needs: mojoNeeds,
    ...session,
    id: 'redirects-mojo/session-over-at-once',
    twin: 'redirects-mojo/wrong-password',
    causes: ['cookie-rejected'],
    beside: ['session-expired'],
    decisive: ['mojolicious'],
    front: app(mojo, { lasts: -60 }, {}),
  },
  {
    written,
    servers: ['Mojolicious 9.31'],
    needs: mojoNeeds,
    ...session,
    ...wrongPassword,
    id: 'redirects-mojo/wrong-password',
    causes: ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'],
    decisive: ['401'],
    twin: 'redirects-mojo/session-over-at-once',
    front: app(mojo, {}),
  },
  {
    // The login removes another cookie, as PHP does it: with a value, and with a time that is over.
    written,
    servers: ['PHP 8.2'],
    needs: phpNeeds,
    ...session,
    id: 'redirects-php/login-removes-a-cookie',
    causes: ['session-expired', 'token-revoked', 'permission-missing'],
    beside: ['session-expired'],
    decisive: ['PHPSESSID'],
    front: app(php, { forgets: true, lost: true }, {}),
  },
  {
    written,
    servers: ['PHP 8.2'],
    needs: phpNeeds,
    ...wrongToken,
    id: 'redirects-php/unauthenticated-token',
    causes: opaqueRefused,
    decisive: ['401'],
    steps: orders,
    front: app(php, { words: 'Unauthenticated.' }),
  },
];
