/** express, koa, fastify, hapi and hono: sessions and URLs behind a proxy that ends TLS. */
import type { Fault } from '../servers/fault.ts';
import { nginx } from '../servers/nginx-front.ts';
import {
  behind,
  nginxAsDoor,
  opaque,
  opaqueRefused,
  openPlain,
  order,
  orders,
  plain,
  served,
  session,
  told,
  withToken,
  written,
  wrongPassword,
  wrongToken,
} from './chained.ts';
import { expressApp, fastifyApp, hapiApp, honoApp, koaApp } from './node-apps.ts';

const e = { written, servers: ['express 5', 'express-session 1'], needs: [] } as const;
const behindNginx = { servers: [...e.servers, ...nginx], needs: ['nginx'] } as const;
const secure = { trust: true, cookie: { secure: true } };
const expressFaults: readonly Fault[] = [
  {
    ...e,
    ...behindNginx,
    ...session,
    id: 'redirects-express/trust-proxy-off',
    causes: ['cookie-not-set'],
    decisive: ['log in'],
    twin: 'redirects-express/session-forgotten',
    front: behind(
      nginxAsDoor(told, told),
      served((_site, healed) => expressApp({ ...secure, trust: healed })),
    ),
  },
  {
    ...e,
    ...session,
    id: 'redirects-express/session-forgotten',
    causes: ['session-expired', 'permission-missing', 'token-revoked'],
    beside: ['session-expired'],
    decisive: ['orders.sid'],
    twin: 'redirects-express/trust-proxy-off',
    front: served((_site, healed) => expressApp({ forget: !healed })),
  },
  {
    ...e,
    ...behindNginx,
    ...withToken,
    id: 'redirects-express/protocol-of-request',
    causes: ['credentials-dropped-on-redirect'],
    beside: ['redirect-downgrade'],
    decisive: ['http://api.example.test'],
    steps: orders,
    twin: 'redirects-express/wrong-token',
    front: behind(
      nginxAsDoor(told, told),
      served((_site, healed) => expressApp({ canonical: true, trust: healed, token: opaque })),
    ),
  },
  {
    ...e,
    ...wrongToken,
    id: 'redirects-express/wrong-token',
    causes: opaqueRefused,
    decisive: ['401'],
    steps: orders,
    twin: 'redirects-express/protocol-of-request',
    front: served(() => expressApp({ token: opaque })),
  },
];

const f = { written, servers: ['fastify 5'], needs: [] } as const;
const fastifyFaults: readonly Fault[] = [
  {
    ...f,
    ...withToken,
    id: 'redirects-fastify/moved-in-http',
    causes: ['credentials-dropped-on-redirect', 'redirect-downgrade'],
    decisive: ['http://api.example.test'],
    steps: orders,
    hop: 2,
    front: openPlain(
      served((_site, healed) => (healed ? expressApp({ token: opaque }) : fastifyApp({ token: opaque }))),
    ),
  },
  {
    ...f,
    ...withToken,
    id: 'redirects-fastify/moved-post',
    causes: ['method-changed-by-redirect', 'redirect-unexpected'],
    decisive: ['301', 'POST'],
    steps: order,
    front: served((_site, healed) => {
      const app = fastifyApp({ token: opaque });
      return (request, response) => {
        if (healed) request.url = '/v2/orders';
        app(request, response);
      };
    }),
  },
];

const h = { written, servers: ['hapi 21'], needs: [] } as const;
const k = { written, servers: ['koa 2'], needs: [] } as const;
const o = { written, servers: ['hono 4'], needs: [] } as const;
const cookieFaults: readonly Fault[] = [
  {
    // Secure is hapi's default.
    ...h,
    ...session,
    id: 'redirects-hapi/secure-over-http',
    causes: ['cookie-rejected', 'cookie-not-sent'],
    beside: ['cookie-rejected', 'cookie-not-sent'],
    decisive: ['sid', 'Secure'],
    origins: plain,
    twin: 'redirects-hapi/wrong-password',
    front: served((_site, healed) => hapiApp({ secure: !healed })),
  },
  {
    ...h,
    ...session,
    ...wrongPassword,
    id: 'redirects-hapi/wrong-password',
    causes: ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'],
    decisive: ['401'],
    origins: plain,
    twin: 'redirects-hapi/secure-over-http',
    front: served(() => hapiApp({ secure: false })),
  },
  {
    ...k,
    ...session,
    id: 'redirects-koa/session-over',
    causes: ['session-expired', 'permission-missing', 'token-revoked'],
    beside: ['session-expired'],
    decisive: ['koa.sess'],
    twin: 'redirects-koa/same-site-none',
    front: served((_site, healed) => koaApp({ cookie: {}, lives: healed })),
  },
  {
    ...k,
    ...session,
    id: 'redirects-koa/same-site-none',
    causes: ['cookie-rejected'],
    decisive: ['koa.sess', 'SameSite'],
    twin: 'redirects-koa/session-over',
    front: served((_site, healed) => koaApp({ cookie: healed ? {} : { sameSite: 'none' } })),
  },
  {
    ...o,
    ...session,
    id: 'redirects-hono/host-prefix-with-domain',
    causes: ['cookie-rejected'],
    decisive: ['__Host-session', 'Domain'],
    open: true,
    front: served((_site, healed) =>
      honoApp(`__Host-session=h-1234-aa77; Path=/; Secure${healed ? '' : '; Domain=api.example.test'}`),
    ),
  },
  {
    ...o,
    ...session,
    ...wrongPassword,
    id: 'redirects-hono/wrong-password',
    causes: ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'],
    decisive: ['401'],
    twin: 'redirects-hono/secure-prefix-without-secure',
    front: served(() => honoApp('session=h-1234-aa77; Path=/; Secure')),
  },
  {
    ...o,
    ...session,
    id: 'redirects-hono/secure-prefix-without-secure',
    twin: 'redirects-hono/wrong-password',
    causes: ['cookie-rejected'],
    decisive: ['__Secure-session'],
    front: served((_site, healed) =>
      honoApp(`__Secure-session=h-1234-aa77; Path=/${healed ? '; Secure' : ''}`),
    ),
  },
  {
    ...o,
    ...session,
    id: 'redirects-hono/partitioned-without-secure',
    twin: 'redirects-hono/wrong-password',
    causes: ['cookie-rejected'],
    decisive: ['session', 'Partitioned'],
    front: served((_site, healed) =>
      honoApp(`session=h-1234-aa77; Path=/; Partitioned${healed ? '; Secure' : ''}`),
    ),
  },
  {
    ...o,
    ...session,
    id: 'redirects-hono/max-age-zero',
    twin: 'redirects-hono/wrong-password',
    causes: ['cookie-rejected'],
    beside: ['cookie-not-sent', 'session-expired', 'cookie-not-set'],
    decisive: ['session'],
    front: served((_site, healed) => honoApp(`session=h-1234-aa77; Path=/; Max-Age=${healed ? 3600 : 0}`)),
  },
];
export const nodeFaults: readonly Fault[] = [...expressFaults, ...fastifyFaults, ...cookieFaults];
