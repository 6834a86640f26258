/** Hops made by hand, with who put each field there. */
import type { Dropped, Exchange, FieldSource, Hop, SentRequest, TransportFailure } from '../../src/model.ts';

export interface HopParts {
  readonly method?: string;
  readonly url: string;
  /** `name: value` and its sources. */
  readonly sent?: readonly (readonly [line: string, ...by: FieldSource[]])[];
  readonly body?: number;
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly dropped?: readonly Dropped[];
  readonly changed?: readonly string[];
  readonly cookies?: Partial<Hop['cookies']>;
  readonly failure?: TransportFailure;
}

export function hopOf(parts: HopParts, at: number): Hop {
  const lines = [[`host: ${parts.url.split('/')[2]}`, 'transport'] as const, ...(parts.sent ?? [])];
  const request: SentRequest = {
    method: parts.method ?? 'GET',
    url: parts.url,
    headers: lines.map(([line]) => {
      const [name = '', ...value] = line.split(': ');
      return [name, value.join(': ')];
    }),
    sources: lines.map(([, ...by]) => by),
    body: parts.body === undefined ? null : { bytes: parts.body, sha256: '', excerpt: '' },
    httpVersion: '1.1',
  };
  const empty = { content: Buffer.alloc(0), bytes: 0, sha256: '', truncated: false, decodeError: null };
  const { status = 200, headers = [] } = parts;
  return {
    index: at + 1,
    request,
    response: parts.failure
      ? null
      : { status, statusText: '', httpVersion: '1.1', headers: [...headers], body: empty },
    failure: parts.failure ?? null,
    dropped: parts.dropped ?? [],
    ...(at === 0 ? {} : { changed: parts.changed ?? [] }),
    cookies: { sent: [], set: [], refused: [], ...parts.cookies },
    tls: null,
    remote: null,
    timings: { connect: null, head: 10, total: 12 + at },
    clock: { sent: 0, received: 0 },
  };
}

export function chainOf(parts: readonly HopParts[], more: Partial<Exchange> = {}): Exchange {
  return {
    role: 'resource',
    attempt: 1,
    environment: 'staging',
    hops: parts.map(hopOf),
    credentials: [use('reader', 'authorization')],
    stopped: null,
    ...more,
  };
}

export function use(name: string, field: string): Exchange['credentials'][number] {
  return {
    name,
    type: 'bearer',
    field,
    scheme: 'Bearer',
    fingerprint: name,
    token: null,
    obtained: null,
  };
}
