/** Hops as servers give them, for the table of checks. */
import { createKnown, type Known } from '../../src/audit/known.ts';
import { Seen } from '../../src/audit/seen.ts';
import type {
  CredentialUse,
  Dropped,
  Environment,
  Exchange,
  Hop,
  JsonMap,
  RawField,
  RedirectStop,
  TokenFacts,
} from '../../src/model.ts';
import { now, production, staging } from '../diagnose/subjects.ts';

export interface HopParts {
  readonly role?: Exchange['role'];
  readonly environment?: Environment;
  readonly method?: string;
  readonly url?: string;
  readonly sent?: Readonly<Record<string, string>>;
  /** Members of a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** 0: no answer. */
  readonly status?: number;
  /** A list of values stands for several fields. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | JsonMap;
  readonly token?: { readonly header?: JsonMap; readonly claims: JsonMap };
  readonly obtained?: boolean;
  readonly uses?: readonly CredentialUse[];
  readonly next?: {
    readonly method?: string;
    readonly url: string;
    readonly status?: number;
    readonly dropped?: readonly Dropped[];
  };
  readonly stopped?: RedirectStop['reason'];
  readonly refused?: Hop['cookies']['refused'];
  readonly remarks?: Hop['cookies']['remarks'];
  readonly remote?: string;
  readonly known?: (known: Known) => void;
}

const date = new Date(now).toUTCString();

export function seen(parts: HopParts): Seen {
  const made = exchangeOf(parts);
  const known = createKnown([staging, production]);
  parts.known?.(known);
  const [first] = made.hops;
  if (!first) throw new Error('no hop');
  return new Seen(parts.environment ?? production, made, first, known);
}

/** Only Date is sent unless the case says otherwise, so that a case fails one check and no other by accident. */
export function exchangeOf(parts: HopParts): Exchange {
  const environment = parts.environment ?? production;
  const first = hop(1, parts);
  const { next } = parts;
  return {
    role: parts.role ?? 'resource',
    attempt: 1,
    environment: environment.name,
    hops: next
      ? [
          first,
          hop(2, { url: next.url, method: next.method ?? 'GET', status: next.status ?? 200 }, next.dropped),
        ]
      : [first],
    credentials: parts.uses ?? (parts.token ? [use(tokenFacts(parts.token), parts.obtained ?? false)] : []),
    stopped: parts.stopped ? { reason: parts.stopped, location: null } : null,
  };
}

function hop(index: number, parts: HopParts, dropped: readonly Dropped[] = []): Hop {
  const form = parts.form ? new URLSearchParams(parts.form).toString() : null;
  const json = typeof parts.body === 'object';
  const content = Buffer.from(json ? JSON.stringify(parts.body) : String(parts.body ?? ''));
  const bearer = parts.token && !('Authorization' in (parts.sent ?? {}));
  const given = Object.entries(parts.headers ?? {}).flatMap(([name, value]) =>
    [value].flat().map((each): RawField => [name, each]),
  );
  const has = (name: string): boolean => given.some(([other]) => other.toLowerCase() === name);
  return {
    index,
    request: {
      method: parts.method ?? (form === null ? 'GET' : 'POST'),
      url: parts.url ?? 'https://api.example.test/orders',
      headers: [
        ...Object.entries(parts.sent ?? {}),
        ...(bearer ? ([['Authorization', 'Bearer [secret:reader]']] as const) : []),
        ...(form === null ? [] : ([['Content-Type', 'application/x-www-form-urlencoded']] as const)),
      ],
      body: form === null ? null : { bytes: form.length, sha256: '', excerpt: form },
      httpVersion: '1.1',
    },
    response:
      parts.status === 0
        ? null
        : {
            status: parts.status ?? 200,
            statusText: '',
            httpVersion: '1.1',
            headers: [
              ...(has('date') ? [] : ([['Date', date]] as const)),
              ...(json && !has('content-type') ? ([['Content-Type', 'application/json']] as const) : []),
              ...given.filter(([, value]) => value !== ''),
            ],
            body: {
              content,
              bytes: content.length,
              sha256: content.toString('hex'),
              truncated: false,
              decodeError: null,
            },
          },
    failure: null,
    dropped,
    cookies: { sent: [], set: [], refused: parts.refused ?? [], remarks: parts.remarks ?? [] },
    tls: null,
    remote: parts.remote ?? '192.0.2.10:443',
    timings: { connect: null, head: 1, total: 2 },
    clock: { sent: now - 1, received: now + 1 },
  };
}

export function use(token: TokenFacts | null, obtained: boolean): CredentialUse {
  return {
    name: 'reader',
    type: obtained ? 'oauth2' : 'bearer',
    field: 'authorization',
    scheme: 'Bearer',
    fingerprint: 'f1',
    token,
    obtained: obtained ? { at: now, client: 'web', issuer: 'main', scope: null, expiresAt: null } : null,
  };
}

function tokenFacts({ header, claims }: { readonly header?: JsonMap; readonly claims: JsonMap }): TokenFacts {
  return {
    format: 'jwt',
    header: header ?? { alg: 'RS256', typ: 'at+jwt', kid: 'k1' },
    claims,
    malformed: null,
    length: 400,
  };
}

/** Seconds. */
export const unix: number = now / 1000;

/** What a good access token says. */
export const claims: JsonMap = {
  iss: 'https://login.example.test',
  aud: 'https://api.example.test',
  sub: 'reader',
  client_id: 'web-production',
  iat: unix - 60,
  exp: unix + 3600,
  jti: 'j1',
  scope: 'orders:read',
};

/** A JWT of these claims, its signature a word. */
export function jwtOf(value: JsonMap, header: JsonMap = { alg: 'RS256' }): string {
  const part = (each: JsonMap): string => Buffer.from(JSON.stringify(each)).toString('base64url');
  return `${part(header)}.${part(value)}.signature`;
}
