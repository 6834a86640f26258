/** Subjects with all that explanations name: credentials with places, cookies, earlier steps, bodies. */
import { createSubject, type Past, type Subject, type SubjectParts } from '../../src/diagnose/subject.ts';
import type {
  Client,
  CookieTrace,
  Credential,
  CredentialUse,
  Exchange,
  Hop,
  JsonMap,
  Source,
} from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import {
  client,
  exchange,
  type HopSpec,
  hop,
  production,
  rightClaims,
  staging,
  step,
  use,
} from './subjects.ts';

export const at = (line: number): Source => ({ file: 'specs/why401.yml', line, column: 3 });

export const stored: Credential = {
  type: 'bearer',
  name: 'reader',
  source: at(20),
  sources: { token: at(21) },
  token: Secret.named('READER_TOKEN', 'not-shown'),
};

export const web: Client = {
  ...client('web-production', 'https://login.example.test'),
  client_secret: Secret.named('WEB_SECRET', 'not-shown'),
  source: at(10),
  sources: {
    client_id: at(11),
    client_secret: at(12),
    redirect_uris: at(13),
    token_endpoint_auth_method: at(14),
  },
};

export const machine: Credential = {
  type: 'oauth2',
  name: 'reader',
  source: at(30),
  sources: { scope: at(31), resource: at(32), refresh_token: at(33), grant_type: at(34), client: at(35) },
  grant_type: 'client_credentials',
  client: web,
  scope: 'orders:read orders:write',
  resource: ['https://api.example.test'],
  audience: null,
  refresh_token: Secret.named('REFRESH', 'not-shown'),
};

export interface HopParts extends HopSpec {
  readonly cookies?: CookieTrace;
  readonly requestBody?: string;
  readonly over?: Partial<Hop>;
}
export interface Given extends Partial<Omit<SubjectParts, 'failing' | 'past'>> {
  readonly hops?: readonly HopParts[];
  readonly uses?: readonly CredentialUse[];
  readonly past?: readonly (Partial<Past> & { readonly hops: readonly HopParts[] })[];
  readonly stopped?: Exchange['stopped'];
}

export function about(given: Given): Subject {
  const { hops = [{}], uses = [use(rightClaims)], past = [], stopped = null, ...parts } = given;
  const made = createSubject({
    stage: 'resource',
    environment: production,
    known: [staging, production],
    step,
    credential: stored,
    client: null,
    failed: [],
    siblings: [],
    keys: [],
    ...parts,
    failing: { ...exchange([], uses), hops: hops.map(hopOf), stopped },
    past: past.map(({ hops: own, ...rest }) => ({
      environment: 'production',
      job: 'specs/orders.yml orders',
      sameJob: true,
      step: 'sign in',
      passed: true,
      ...rest,
      exchange: { ...exchange([], []), hops: own.map(hopOf) },
    })),
  });
  if (!made) throw new Error('no hop');
  return made;
}

function hopOf(parts: HopParts, index: number): Hop {
  const plain = hop(index + 1, parts);
  const { requestBody } = parts;
  const body =
    requestBody === undefined ? null : { bytes: requestBody.length, sha256: '', excerpt: requestBody };
  return {
    ...plain,
    request: { ...plain.request, body },
    cookies: parts.cookies ?? plain.cookies,
    ...parts.over,
  };
}

/** A challenge at status 401. */
export function challenge(text: string, status = 401): HopParts {
  return { status, headers: [['WWW-Authenticate', text]] };
}

export function json(status: number, body: JsonMap): HopParts {
  return { status, headers: [['Content-Type', 'application/json']], body: JSON.stringify(body) };
}

export function html(status: number, body: string): HopParts {
  return { status, headers: [['Content-Type', 'text/html']], body };
}

/** A cause, what its subject shows, and the subject. */
export type Case = readonly [cause: string, what: string, subject: Subject];
