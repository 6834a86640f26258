/** An express application with express-session and csrf-sync: a login by form, pages and an API behind it. */
import type { RequestListener } from 'node:http';
import { csrfSync } from 'csrf-sync';
import express, { type NextFunction, type Request, type Response } from 'express';
import session, { type CookieOptions, MemoryStore } from 'express-session';
import { ann } from './oidc-server.ts';

export interface SessionAppOptions {
  /** How one without a session is answered: a redirect to the login page, the page itself, or 401 in JSON. */
  readonly refusal: 'redirect' | 'page' | 'json';
  readonly cookie?: CookieOptions;
  readonly name?: string;
  /** A redirect of POST to the login is read as https behind a proxy. */
  readonly trustProxy?: boolean;
  readonly csrf?: boolean;
  /** The login form holds a token, without which it is refused with 403. */
  readonly loginCsrf?: boolean;
  /** Users may read only. */
  readonly readOnly?: boolean;
  /** Each 403 is the same. */
  readonly terse?: boolean;
  /** Accepts `Authorization: Bearer`, as the API's other entrance. */
  readonly bearer?: string;
}
export interface SessionApp {
  readonly listener: RequestListener;
  /** Ends all sessions. */
  clear(): void;
}

export function createSessionApp(options: SessionAppOptions): SessionApp {
  const store = new MemoryStore();
  const app = express();
  app.disable('x-powered-by');
  if (options.trustProxy) app.set('trust proxy', 1);
  app.use(express.urlencoded({ extended: false }), express.json());
  app.use(
    session({
      secret: 'for tests only',
      resave: false,
      saveUninitialized: false,
      store,
      name: options.name ?? 'sid',
      cookie: { httpOnly: true, sameSite: 'lax', ...options.cookie },
    }),
  );
  const { csrfSynchronisedProtection, generateToken } = csrfSync();
  const login = csrfSync({ getTokenFromRequest: (request) => request.body['_csrf'] });
  app.get('/login', (request, response) => {
    const token = options.loginCsrf ? login.generateToken(request) : '';
    const hidden = options.loginCsrf ? `<input type="hidden" name="_csrf" value="${token}">` : '';
    response.type('html').send(loginPage.replace('<label>', `${hidden}<label>`));
  });
  if (options.loginCsrf) app.post('/login', login.csrfSynchronisedProtection);
  app.post('/login', (request, response) => {
    const { username, password } = request.body as { username?: string; password?: string };
    if (username !== ann.name || password !== ann.password)
      return void response.status(401).type('html').send(loginPage);
    request.session.user = { id: username };
    response.redirect('/welcome');
  });
  app.get(
    '/welcome',
    (_request, response) => void response.type('html').send('<!DOCTYPE html><title>Welcome</title>'),
  );
  app.use((request, response, next) => admit(options, request, response, next));
  app.get('/csrf', (request, response) => void response.json({ token: generateToken(request) }));
  if (options.csrf) app.use(csrfSynchronisedProtection);
  app.get('/api/orders', (_request, response) => void response.json({ orders: [{ id: 7 }] }));
  app.post('/api/orders', (_request, response, next) => {
    if (options.readOnly) next(Object.assign(new Error('role "writer" is missing'), { status: 403 }));
    else response.status(201).json({ id: 8 });
  });
  if (options.terse)
    app.use((_failure: unknown, _request: Request, response: Response, _next: NextFunction) => {
      response.status(403).json({ error: 'Forbidden' });
    });
  // Its refusals are its answers: nothing is printed.
  app.set('env', 'test');
  return { listener: app, clear: () => store.clear() };
}

function admit(options: SessionAppOptions, request: Request, response: Response, next: NextFunction): void {
  const { bearer, refusal } = options;
  const token = bearer !== undefined && request.get('authorization') === `Bearer ${bearer}`;
  // Where the path is not that of the cookie, express-session makes no session at all.
  const user = (request.session as typeof request.session | undefined)?.user;
  if (user || token) next();
  else if (refusal === 'redirect') response.redirect('/login');
  else if (refusal === 'page') response.type('html').send(loginPage);
  else response.status(401).json({ error: 'Not logged in' });
}

const loginPage = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Log in - Orders</title></head>
<body><main><h1>Log in</h1>
<form method="post" action="/login">
<label>User <input name="username" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button type="submit">Log in</button></form></main></body></html>`;
