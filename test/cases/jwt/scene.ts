/** Two environments with an authorization server and an API each, under real names, and the project that tests them. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../../src/model.ts';
import { type Origins, startOrigins } from '../../support/origins.ts';
import type { Received, Started } from '../case.ts';
import { createIssuer, type Issuer, signingKey } from './issuer.ts';
import type { Application, Middleware, Settings } from './middleware.ts';

/** What a case may change before the run, and when it heals. */
export interface Scene {
  readonly production: Site;
  /** Runs the same step and passes; only with `sibling`. */
  readonly staging: Site;
  /** Credential `reader`; `${secret.TOKEN}` and `${secret.STAGING_TOKEN}` are the tokens. */
  credential: { [key: string]: Json };
  step: { [key: string]: Json };
}
export interface Site {
  readonly issuer: Issuer;
  readonly origin: string;
  /** Value of the secret. */
  token: string;
  /** Keys of this environment in why401.yml. */
  project: { [key: string]: Json };
  /** Between why401 and the application. */
  gate: ((listener: RequestListener) => RequestListener) | null;
  /** A good access token, of the form that the application takes, with other claims. */
  issue(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Starts the application, or starts it again. */
  serve(changes?: Partial<Settings>): Promise<void>;
  /** What the application is given unless told otherwise. */
  readonly settings: Settings;
}

export interface SceneOptions {
  readonly middleware: Middleware;
  readonly sibling: boolean;
  readonly protected: boolean;
}

export interface Stage {
  readonly scene: Scene;
  project(): Pick<Started, 'files' | 'env'>;
  received(): readonly Received[];
  forget(): void;
  close(): Promise<void>;
}

interface Opened extends Site {
  close(): Promise<void>;
}

export async function openScene(options: SceneOptions): Promise<Stage> {
  const origins = await startOrigins();
  const production = await openSite(origins, options, '', 1);
  const staging = await openSite(origins, options, '.staging', 2);
  const sites = options.sibling ? { staging, production } : { production };
  const credential = { type: 'bearer', token: '${secret.TOKEN}' };
  const scene: Scene = { production, staging, credential, step: { GET: '/orders' } };
  return {
    scene,
    project: () => describe(scene, sites, options, origins),
    received: () => logOf(origins),
    forget: () => void origins.received.splice(0),
    async close() {
      await Promise.all([production.close(), staging.close()]);
      await origins.close();
    },
  };
}

async function openSite(
  origins: Origins,
  options: SceneOptions,
  infix: string,
  number: number,
): Promise<Opened> {
  const environment = infix === '' ? 'production' : 'staging';
  const [origin, name] = [`https://api${infix}.example.test`, `https://login${infix}.example.test`];
  const issuer = createIssuer(name, origin, await signingKey(`${environment}-1`, number), environment);
  issuer.claims = options.middleware.claims ?? {};
  // The way by which servers reach it, which is not that of why401.
  const inside = createServer(({ url = '' }, response) => {
    const token = new URL(url, 'http://inside').searchParams.get('token');
    response.end(JSON.stringify(token === null ? issuer.jwks() : (issuer.opaque.get(token) ?? null)));
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`;
  const settings: Settings = {
    issuer: name,
    audience: origin,
    jwksUri: `${address}/jwks`,
    tokenUri: `${address}/tokens`,
    algorithm: 'RS256',
    scope: null,
    role: null,
    leeway: 0,
    skew: 0,
    revoked: new Set(),
    forbidden: new Set(),
  };
  let application: Application | null = null;
  let skew = 0;
  const site: Opened = {
    issuer,
    origin,
    token: '',
    project: { origins: { api: origin }, issuers: { main: name } },
    gate: null,
    settings,
    issue: async (claims) => (options.middleware.opaque ? issuer.mint(claims) : issuer.sign(claims)),
    async serve(changes = {}) {
      await application?.close();
      application = await options.middleware.start({ ...settings, ...changes });
      skew = changes.skew ?? 0;
    },
    async close() {
      await application?.close();
      inside.closeAllConnections();
      await new Promise((resolve) => inside.close(resolve));
    },
  };
  await origins.serve(name, (request, response) => issuer.handle(request, response));
  await origins.serve(origin, (_request, response, raw) => {
    if (skew !== 0) response.setHeader('date', new Date(Date.now() + skew * 1000).toUTCString());
    const listener: RequestListener = (...pair) => application?.listener(...pair);
    (site.gate?.(listener) ?? listener)(raw, response as Parameters<RequestListener>[1]);
  });
  return site;
}

function describe(
  scene: Scene,
  sites: Readonly<Record<string, Site>>,
  options: SceneOptions,
  origins: Origins,
): Pick<Started, 'files' | 'env'> {
  const staging = { credentials: { reader: { token: '${secret.STAGING_TOKEN}' } } };
  const environments = Object.entries(sites).map(([name, { project }]) => [
    name,
    {
      protected: name === 'production' && options.protected,
      connect_to: Object.fromEntries(origins.transport.connectTo),
      tls: { ca: 'ca.pem' },
      ...(name === 'staging' && scene.credential['type'] === 'bearer' ? staging : {}),
      ...project,
    },
  ]);
  const project = {
    environments: Object.fromEntries(environments),
    credentials: { reader: scene.credential },
  };
  const { production } = scene;
  return {
    files: {
      'why401.yml': JSON.stringify(project, null, 2),
      'orders.yml': JSON.stringify({ credential: 'reader', steps: [scene.step] }, null, 2),
      'ca.pem': origins.authority.ca,
    },
    env: {
      TOKEN: production.token,
      STAGING_TOKEN: scene.staging.token,
      SECRET: production.issuer.client.client_secret,
      STAGING_SECRET: scene.staging.issuer.client.client_secret,
    },
  };
}

const fields = ['authorization', 'cookie', 'x-api-key'];

function logOf(origins: Origins): readonly Received[] {
  return origins.received.map(({ origin, method, url, headers }) => {
    const names = headers.map(([name]) => name.toLowerCase());
    const inQuery = new URL(url, origin).searchParams.has('access_token') ? ['query:access_token'] : [];
    return {
      origin,
      method,
      path: url,
      credentials: [...fields.filter((name) => names.includes(name)), ...inQuery],
    };
  });
}

/** A proxy that does not hand the field on. */
export function without(field: string): NonNullable<Site['gate']> {
  return (listener) => (request, response) => {
    const raw = request.rawHeaders;
    const kept = raw.flatMap((text, index) =>
      index % 2 === 0 && text.toLowerCase() !== field ? [text, raw[index + 1] ?? ''] : [],
    );
    request.rawHeaders = kept;
    delete request.headers[field];
    listener(request, response);
  };
}
