/** Applications in Python, Ruby, PHP and Perl behind a proxy that ends TLS, or in plain http. */
import type { Fault } from '../servers/fault.ts';
import { nginx } from '../servers/nginx-front.ts';
import {
  app,
  behind,
  logIn,
  nginxAsDoor,
  opaqueRefused,
  openPlain,
  order,
  orders,
  plain,
  session,
  strict,
  told,
  withToken,
  written,
  wrongPassword,
  wrongToken,
  www,
} from './chained.ts';
import { mojo, mojoNeeds, php, phpNeeds, sinatra, sinatraNeeds } from './other-apps.ts';
import {
  aiohttp,
  aiohttpNeeds,
  django,
  djangoNeeds,
  fastapi,
  fastapiNeeds,
  flask,
  flaskNeeds,
} from './python-apps.ts';

const d = { written, servers: ['Django 3.2'], needs: djangoNeeds } as const;
const dn = { written, servers: ['Django 3.2', ...nginx], needs: ['nginx', ...djangoNeeds] } as const;
const userSide = [
  'password-wrong',
  'user-unknown',
  'user-disabled',
  'account-locked',
  'password-expired',
] as const;
const djangoFaults: readonly Fault[] = [
  {
    ...d,
    ...withToken,
    id: 'redirects-django/append-slash-post',
    causes: ['method-changed-by-redirect'],
    decisive: ['301', 'POST'],
    steps: order,
    front: app(django, { bare: false, writes: true }, {}),
  },
  {
    ...dn,
    ...withToken,
    id: 'redirects-django/ssl-redirect-loop',
    causes: ['redirect-loop'],
    decisive: ['https://api.example.test/orders'],
    steps: orders,
    front: behind(
      nginxAsDoor({}, told),
      app(django, { settings: { SECURE_SSL_REDIRECT: true }, forwarded: true }),
    ),
  },
  {
    // The proxy tells the scheme, and the application does not read it.
    ...dn,
    ...withToken,
    id: 'redirects-django/ssl-redirect-unread',
    causes: ['redirect-loop'],
    decisive: ['https://api.example.test/orders'],
    steps: orders,
    open: true,
    front: behind(
      nginxAsDoor(told, told),
      app(
        django,
        { settings: { SECURE_SSL_REDIRECT: true } },
        { forwarded: true, settings: { SECURE_SSL_REDIRECT: true } },
      ),
    ),
  },
  {
    ...d,
    id: 'redirects-django/prepend-www',
    // Whether the plain address would have taken the token, nobody tries.
    causes: ['credentials-dropped-on-redirect', 'redirect-downgrade'],
    decisive: ['www.api.example.test'],
    steps: orders,
    twin: 'redirects-django/expired',
    front: async (site, healed) => {
      const front = await app(
        django,
        { settings: { PREPEND_WWW: true, SECURE_HSTS_SECONDS: 3600 } },
        {},
      )(site, healed);
      return { ...front, further: { 'http://www.api.example.test': front.ports['api'] ?? 0 } };
    },
  },
  {
    ...d,
    id: 'redirects-django/expired',
    causes: ['token-expired', 'credentials-stripped-by-proxy'],
    beside: ['token-expired'],
    decisive: ['exp'],
    steps: orders,
    twin: 'redirects-django/prepend-www',
    secrets: async ({ app }, healed) => ({ READER_TOKEN: await app.token(healed ? {} : { lifetime: -300 }) }),
    front: app(django, {}),
  },
  {
    ...d,
    ...session,
    id: 'redirects-django/secure-cookie-over-http',
    causes: ['cookie-rejected', 'cookie-not-sent'],
    beside: ['cookie-rejected', 'cookie-not-sent'],
    decisive: ['sessionid', 'Secure'],
    origins: plain,
    twin: 'redirects-django/session-forgotten',
    front: app(django, { settings: { SESSION_COOKIE_SECURE: true } }, {}),
  },
  {
    ...d,
    ...session,
    id: 'redirects-django/domain-of-production',
    causes: ['cookie-rejected'],
    decisive: ['sessionid', 'shop.example.com'],
    twin: 'redirects-django/session-forgotten',
    open: true,
    front: app(django, { settings: { SESSION_COOKIE_DOMAIN: 'shop.example.com' } }, {}),
  },
  {
    ...d,
    ...session,
    id: 'redirects-django/session-forgotten',
    causes: ['session-expired', 'permission-missing', 'token-revoked'],
    beside: ['session-expired'],
    decisive: ['sessionid'],
    twin: 'redirects-django/domain-of-production',
    front: app(django, { forget: true }, {}),
  },
  {
    ...d,
    ...session,
    id: 'redirects-django/wrong-password',
    causes: userSide,
    decisive: ['400'],
    ...wrongPassword,
    front: app(django, {}),
  },
  {
    ...d,
    ...session,
    id: 'redirects-django/csrf-cookie-of-production',
    causes: ['cookie-rejected', 'csrf-failed'],
    beside: ['cookie-rejected', 'csrf-failed'],
    decisive: ['csrftoken'],
    steps: [
      { ...logIn, capture: { csrf: '$.csrf' } },
      {
        name: 'order',
        POST: '/orders',
        writes: true,
        headers: { 'X-CSRFToken': '${csrf}', Referer: 'https://api.example.test/' },
        body: { json: {} },
        expect: { status: 201 },
      },
    ],
    front: app(
      django,
      { checked: true, settings: { CSRF_COOKIE_DOMAIN: 'shop.example.com' } },
      { checked: true },
    ),
  },
  {
    ...d,
    ...session,
    id: 'redirects-django/csrf-not-sent',
    causes: ['csrf-failed'],
    decisive: ['403'],
    steps: [
      logIn,
      { name: 'order', POST: '/orders', writes: true, body: { json: {} }, expect: { status: 201 } },
    ],
    front: app(django, { checked: true }, {}),
  },
];

const f = { written, servers: ['FastAPI 0.92', 'uvicorn'], needs: fastapiNeeds } as const;
const fn = {
  written,
  servers: ['FastAPI 0.92', 'uvicorn', ...nginx],
  needs: ['nginx', ...fastapiNeeds],
} as const;
const fastapiFaults: readonly Fault[] = [
  {
    ...fn,
    id: 'redirects-fastapi/slash-over-http',
    causes: ['credentials-dropped-on-redirect'],
    beside: ['redirect-downgrade'],
    decisive: ['http://api.example.test', '/orders/'],
    steps: orders,
    front: behind(nginxAsDoor({}, told), app(fastapi, { slash: true, proxy: true, hsts: true })),
  },
  {
    ...f,
    ...withToken,
    // The body does not go to an origin that is not bound.
    id: 'redirects-fastapi/post-slash-over-http',
    causes: ['redirect-downgrade'],
    decisive: ['http://api.example.test'],
    steps: order,
    hop: 1,
    front: openPlain(app(fastapi, { slash: true }, {})),
  },
  {
    ...f,
    ...withToken,
    id: 'redirects-fastapi/nobody-at-port-80',
    causes: ['redirect-downgrade', 'connection-closed', 'connection-refused'],
    beside: ['redirect-downgrade', 'connection-refused', 'connection-closed'],
    decisive: ['http://api.example.test'],
    steps: orders,
    front: async (site, healed) => {
      const front = await app(fastapi, { slash: true }, {})(site, healed);
      return { ...front, further: { 'http://api.example.test': 1 } };
    },
  },
];

const k = { written, servers: ['Flask 2.2'], needs: flaskNeeds } as const;
const flaskFaults: readonly Fault[] = [
  {
    ...k,
    ...withToken,
    id: 'redirects-flask/strict-slashes',
    // Whether the plain address would have taken the token, nobody tries.
    causes: ['credentials-dropped-on-redirect', 'redirect-downgrade'],
    decisive: ['http://api.example.test'],
    hop: 2,
    steps: orders,
    twin: 'redirects-flask/wrong-token',
    front: openPlain(app(flask, { slash: true }, {})),
  },
  {
    ...k,
    ...wrongToken,
    id: 'redirects-flask/wrong-token',
    causes: opaqueRefused,
    decisive: ['401'],
    steps: orders,
    twin: 'redirects-flask/strict-slashes',
    front: app(flask, {}),
  },
  {
    ...k,
    ...withToken,
    id: 'redirects-flask/server-name-of-production',
    causes: ['host-not-allowed', 'route-missing', 'endpoint-wrong'],
    decisive: ['404'],
    steps: orders,
    sibling: true,
    twin: 'redirects-flask/route-missing',
    front: app(flask, { config: { SERVER_NAME: 'shop.example.com' } }, {}),
  },
  {
    ...k,
    ...withToken,
    id: 'redirects-flask/route-missing',
    causes: ['route-missing', 'endpoint-wrong', 'host-not-allowed'],
    beside: ['route-missing'],
    decisive: ['404'],
    steps: [{ GET: '/order' }],
    twin: 'redirects-flask/server-name-of-production',
    front: async (site, healed) =>
      app(healed ? { ...flask, text: flask.text.replaceAll("'/orders'", "'/order'") } : flask, {})(
        site,
        healed,
      ),
  },
  {
    ...k,
    ...session,
    id: 'redirects-flask/cookie-path',
    causes: ['cookie-not-sent'],
    decisive: ['session', '/admin'],
    twin: 'redirects-flask/session-forgotten',
    front: app(flask, { config: { SESSION_COOKIE_PATH: '/admin' } }, {}),
  },
  {
    ...k,
    ...session,
    id: 'redirects-flask/session-forgotten',
    causes: ['session-expired', 'token-revoked', 'permission-missing'],
    beside: ['session-expired'],
    decisive: ['session'],
    twin: 'redirects-flask/cookie-path',
    front: app(flask, { forget: true }, {}),
  },
  {
    ...k,
    ...session,
    id: 'redirects-flask/same-site-none-without-secure',
    twin: 'redirects-flask/session-forgotten',
    causes: ['cookie-rejected'],
    decisive: ['session', 'SameSite'],
    front: app(flask, { config: { SESSION_COOKIE_SAMESITE: 'None' } }, {}),
  },
  {
    // The login is at a host of its own, and its cookie is for it alone.
    ...k,
    ...session,
    id: 'redirects-flask/host-only',
    twin: 'redirects-flask/session-forgotten',
    causes: ['cookie-not-sent'],
    decisive: ['session', 'www.example.test'],
    origins: www,
    steps: [
      { ...logIn, POST: 'https://www.example.test/login' },
      { name: 'read', GET: '/orders' },
    ],
    front: app(flask, {}, { config: { SESSION_COOKIE_DOMAIN: 'example.test' } }),
  },
];

const i = { written, servers: ['aiohttp 3.8'], needs: aiohttpNeeds } as const;
const aiohttpFaults: readonly Fault[] = [
  {
    ...i,
    ...session,
    id: 'redirects-aiohttp/secure-then-plain',
    twin: 'redirects-aiohttp/wrong-password',
    causes: ['cookie-not-sent'],
    decisive: ['AIOHTTP_SESSION', 'Secure'],
    origins: { api: 'https://api.example.test', orders: 'http://api.example.test' },
    steps: [logIn, { name: 'read', GET: 'http://api.example.test/orders' }],
    front: async (site, healed) => {
      const front = await app(aiohttp, { cookie: { secure: true } }, {})(site, healed);
      return { ...front, ports: { ...front.ports, orders: front.ports['api'] ?? 0 } };
    },
  },
  {
    // The clock of the server is a day behind.
    ...i,
    ...session,
    id: 'redirects-aiohttp/expires-in-the-past',
    twin: 'redirects-aiohttp/wrong-password',
    causes: ['cookie-rejected'],
    beside: ['cookie-not-sent', 'session-expired', 'cookie-not-set'],
    decisive: ['AIOHTTP_SESSION'],
    front: app(aiohttp, { cookie: { expires: 'Mon, 01 Jan 2024 08:00:00 GMT' } }, {}),
  },
  {
    ...i,
    ...session,
    ...wrongPassword,
    id: 'redirects-aiohttp/wrong-password',
    causes: userSide,
    decisive: ['401'],
    twin: 'redirects-aiohttp/expires-in-the-past',
    front: app(aiohttp, {}),
  },
  {
    ...i,
    id: 'redirects-aiohttp/field-size',
    causes: ['header-too-large'],
    decisive: ['400', 'uthorization'],
    steps: orders,
    secrets: async ({ app }) => ({
      READER_TOKEN: await app.token({
        claims: { roles: Array.from({ length: 300 }, (_, at) => `department-${at}`) },
      }),
    }),
    front: app(aiohttp, { limit: 2048 }, {}),
  },
];

const r = { written, servers: ['Sinatra 3.0'], needs: sinatraNeeds } as const;
const rubyFaults: readonly Fault[] = [
  {
    ...r,
    ...withToken,
    id: 'redirects-sinatra/absolute-http',
    // Whether the plain address would have taken the token, nobody tries.
    causes: ['credentials-dropped-on-redirect', 'redirect-downgrade'],
    decisive: ['http://api.example.test'],
    hop: 2,
    steps: orders,
    front: openPlain(app(sinatra, { target: '/orders/list' }, {})),
  },
  {
    // Rack sets no Secure cookie where it believes that the request is plain.
    ...r,
    ...session,
    id: 'redirects-sinatra/secure-session-behind-tls',
    causes: ['cookie-not-set'],
    decisive: ['log in'],
    servers: ['Sinatra 3.0', ...nginx],
    needs: ['nginx', ...sinatraNeeds],
    twin: 'redirects-sinatra/public-suffix',
    front: behind(nginxAsDoor({}, told), app(sinatra, { session: { secure: true } })),
  },
  {
    ...r,
    ...session,
    id: 'redirects-sinatra/public-suffix',
    causes: ['cookie-rejected'],
    decisive: ['rack.session', 'test'],
    twin: 'redirects-sinatra/secure-session-behind-tls',
    front: app(sinatra, { session: { domain: 'test' } }, {}),
  },
];

const p = { written, servers: ['PHP 8.2'], needs: phpNeeds } as const;
const phpFaults: readonly Fault[] = [
  {
    ...p,
    ...session,
    id: 'redirects-php/cookie-path-admin',
    twin: 'redirects-php/login-removes-a-cookie',
    causes: ['cookie-not-sent', 'cookie-rejected'],
    decisive: ['PHPSESSID', '/shop'],
    front: app(php, { cookie: { path: '/shop' } }, {}),
  },
  {
    ...p,
    ...session,
    id: 'redirects-php/domain-of-another-stage',
    twin: 'redirects-php/login-removes-a-cookie',
    causes: ['cookie-rejected'],
    decisive: ['PHPSESSID', 'staging.example.test'],
    front: app(php, { cookie: { path: '/', domain: 'staging.example.test' } }, {}),
  },
  {
    ...p,
    ...wrongToken,
    id: 'redirects-php/meta-refresh-to-login',
    causes: ['login-redirect'],
    decisive: ['/login'],
    steps: strict,
    front: app(php, { refresh: true }),
  },
];

const m = { written, servers: ['Mojolicious 9.31'], needs: mojoNeeds } as const;
const perlFaults: readonly Fault[] = [
  {
    ...m,
    ...withToken,
    id: 'redirects-mojo/absolute-http',
    // Whether the plain address would have taken the token, nobody tries.
    causes: ['credentials-dropped-on-redirect', 'redirect-downgrade'],
    decisive: ['http://api.example.test'],
    hop: 2,
    steps: orders,
    open: true,
    front: openPlain(app(mojo, { lands: true }, {})),
  },
  {
    ...m,
    ...withToken,
    id: 'redirects-mojo/post-found',
    // A server may as well have written, and lead to what it wrote.
    causes: ['method-changed-by-redirect', 'redirect-unexpected'],
    decisive: ['302', 'POST'],
    steps: order,
    front: app(mojo, { lands: true }, {}),
  },
  {
    ...m,
    ...session,
    id: 'redirects-mojo/secure-over-http',
    causes: ['cookie-rejected', 'cookie-not-sent'],
    beside: ['cookie-rejected', 'cookie-not-sent'],
    decisive: ['mojolicious', 'Secure'],
    origins: plain,
    front: app(mojo, { secure: true }, {}),
  },
  {
    ...m,
    ...withToken,
    id: 'redirects-mojo/refresh-to-sign-in',
    causes: ['login-redirect'],
    decisive: ['/signin'],
    steps: strict,
    front: app(mojo, { refresh: true }, {}),
  },
];
export const frameworkFaults: readonly Fault[] = [
  ...djangoFaults,
  ...fastapiFaults,
  ...flaskFaults,
  ...aiohttpFaults,
  ...rubyFaults,
  ...phpFaults,
  ...perlFaults,
];
