/** Authorization servers and APIs that misbehave while a credential is got, refused and held against keys. */
import type { Socket } from 'node:net';
import type { JobResult, JsonMap, StepResult } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';
import { jwt } from '../support/trial.ts';
import { type Act, answer, json, play } from './script.ts';

const login = 'http://login.example.test';
const api = 'http://api.example.test';
export const clientSecret = 'the-secret-of-the-client';

/** What each of the endpoints does instead of what it should. */
export interface AuthorizationCase {
  readonly name: string;
  /** Members of the discovery document beside or instead of the usual ones. */
  readonly published?: JsonMap;
  readonly metadata?: readonly Act[];
  readonly token?: readonly Act[];
  readonly jwks?: readonly Act[];
  /** Absent: it refuses the token where `jwks` is given, else it takes it. */
  readonly api?: readonly Act[];
  /** As in `Case`. */
  readonly ends: string;
}

/** An answer of JSON. */
export const ok = (value: unknown): Buffer =>
  answer(typeof value === 'string' ? value : JSON.stringify(value), [json]);

const signedFor = (iss: string): string => jwt({ iss, sub: 'machine', exp: 4_102_444_800 });
export const signed: string = signedFor(login);

/** The answer of a token endpoint. */
export const granted = (rest: JsonMap): Buffer =>
  answer(JSON.stringify({ access_token: signed, token_type: 'Bearer', expires_in: 3600, ...rest }), [
    json,
    'Cache-Control: no-store',
  ]);

export interface AuthorizationWorld {
  readonly reports: readonly Replayed[];
  readonly ended: ReadonlyMap<string, string>;
  /** Bytes by which the memory of the process grew at most, servers included. */
  readonly grown: number;
}

/** Plays each case in a run of its own against the same servers, and a healthy one beside them. */
export async function playAuthorization(cases: readonly AuthorizationCase[]): Promise<AuthorizationWorld> {
  const all = [...cases, healthy];
  const origins = await startOrigins();
  try {
    for (const origin of [login, api])
      await origins.accept(origin, (socket) => serve(socket, all, origin === api));
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 10);
    const reports: Replayed[] = [];
    const waiting = all.map((each, index) => ({ each, index }));
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        reports.push(await playOne(next.each, next.index, origins));
    };
    await Promise.all(Array.from({ length: atOnce }, work)).finally(() => clearInterval(watch));
    return { reports, ended: outcomes(reports.flatMap(({ jobs }) => jobs)), grown: most - before };
  } finally {
    await origins.close();
  }
}

const atOnce = 8;

/** Only where nothing else ends it is a limit short: the machine may be busy. */
function limitOf({ metadata = [], token = [], jwks = [] }: AuthorizationCase): number {
  const acts = [...metadata, ...token, ...jwks];
  const hangs = acts.some((act) => act === 'HOLD' || (typeof act === 'object' && 'again' in act));
  return hangs ? 2000 : 60_000;
}

function playOne(each: AuthorizationCase, index: number, origins: Origins): Promise<Replayed> {
  const { name } = each;
  return replay({
    origins,
    project: {
      environments: {
        staging: {
          protected: false,
          origins: { api },
          issuers: { main: { issuer: `${login}/case/${index}` } },
          clients: { web: { client_id: 'web', client_secret: '${secret.CLIENT}' } },
        },
      },
      credentials: { machine: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' } },
    },
    secrets: { CLIENT: clientSecret },
    scenarios: {
      'a.yml': {
        name,
        credential: 'machine',
        steps: [{ name: 'read', timeout: '60s', GET: `/case/${index}` }],
      },
    },
    options: { timeout: limitOf(each), bodyLimit: 10_000_000 },
  });
}

export const healthy: AuthorizationCase = { name: 'is as it should be', ends: 'passed' };

function serve(socket: Socket, cases: readonly AuthorizationCase[], isApi: boolean): void {
  let asked = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    asked += chunk.toString('latin1');
    const end = asked.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/^content-length: *(\d+)/im.exec(asked)?.[1] ?? 0);
    if (asked.length < end + 4 + length) return;
    const path = /^\S+ ([^\s?]*)/.exec(asked)?.[1] ?? '';
    asked = '';
    const index = Number(/case\/(\d+)/.exec(path)?.[1] ?? -1);
    const acts = cases[index] && actsOf(cases[index], path, isApi, `${login}/case/${index}`);
    void play(acts ?? [answer('', [], '404 Not Found')], socket);
  });
}

function actsOf(
  { metadata, published, token, jwks, api: resource }: AuthorizationCase,
  path: string,
  isApi: boolean,
  base: string,
): readonly Act[] {
  if (isApi) return resource ?? (jwks ? [refused('Bearer error="invalid_token"')] : [ok({ orders: [] })]);
  const usual = { issuer: base, token_endpoint: `${base}/token`, jwks_uri: `${base}/jwks` };
  if (path.includes('well-known')) return metadata ?? [ok({ ...usual, ...published })];
  if (path.endsWith('/token')) return token ?? [granted({ access_token: signedFor(base) })];
  if (path.endsWith('/jwks')) return jwks ?? [ok({ keys: [] })];
  return [answer('', [], '404 Not Found')];
}

export function refused(...challenges: readonly string[]): Buffer {
  return answer(
    '',
    challenges.map((challenge) => `WWW-Authenticate: ${challenge}`),
    '401 Unauthorized',
  );
}

function outcomes(jobs: readonly JobResult[]): Map<string, string> {
  return new Map(jobs.map(({ name, steps }) => [name, steps[0] ? told(steps[0]) : 'nothing ran']));
}

/** `failed; endpoint-wrong likely; the words of the failed checks`; addresses are shortened to `AS`. */
function told({ status, findings, checks }: StepResult): string {
  const causes = findings.map(({ cause, check, certainty }) => `${cause ?? check} ${certainty}`);
  const words = checks
    .filter(({ passed }) => !passed)
    .map(({ actual }) => actual.replace(/http:\/\/login\.example\.test\/case\/\d+/g, 'AS').slice(0, longest));
  return [status, causes.join(', '), ...words].filter((each) => each !== '').join('; ');
}

/** Characters of the words of a check. */
const longest = 120;
