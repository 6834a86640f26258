/** Hand-made subjects for the pure parts of diagnosis. */
import {
  createSubject,
  type KeyVerdict,
  type Past,
  type Sibling,
  type Stage,
  type Subject,
} from '../../src/diagnose/subject.ts';
import type {
  Client,
  Credential,
  CredentialUse,
  Dropped,
  Environment,
  Exchange,
  Hop,
  Issuer,
  JsonMap,
  Step,
} from '../../src/model.ts';

const source = { file: 'specs/why401.yml', line: 1, column: 1 };
/** 2026-11-24T12:00:00Z */
export const now: number = Date.parse('2026-11-24T12:00:00Z');

export function issuer(url: string): Issuer {
  return { name: 'main', issuer: url, discovery: 'oidc', metadata: {}, source };
}

export function client(client_id: string, at: string): Client {
  return {
    name: 'web',
    issuer: issuer(at),
    client_id,
    client_secret: null,
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: ['https://app.example.test/callback'],
    source,
    sources: {},
  };
}

export function environment(name: string, host: string): Environment {
  const login = `https://login.${host}`;
  return {
    name,
    source,
    protected: name === 'production',
    default: true,
    origins: new Map([['api', `https://api.${host}`]]),
    originSources: {},
    issuers: new Map([['main', issuer(login)]]),
    clients: new Map([['web', client(`web-${name}`, login)]]),
    credentials: new Map(),
    headers: [],
    transport: {
      environment: name,
      connectTo: new Map(),
      ca: null,
      clientCertificate: null,
      insecure: false,
      proxy: null,
      http2: false,
    },
    experiments: {
      allow: new Set(name === 'production' ? ['A0'] : ['A0', 'A', 'B']),
      budget: 6,
      origins: new Set(),
    },
  };
}

export const staging: Environment = environment('staging', 'staging.example.test');
export const production: Environment = environment('production', 'example.test');

export const step: Step = {
  kind: 'request',
  index: 0,
  name: 'read orders',
  source,
  expect: {},
  capture: {},
  timeout: 1000,
  retry: 0,
  method: 'GET',
  target: '/orders',
  query: {},
  headers: {},
  cookies: {},
  body: null,
  credentials: [{ name: 'reader' }],
  redirect: { follow: true, max: 10 },
  jar: 'default',
};

export interface HopSpec {
  readonly url?: string;
  readonly method?: string;
  readonly sent?: readonly (readonly [string, string])[];
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly dropped?: readonly Dropped[];
}

export function hop(index: number, spec: HopSpec): Hop {
  const content = Buffer.from(spec.body ?? '');
  return {
    index,
    request: {
      method: spec.method ?? 'GET',
      url: spec.url ?? 'https://api.example.test/orders',
      headers: spec.sent ?? [['Authorization', 'Bearer [secret:reader]']],
      body: null,
      httpVersion: '1.1',
    },
    response: {
      status: spec.status ?? 401,
      statusText: '',
      httpVersion: '1.1',
      headers: [['Date', new Date(now).toUTCString()], ...(spec.headers ?? [])],
      body: { content, bytes: content.length, sha256: '', truncated: false, decodeError: null },
    },
    failure: null,
    dropped: spec.dropped ?? [],
    cookies: { sent: [], set: [], refused: [] },
    tls: null,
    remote: '127.0.0.1:443',
    timings: { connect: 1, head: 2, total: 3 },
    clock: { sent: now - 10, received: now + 10 },
  };
}

export function use(claims: JsonMap | null, over: Partial<CredentialUse> = {}): CredentialUse {
  return {
    name: 'reader',
    type: 'bearer',
    field: 'authorization',
    scheme: 'Bearer',
    fingerprint: 'f',
    token: {
      format: claims ? 'jwt' : 'opaque',
      header: claims ? { alg: 'ES256', kid: 'k' } : null,
      claims,
      malformed: null,
      length: 100,
    },
    obtained: null,
    ...over,
  };
}

/** A token of production that is right in every way. */
export const rightClaims: JsonMap = {
  iss: 'https://login.example.test',
  aud: 'https://api.example.test',
  client_id: 'web-production',
  iat: now / 1000 - 3600,
  exp: now / 1000 + 3600,
  scope: 'orders:read',
};

export interface SubjectSpec {
  readonly stage?: Stage;
  readonly hops?: readonly HopSpec[];
  readonly uses?: readonly CredentialUse[];
  readonly client?: Client | null;
  readonly credential?: Credential | null;
  readonly keys?: readonly KeyVerdict[];
  readonly past?: readonly Past[];
  readonly siblings?: readonly Sibling[];
}

export function exchange(hops: readonly HopSpec[], uses: readonly CredentialUse[]): Exchange {
  return {
    role: 'resource',
    attempt: 1,
    environment: 'production',
    hops: hops.map((spec, index) => hop(index + 1, spec)),
    credentials: uses,
    stopped: null,
  };
}

export function subject(spec: SubjectSpec): Subject {
  const made = createSubject({
    stage: spec.stage ?? 'resource',
    environment: production,
    known: [staging, production],
    step,
    failing: exchange(spec.hops ?? [{}], spec.uses ?? [use(rightClaims)]),
    credential: spec.credential ?? null,
    client: spec.client ?? null,
    failed: [],
    siblings: spec.siblings ?? [],
    keys: spec.keys ?? [],
    past: spec.past ?? [],
  });
  if (!made) throw new Error('no hop');
  return made;
}
