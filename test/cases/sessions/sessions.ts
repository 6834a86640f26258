/** Login pages, sessions, their cookies, and CSRF: express-session and csrf-sync. */
import { ann } from '../../support/oidc-server.ts';
import { createSessionApp, type SessionApp, type SessionAppOptions } from '../../support/session-app.ts';
import { type Door, type Scene, type Stage, staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';

const servers = ['express 5', 'express-session 1'];
const site = 'https://app.example.test';
const stagingSite = 'https://app.staging.example.test';
const env = { ANN_PASSWORD: ann.password, API_TOKEN: 'a-token-of-production-0001' };

const logIn = `
  - name: log in
    POST: /login
    writes: true
    body: {form: {username: ${ann.name}, password: "\${secret.ANN_PASSWORD}"}}
    redirect: {follow: false}
    expect: {status: 302}`;
const readOrders = `
  - name: read orders
    GET: /api/orders
    expect: {status: 200, json: {"$.orders": {length: {gte: 1}}}}`;

function environment(stage: Stage, origin: string, more: object = {}): object {
  return { origins: { app: origin }, ...stage.reach(), ...more };
}

type Told = Pick<Case, 'causes' | 'decisive'> & Partial<Pick<Case, 'twin' | 'beside' | 'hop'>>;
interface Parts {
  readonly faulty: SessionAppOptions;
  readonly healthy?: SessionAppOptions;
  readonly scenario: string;
  readonly healedScenario?: string;
  readonly origin?: string;
  readonly isProtected?: boolean;
  readonly credentials?: object;
  /** The healthy application at staging, same steps. */
  readonly sibling?: boolean;
  readonly env?: Record<string, string>;
  readonly healedEnv?: Record<string, string>;
}

function sessionCase(fault: string, told: Told, parts: Parts): Case {
  return staged({ id: `session/${fault}`, servers, ...told }, async (stage) => play(stage, parts));
}

async function play(stage: Stage, parts: Parts): Promise<Scene> {
  const { origin = site } = parts;
  const door = await stage.serve(origin, createSessionApp(parts.faulty).listener);
  const healthy = createSessionApp(parts.healthy ?? parts.faulty).listener;
  const environments = {};
  if (parts.sibling) {
    await stage.serve(stagingSite, healthy);
    Object.assign(environments, { staging: environment(stage, stagingSite, { protected: false }) });
  }
  const policy = parts.isProtected ? {} : { protected: false };
  Object.assign(environments, { production: environment(stage, origin, policy) });
  return {
    project: { environments, ...(parts.credentials ? { credentials: parts.credentials } : {}) },
    scenario: parts.scenario,
    env: { ...env, ...parts.env },
    heal: async () => {
      if (parts.healthy) door.use(healthy);
      return {
        ...(parts.healedScenario === undefined ? {} : { scenario: parts.healedScenario }),
        ...(parts.healedEnv === undefined ? {} : { env: { ...env, ...parts.healedEnv } }),
      };
    },
  };
}

/** The session ends between two steps, on the server: nobody outside sees it happen. */
function endsSessions(app: SessionApp, door: Door, path: string): () => void {
  let armed = true;
  door.use((request, response) => {
    if (armed && request.url === path) app.clear();
    app.listener(request, response);
  });
  return () => {
    armed = false;
  };
}

const bearer = { partner: { type: 'bearer', token: '${secret.API_TOKEN}' } };
const withToken = `\ncredential: partner\nsteps:${readOrders}\n`;

const readAndOrder = `
steps:${logIn}${readOrders}
  - name: order
    POST: /api/orders
    writes: true
    body: {json: {item: 7}}
`;

export const sessionCases: readonly Case[] = [
  sessionCase(
    'login-page-by-redirect',
    { causes: ['login-redirect'], decisive: ['/login'], twin: 'session/expired' },
    {
      faulty: { refusal: 'redirect' },
      healthy: { refusal: 'redirect', bearer: env.API_TOKEN },
      scenario: withToken,
      credentials: bearer,
      sibling: true,
      isProtected: true,
    },
  ),
  sessionCase(
    'login-page-with-status-200',
    { causes: ['login-redirect'], decisive: ['text/html'], hop: 1 },
    {
      faulty: { refusal: 'page' },
      healthy: { refusal: 'page', bearer: env.API_TOKEN },
      scenario: withToken,
      credentials: bearer,
      isProtected: true,
    },
  ),
  sessionCase(
    'not-logged-in',
    {
      causes: ['login-redirect', 'credentials-missing'],
      beside: ['login-redirect', 'credentials-missing'],
      decisive: ['/login'],
    },
    {
      faulty: { refusal: 'redirect' },
      scenario: `\nsteps:${readOrders}\n`,
      healedScenario: `\nsteps:${logIn}${readOrders}\n`,
    },
  ),
  staged(
    {
      id: 'session/expired',
      servers,
      causes: ['session-expired', 'login-redirect'],
      beside: ['session-expired', 'login-redirect'],
      decisive: ['sid'],
      twin: 'session/login-page-by-redirect',
    },
    async (stage) => {
      const app = createSessionApp({ refusal: 'redirect' });
      const door = await stage.serve(site, app.listener);
      const keep = endsSessions(app, door, '/api/orders');
      return {
        project: { environments: { production: environment(stage, site, { protected: false }) } },
        scenario: `\nsteps:${logIn}${readOrders}\n`,
        env,
        heal: async () => {
          keep();
          return undefined;
        },
      };
    },
  ),
  staged(
    {
      id: 'session/expired-json',
      servers,
      causes: ['session-expired'],
      beside: ['token-revoked'],
      decisive: ['sid'],
      twin: 'session/cookie-path',
    },
    async (stage) => {
      const app = createSessionApp({ refusal: 'json' });
      const door = await stage.serve(site, app.listener);
      const keep = endsSessions(app, door, '/api/orders');
      return {
        project: { environments: { production: environment(stage, site) } },
        scenario: `\nsteps:${logIn}${readOrders}\n`,
        env,
        heal: async () => {
          keep();
          return undefined;
        },
      };
    },
  ),
  sessionCase(
    'cookie-domain-foreign',
    { causes: ['cookie-rejected'], decisive: ['sid', 'example.com'], twin: 'session/expired' },
    {
      faulty: { refusal: 'redirect', cookie: { domain: 'example.com' } },
      healthy: { refusal: 'redirect' },
      scenario: `\nsteps:${logIn}${readOrders}\n`,
      isProtected: true,
      sibling: true,
    },
  ),
  sessionCase(
    'cookie-host-prefix-with-path',
    { causes: ['cookie-rejected'], decisive: ['__Host-sid'], twin: 'session/expired-json' },
    {
      faulty: { refusal: 'json', name: '__Host-sid', cookie: { secure: true, path: '/login' } },
      healthy: { refusal: 'json', name: '__Host-sid', cookie: { secure: true } },
      scenario: `\nsteps:${logIn}${readOrders}\n`,
    },
  ),
  sessionCase(
    'cookie-path',
    { causes: ['cookie-not-sent'], decisive: ['sid', '/login'], twin: 'session/expired-json' },
    {
      faulty: { refusal: 'json', cookie: { path: '/login' } },
      healthy: { refusal: 'json' },
      scenario: `\nsteps:${logIn}${readOrders}\n`,
      isProtected: true,
    },
  ),
  sessionCase(
    'cookie-not-set-over-http',
    {
      causes: ['cookie-not-set'],
      decisive: ['Set-Cookie'],
      twin: 'session/cookie-path',
    },
    {
      origin: 'http://app.example.test',
      faulty: { refusal: 'json', cookie: { secure: true } },
      healthy: { refusal: 'json' },
      scenario: `\nsteps:${logIn}${readOrders}\n`,
    },
  ),
  sessionCase(
    'cookie-secure-over-http',
    {
      causes: ['cookie-rejected', 'cookie-not-sent'],
      beside: ['cookie-rejected', 'cookie-not-sent'],
      decisive: ['sid'],
      twin: 'session/cookie-not-set-over-http',
    },
    {
      origin: 'http://app.example.test',
      faulty: { refusal: 'json', trustProxy: true, cookie: { secure: true } },
      healthy: { refusal: 'json' },
      // As behind a proxy that says https to the application and plain http to the client.
      scenario: `\nvariables: {proto: https}\nsteps:${logIn}\n    headers: {x-forwarded-proto: https}${readOrders}\n`,
    },
  ),
  sessionCase(
    'csrf-token-missing',
    { causes: ['csrf-failed'], decisive: ['403'], twin: null },
    {
      faulty: { refusal: 'json', csrf: true },
      scenario: readAndOrder,
      healedScenario: `
steps:${logIn}${readOrders}
  - name: ask for a token
    GET: /csrf
    capture: {csrf: {json: "$.token", secret: true}}
  - name: order
    POST: /api/orders
    writes: true
    headers: {x-csrf-token: "\${csrf}"}
    body: {json: {item: 7}}
`,
      isProtected: true,
    },
  ),
  sessionCase(
    'csrf-token-of-another-session',
    { causes: ['csrf-failed'], decisive: ['403'], twin: null },
    {
      faulty: { refusal: 'json', csrf: true },
      scenario: `
steps:${logIn}${readOrders}
  - name: order
    POST: /api/orders
    headers: {x-csrf-token: 0e0fbcd2c1ae5f1ac5bd1fbf5e6b0d6a}
    body: {json: {item: 7}}
`,
      healedScenario: `
steps:${logIn}
  - name: ask for a token
    GET: /csrf
    capture: {csrf: {json: "$.token", secret: true}}
  - name: order
    POST: /api/orders
    headers: {x-csrf-token: "\${csrf}"}
    body: {json: {item: 7}}
`,
    },
  ),
  sessionCase(
    'csrf-hidden',
    {
      causes: ['csrf-failed', 'permission-missing', 'policy-blocked'],
      decisive: ['403'],
      twin: 'session/role-missing',
    },
    {
      faulty: { refusal: 'json', csrf: true, terse: true },
      healthy: { refusal: 'json' },
      scenario: readAndOrder,
    },
  ),
  sessionCase(
    'role-missing',
    {
      causes: ['permission-missing', 'csrf-failed', 'policy-blocked'],
      decisive: ['403'],
      twin: 'session/csrf-hidden',
    },
    {
      faulty: { refusal: 'json', readOnly: true, terse: true },
      healthy: { refusal: 'json' },
      scenario: readAndOrder,
    },
  ),
  sessionCase(
    'password-wrong-at-the-form',
    {
      causes: ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'],
      decisive: ['/login'],
    },
    {
      faulty: { refusal: 'redirect' },
      scenario: `\nsteps:${logIn}${readOrders}\n`,
      env: { ANN_PASSWORD: 'incorrect horse 4711' },
      healedEnv: { ANN_PASSWORD: ann.password },
    },
  ),
];
