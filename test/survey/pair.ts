/** Two environments that are alike until a test says otherwise: an API, its http entry, and a token endpoint each. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Difference, JsonMap } from '../../src/model.ts';
import { surveyDiscovery } from '../../src/survey/discovery.ts';
import type { SurveyOptions } from '../../src/survey/survey.ts';
import { surveyTokens } from '../../src/survey/tokens.ts';
import { surveyTraffic } from '../../src/survey/traffic.ts';
import { surveyTransport } from '../../src/survey/transport.ts';
import { type Handler, type OriginOptions, type Origins, startOrigins } from '../support/origins.ts';
import { compare, type Replayed } from '../support/replay.ts';

export interface Site {
  readonly name: string;
  readonly api: string;
  readonly entry: string;
  readonly login: string;
  protected: boolean;
  /** Name of the secret that holds the token of a `type: bearer` reader; null: there is none. */
  stored: string | null;
  /** Header fields of the API's answers. */
  readonly fields: Record<string, string | string[]>;
  challenge: string | null;
  /** What the http entry does; null: it leads to https. */
  onEntry: Handler | null;
  /** What the API does instead; null: it wants a token. */
  onApi: Handler | null;
  readonly header: Record<string, string>;
  /** Claims of tokens; undefined takes one away. */
  readonly claims: Record<string, unknown>;
  /** Members of token answers. */
  readonly answer: Record<string, unknown>;
  readonly answerFields: Record<string, string>;
  /** Status and body of a token request that is refused. */
  refusal: readonly [number, JsonMap] | null;
}
export interface Pair {
  readonly origins: Origins;
  readonly staging: Site;
  readonly production: Site;
  /** Keys of why401.yml; `shop`: each environment has an origin that no scenario goes to. */
  readonly project: Record<string, unknown>;
  readonly secrets: Record<string, string>;
  compare(survey?: Partial<SurveyOptions>): Promise<Replayed>;
  close(): Promise<void>;
}

export const scenario: JsonMap = {
  name: 'orders',
  credential: 'reader',
  steps: [
    { name: 'read', GET: '/orders', query: { page: 1 }, expect: { status: 200 } },
    { name: 'enter', GET: 'entry:/orders', expect: { status: [200, 401] } },
    { name: 'write', POST: '/orders', writes: true, body: { json: {} }, expect: { status: 200 } },
  ],
};

export async function startPair(
  api: Partial<Record<'staging' | 'production', OriginOptions>> = {},
): Promise<Pair> {
  const origins = await startOrigins();
  const secret = (): string => randomBytes(18).toString('base64url');
  const secrets: Record<string, string> = { SECRET_OF_STAGING: secret(), SECRET_OF_PRODUCTION: secret() };
  const staging = await serve('staging', origins, api.staging);
  const production = await serve('production', origins, api.production);
  const project: Record<string, unknown> = {
    credentials: {
      reader: {
        type: 'oauth2',
        grant_type: 'client_credentials',
        client: 'web',
        scope: 'orders:read orders:write',
        resource: '${origin.api}',
      },
    },
  };
  return {
    origins,
    staging,
    production,
    project,
    secrets,
    compare(survey = {}) {
      const { shop = false, ...others } = project;
      return compare({
        origins,
        project: {
          ...others,
          environments: { staging: written(staging, shop), production: written(production, shop) },
        } as JsonMap,
        scenarios: { 'orders.yml': scenario },
        secrets,
        survey,
        surveyors: [surveyDiscovery, surveyTokens, surveyTraffic, surveyTransport],
      });
    },
    close: () => origins.close(),
  };
}

/** `shop`: with an origin that no scenario goes to. */
function written({ name, api, entry, login, stored, protected: kept }: Site, shop: unknown): JsonMap {
  const client_secret = `\${secret.SECRET_OF_${name.toUpperCase()}}`;
  return {
    protected: kept,
    origins: { api, entry, ...(shop ? { shop: `https://shop.${name}.example.test` } : {}) },
    issuers: { main: { issuer: login, discovery: 'none', metadata: { token_endpoint: `${login}/token` } } },
    clients: { web: { client_id: `web-${name}`, client_secret } },
    ...(stored ? { credentials: { reader: { token: `\${secret.${stored}}` } } } : {}),
  };
}

async function serve(name: string, origins: Origins, options: OriginOptions = {}): Promise<Site> {
  const site: Site = {
    name,
    api: `https://api.${name}.example.test`,
    entry: `http://api.${name}.example.test`,
    login: `https://login.${name}.example.test`,
    protected: false,
    stored: null,
    fields: { server: 'orders/1' },
    challenge: `Bearer realm="orders ${name}", scope="orders:read"`,
    onEntry: null,
    onApi: null,
    header: {},
    claims: {},
    answer: {},
    answerFields: { 'strict-transport-security': 'max-age=600' },
    refusal: null,
  };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await origins.serve(site.login, async (_, response) => {
    const fields = { 'content-type': 'application/json', 'cache-control': 'no-store', ...site.answerFields };
    if (site.refusal) {
      response.writeHead(site.refusal[0], fields).end(JSON.stringify(site.refusal[1]));
      return;
    }
    const access_token = await token(site, privateKey);
    const answer = { access_token, token_type: 'Bearer', expires_in: 300, scope: 'orders:read orders:write' };
    response.writeHead(200, fields).end(JSON.stringify({ ...answer, ...site.answer }));
  });
  await origins.serve(
    site.api,
    (request, response, raw) => {
      if (site.onApi) {
        site.onApi(request, response, raw);
        return;
      }
      const accepted = request.headers.some(([field]) => field.toLowerCase() === 'authorization');
      const challenge = accepted || site.challenge === null ? {} : { 'www-authenticate': site.challenge };
      const fields = { 'content-type': 'application/json', ...challenge, ...site.fields };
      response.writeHead(accepted ? 200 : 401, fields).end('{}');
    },
    options,
  );
  await origins.serve(site.entry, (request, response, raw) => {
    if (site.onEntry) site.onEntry(request, response, raw);
    else response.writeHead(301, { location: `${site.api}${request.url}` }).end();
  });
  return site;
}

function token({ name, login, api, header, claims }: Site, key: KeyObject): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    iss: login,
    aud: api,
    client_id: `web-${name}`,
    sub: `web-${name}`,
    iat: now,
    exp: now + 300,
    jti: randomBytes(8).toString('hex'),
    roles: ['reader'],
  };
  const all = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(all))
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header })
    .sign(key);
}

/** `token.lifetime[reader] warning token-lifetime-wrong`, with the values. */
export function told({ finished }: Replayed, kinds: RegExp = /^/): [string, Difference['environments']][] {
  return (finished.comparison?.differences ?? [])
    .filter(({ what }) => kinds.test(what))
    .map(({ what, severity, cause, check, environments }) => [
      `${what} ${severity} ${cause ?? check}`,
      environments,
    ]);
}

/** `staging: token of reader: scope-dropped likely warning` of each finding of a step, and those beside all steps. */
export function findings({ jobs, finished }: Replayed): string[] {
  const ofSteps = jobs.flatMap(({ environment, steps }) =>
    steps.flatMap(({ name, findings: list }) =>
      list.map(
        (each) => `${environment}: ${name}: ${each.cause ?? each.check} ${each.certainty} ${each.severity}`,
      ),
    ),
  );
  const between = finished.findings.map(
    (each) => `${each.cause ?? each.check} ${each.certainty} ${each.severity}`,
  );
  return [...ofSteps, ...between];
}
