/** Two environments, each with an authorization server and an API that verifies its JWTs, at a clock of the test. */
import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../src/doors.ts';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, type Received, startOrigins } from './origins.ts';

export interface TestClock extends Clock {
  /** Milliseconds slept so far. */
  readonly slept: () => number;
  pass(ms: number): void;
}

/** Whole seconds of the real time; goes on only by `pass` and `sleep`. */
export function testClock(): TestClock {
  const start = Math.floor(Date.now() / 1000) * 1000;
  let passed = 0;
  let slept = 0;
  return {
    now: () => start + passed,
    monotonic: () => passed,
    async sleep(ms) {
      passed += ms;
      slept += ms;
    },
    slept: () => slept,
    pass: (ms) => {
      passed += ms;
    },
  };
}

export interface Site {
  readonly api: string;
  readonly login: string;
  /** Seconds a token lives. */
  lifetime: number;
  /** What a verifier that is switched off does: every request is answered 200. */
  blind: boolean;
  /** The API refuses tokens that are older (milliseconds), whatever they say of their end. */
  oldest: number;
  /** Parameters of each token request. */
  readonly asked: URLSearchParams[];
  /** Ignores `resource`, or grants every scope. */
  careless: boolean;
  refresh: boolean;
}
export interface World {
  readonly origins: Origins;
  readonly clock: TestClock;
  readonly staging: Site;
  readonly production: Site;
  readonly project: JsonMap;
  readonly secrets: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const scope = 'orders:read orders:write';

export async function startWorld(): Promise<World> {
  const origins = await startOrigins();
  const clock = testClock();
  const secrets = {
    CLIENT_SECRET: randomBytes(18).toString('base64url'),
    REFRESH_TOKEN: randomBytes(18).toString('base64url'),
    PASSWORD: randomBytes(18).toString('base64url'),
    API_KEY: randomBytes(18).toString('base64url'),
  };
  const staging = await serveSite('staging', origins, clock, secrets.PASSWORD);
  const production = await serveSite('production', origins, clock, secrets.PASSWORD);
  return {
    origins,
    clock,
    staging,
    production,
    project: projectOf(staging, production),
    secrets,
    close: () => origins.close(),
  };
}

function projectOf(staging: Site, production: Site): JsonMap {
  const environment = ({ api, login }: Site, isProtected: boolean): JsonMap => ({
    protected: isProtected,
    origins: { api, entry: api.replace('https:', 'http:') },
    issuers: { main: { issuer: login, discovery: 'none', metadata: { token_endpoint: `${login}/token` } } },
    clients: { web: { client_id: 'web', client_secret: '${secret.CLIENT_SECRET}' } },
  });
  return {
    environments: { staging: environment(staging, false), production: environment(production, true) },
    credentials: {
      reader: {
        type: 'oauth2',
        grant_type: 'client_credentials',
        client: 'web',
        scope,
        resource: '${origin.api}',
      },
      chain: {
        type: 'oauth2',
        grant_type: 'refresh_token',
        client: 'web',
        refresh_token: '${secret.REFRESH_TOKEN}',
        resource: '${origin.api}',
      },
      legacy: { type: 'basic', username: 'ci', password: '${secret.PASSWORD}' },
      gateway: { type: 'api_key', in: 'header', name: 'x-gateway-key', value: '${secret.API_KEY}' },
    },
  };
}

async function serveSite(name: string, origins: Origins, clock: Clock, password: string): Promise<Site> {
  const site: Site = {
    api: `https://api.${name}.example.test`,
    login: `https://login.${name}.example.test`,
    lifetime: 300,
    blind: false,
    oldest: Number.POSITIVE_INFINITY,
    asked: [],
    careless: false,
    refresh: false,
  };
  const key = randomBytes(32);
  await origins.serve(site.login, async (request, response) => {
    const form = new URLSearchParams(request.body);
    site.asked.push(form);
    const aud = site.careless ? site.api : (form.get('resource') ?? site.api);
    const granted = site.careless ? scope : (form.get('scope') ?? '');
    const now = Math.floor(clock.now() / 1000);
    const token = await new SignJWT({ scope: granted, jti: randomBytes(8).toString('hex') })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuer(site.login)
      .setAudience(aud)
      .setIssuedAt(now)
      .setExpirationTime(now + site.lifetime)
      .sign(key);
    response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      date: new Date(clock.now()).toUTCString(),
    });
    response.end(
      JSON.stringify({
        access_token: token,
        token_type: 'Bearer',
        expires_in: site.lifetime,
        scope: granted,
        ...(site.refresh ? { refresh_token: randomBytes(18).toString('base64url') } : {}),
      }),
    );
  });
  await origins.serve(site.api, async (request, response) => {
    const refusal = site.blind ? null : await refusalOf(request, site, key, clock, password);
    const headers = { date: new Date(clock.now()).toUTCString(), 'content-type': 'application/json' };
    if (refusal === null) response.writeHead(200, headers).end('{"orders":[]}');
    else response.writeHead(refusal.status, { ...headers, 'www-authenticate': refusal.challenge }).end('{}');
  });
  await origins.serve(site.api.replace('https:', 'http:'), (request, response) => {
    response.writeHead(301, { location: `${site.api}${request.url}` }).end();
  });
  return site;
}

/** As RFC 6750 section 3.1 and RFC 7617 say; null: accepted. */
async function refusalOf(
  request: Received,
  site: Site,
  key: Uint8Array,
  clock: Clock,
  password: string,
): Promise<{ readonly status: number; readonly challenge: string } | null> {
  const fields = request.headers
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .map(([, value]) => value);
  const bearer = (status: number, error: string | null) => ({
    status,
    challenge: error === null ? 'Bearer realm="api"' : `Bearer realm="api", error="${error}"`,
  });
  const [field = '', ...more] = fields;
  if (more.length > 0) return bearer(400, 'invalid_request');
  if (request.url.startsWith('/basic')) {
    const right = `Basic ${Buffer.from(`ci:${password}`).toString('base64')}`;
    return field === right ? null : { status: 401, challenge: 'Basic realm="api"' };
  }
  // Some call a missing token invalid.
  if (field === '') return bearer(401, request.url.startsWith('/strange') ? 'invalid_token' : null);
  const [, token] = /^Bearer (\S+)$/.exec(field) ?? [];
  if (token === undefined)
    return /^bearer\s*$/i.test(field) ? bearer(400, 'invalid_request') : bearer(401, null);
  try {
    const { payload } = await jwtVerify(token, key, {
      issuer: site.login,
      audience: site.api,
      typ: 'at+jwt',
      currentDate: new Date(clock.now()),
    });
    if (clock.now() - (payload.iat ?? 0) * 1000 > site.oldest) return bearer(401, 'invalid_token');
    if (request.url.startsWith('/write') && !String(payload['scope']).includes('orders:write')) {
      return bearer(403, 'insufficient_scope');
    }
    return null;
  } catch {
    return bearer(401, 'invalid_token');
  }
}
