/** express, koa, fastify, hapi and hono, with what they do to a URL or a cookie by their settings. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import hapi from '@hapi/hapi';
import express from 'express';
import session, { type CookieOptions } from 'express-session';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { password } from './chained.ts';

export interface ExpressGiven {
  readonly trust?: boolean;
  readonly cookie?: CookieOptions;
  /** Redirects to the URL that it makes of the request. */
  readonly canonical?: boolean;
  readonly token?: string;
  /** No session is known. */
  readonly forget?: boolean;
}

export function expressApp(given: ExpressGiven): RequestListener {
  const app = express();
  app.set('env', 'test');
  if (given.trust) app.set('trust proxy', 1);
  app.use(express.urlencoded({ extended: false }), express.json());
  app.use(
    session({
      secret: 'for tests only',
      resave: false,
      saveUninitialized: false,
      name: 'orders.sid',
      cookie: { ...given.cookie },
    }),
  );
  app.post('/login', (request, response) => {
    if (request.body['password'] !== password) return void response.status(401).json(unknown);
    request.session.user = { id: 'ann' };
    response.status(204).end();
  });
  app.get('/orders', (request, response, next) => {
    if (!given.canonical) return next();
    response.redirect(302, `${request.protocol}://${request.host}/orders/all`);
  });
  app.get(['/orders', '/orders/all'], (request, response) => {
    const bearer = given.token !== undefined && request.get('authorization') === `Bearer ${given.token}`;
    const user = (request.session as typeof request.session | undefined)?.user;
    if ((user && !given.forget) || bearer) response.json(list);
    else response.status(401).json(unknown);
  });
  return app;
}
const list = { orders: [{ id: 7 }] };
const unknown = { error: 'unauthenticated' };

export interface FastifyGiven {
  readonly trustProxy?: boolean;
  readonly token: string;
}
export function fastifyApp({ trustProxy = false, token }: FastifyGiven): RequestListener {
  const app = fastify({ trustProxy });
  app.get('/orders', (request, reply) =>
    reply.redirect(`${request.protocol}://${request.host}/v2/orders`, 301),
  );
  app.post('/orders', (_request, reply) => reply.redirect('/v2/orders', 301));
  app.route({
    method: ['GET', 'POST'],
    url: '/v2/orders',
    handler: async (request, reply) => {
      if (request.headers.authorization !== `Bearer ${token}`) return reply.code(401).send(unknown);
      return request.method === 'POST' ? reply.code(201).send({ id: 8 }) : list;
    },
  });
  const ready = app.ready();
  return (request, response) => void ready.then(() => app.routing(request, response));
}

export interface HapiGiven {
  readonly secure: boolean;
  readonly domain?: string;
}
export function hapiApp({ secure, domain }: HapiGiven): RequestListener {
  const server = hapi.server();
  server.state('sid', { isSecure: secure, path: '/', ...(domain && { domain }) });
  server.route([
    {
      method: 'POST',
      path: '/login',
      handler: (request, h) =>
        (request.payload as Record<string, string>)['password'] === password
          ? h.response({ user: 'ann' }).state('sid', 's-0815-77aa')
          : h.response(unknown).code(401),
    },
    {
      method: 'GET',
      path: '/orders',
      handler: (request, h) =>
        request.state['sid'] === 's-0815-77aa' ? list : h.response(unknown).code(401),
    },
  ]);
  const ready = server.initialize();
  return (request, response) => void ready.then(() => server.listener.emit('request', request, response));
}

export interface KoaGiven {
  /** Attributes of the session's cookie. */
  readonly cookie: { readonly path?: string; readonly domain?: string; readonly sameSite?: 'none' };
  readonly lives?: boolean;
}
export function koaApp({ cookie, lives = true }: KoaGiven): RequestListener {
  const app = new Koa();
  app.silent = true;
  app.use(async (context) => {
    if (context.path === '/login') {
      const form = new URLSearchParams(await textOf(context.req));
      context.status = form.get('password') === password ? 204 : 401;
      if (context.status === 204) context.cookies.set('koa.sess', 'k-4711-0b1c', cookie);
      else context.body = unknown;
    } else if (context.cookies.get('koa.sess') === 'k-4711-0b1c' && lives) context.body = list;
    else {
      context.status = 401;
      context.body = unknown;
    }
  });
  return app.callback();
}

/** `cookie`: of the login, as it is written. */
export function honoApp(cookie: string): RequestListener {
  const app = new Hono();
  app.post('/login', async (context) => {
    const form = await context.req.parseBody();
    if (form['password'] !== password) return context.json(unknown, 401);
    context.header('set-cookie', cookie);
    return context.json({ user: 'ann' });
  });
  app.get('/orders', (context) =>
    context.req.header('cookie')?.includes('=h-1234-aa77') ? context.json(list) : context.json(unknown, 401),
  );
  return (request, response) => void answer(app, request, response);
}
async function answer(app: Hono, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const headers = new Headers(request.headers as Record<string, string>);
  const body = method === 'GET' ? null : await textOf(request);
  const result = await app.fetch(new Request(`http://127.0.0.1${url}`, { method, headers, body }));
  const cookies = result.headers.getSetCookie();
  response.writeHead(result.status, { ...Object.fromEntries(result.headers), 'set-cookie': cookies });
  response.end(await result.text());
}
async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** A cookie and a field of the same value are asked for where something is written. `cookie`: its attributes. */
export function doubleSubmit(cookie: string): RequestListener {
  const app = new Hono();
  app.post('/login', (context) => {
    context.header('set-cookie', 'sid=h-1234-aa77; Path=/', { append: true });
    context.header('set-cookie', `XSRF-TOKEN=x-7788-5c1d; ${cookie}`, { append: true });
    return context.json({ token: 'x-7788-5c1d' });
  });
  app.post('/orders', (context) => {
    const sent = context.req.header('cookie')?.includes('XSRF-TOKEN=x-7788-5c1d');
    if (sent && context.req.header('x-xsrf-token') === 'x-7788-5c1d') return context.json({ id: 8 }, 201);
    return context.json({ message: 'invalid csrf token' }, 403);
  });
  return (request, response) => void answer(app, request, response);
}
