/** A system of two servers on loopback, an API and its authorization server, whose faults are chosen by a test. */
import type { ServerResponse } from 'node:http';
import type { JsonMap } from '../../src/model.ts';
import type { Origins, Received } from './origins.ts';
import { type Replay, type Replayed, replay } from './replay.ts';

export const api = 'https://api.example.test';
export const login = 'https://login.example.test';

/** An unsigned look-alike: the servers of these tests compare strings. */
export function jwt(claims: JsonMap, header: JsonMap = {}): string {
  const part = (value: JsonMap): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header })}.${part(claims)}.c2lnbmF0dXJlLW9mLWEtdGVzdA`;
}

export function authorization(request: Received): string | null {
  return request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? null;
}

export function headerOf(request: Received, wanted: string): string | null {
  return request.headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? null;
}

export function json(
  response: ServerResponse,
  status: number,
  value: JsonMap,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

export function refuse(response: ServerResponse, challenge = 'Bearer realm="api"', status = 401): void {
  response.writeHead(status, { 'www-authenticate': challenge });
  response.end();
}

export const metadata: JsonMap = {
  token_endpoint: `${login}/token`,
  authorization_endpoint: `${login}/authorize`,
  introspection_endpoint: `${login}/introspect`,
  userinfo_endpoint: `${login}/userinfo`,
  pushed_authorization_request_endpoint: `${login}/par`,
};

/** One environment "staging"; `over` replaces keys of it, `rest` those of the file. */
export function projectWith(over: JsonMap = {}, rest: JsonMap = {}): JsonMap {
  return {
    environments: {
      staging: {
        protected: false,
        origins: { api },
        issuers: { main: { issuer: login, discovery: 'none', metadata } },
        clients: { web: { client_id: 'web', client_secret: '${secret.CLIENT}' } },
        ...over,
      },
    },
    credentials: {
      reader: { type: 'bearer', token: '${secret.TOKEN}' },
      machine: { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: 'orders:read' },
    },
    ...rest,
  };
}

export const secrets = { TOKEN: 'a-secret-token-of-the-reader', CLIENT: 'the-secret-of-the-client' };

export function scenario(credential: string | null, steps: readonly JsonMap[]): JsonMap {
  return { ...(credential === null ? {} : { credential }), steps };
}

/** One failing step "read" unless said otherwise. */
export async function trial(
  origins: Origins,
  given: Partial<Omit<Replay, 'origins'>> & {
    readonly credential?: string;
    readonly steps?: readonly JsonMap[];
    readonly helping?: boolean;
  },
): Promise<Trial> {
  const {
    credential = 'reader',
    steps = [{ name: 'read', GET: '/orders' }],
    helping = false,
    ...rest
  } = given;
  const replayed = await replay({
    origins,
    project: projectWith(),
    secrets,
    // The other one gets a token by itself, so that the run has the secret of the machine.
    scenarios: { 'a.yml': scenario(credential, steps), ...(helping ? { 'z.yml': machine } : {}) },
    ...rest,
  });
  return { replayed, ...shown(replayed) };
}

const machine: JsonMap = { steps: [{ name: 'get a token', token: 'machine' }] };

export interface Trial extends Shown {
  readonly replayed: Replayed;
}
interface Shown {
  /** `cause certainty` of all findings that are errors. */
  readonly found: readonly string[];
  /** `id: observed` of all experiments. */
  readonly tried: readonly string[];
  /** Ids of all experiments. */
  readonly ids: readonly string[];
  /** Lines of evidence. */
  readonly evidence: readonly string[];
}

export function shown({ jobs }: Replayed): Shown {
  const findings = jobs.flatMap(({ steps }) =>
    steps.flatMap((step) => step.findings.filter(({ severity }) => severity === 'error')),
  );
  const experiments = findings.flatMap((finding) => finding.experiments);
  return {
    found: findings.map(({ cause, certainty }) => `${cause} ${certainty}`),
    tried: experiments.map(({ id, observed }) => `${id}: ${observed}`),
    ids: experiments.map(({ id }) => id),
    evidence: findings.flatMap(({ evidence }) => evidence.map(({ field, seen }) => `${field}: ${seen}`)),
  };
}

/** Everything that was sent, as the report has it and as the servers had it; equal where nothing is hidden or made up. */
export function accounts(origins: Origins, { jobs }: Replayed): { reported: string[]; received: string[] } {
  const line = (method: string, url: URL): string => `${method} ${url.origin}${url.pathname}`;
  const hops = jobs.flatMap(({ steps }) =>
    steps.flatMap(({ exchanges }) => exchanges.flatMap((each) => each.hops)),
  );
  return {
    reported: hops.map(({ request }) => line(request.method, new URL(request.url))).sort(),
    received: origins.received.map(({ method, url, origin }) => line(method, new URL(url, origin))).sort(),
  };
}
