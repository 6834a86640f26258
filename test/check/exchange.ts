/** Builds exchanges and outcomes for the tests of the checks. */

import { check } from '../../src/check/check.ts';
import {
  createOutcome,
  type Expectation,
  type Outcome,
  type OutcomeOptions,
} from '../../src/check/outcome.ts';
import type { Check, CredentialUse, Exchange, Hop, RawField, Source, TlsFacts } from '../../src/model.ts';

export const source: Source = { file: 'specs/orders.yml', line: 3, column: 5 };
export const now: number = Date.parse('2026-06-01T12:00:00Z');

interface HopParts {
  readonly url?: string;
  readonly sent?: readonly RawField[];
  readonly status?: number | null;
  readonly headers?: readonly RawField[];
  readonly body?: string | Uint8Array;
  readonly dropped?: Hop['dropped'];
  readonly tls?: TlsFacts;
  readonly decodeError?: string;
  readonly truncated?: boolean;
}

export function exchange(
  hops: readonly HopParts[],
  parts: { credentials?: readonly CredentialUse[]; stopped?: Exchange['stopped'] } = {},
): Exchange {
  return {
    role: 'resource',
    attempt: 1,
    environment: 'staging',
    hops: hops.map(hop),
    credentials: parts.credentials ?? [],
    stopped: parts.stopped ?? null,
  };
}

function hop(parts: HopParts, index: number): Hop {
  const content =
    typeof parts.body === 'string' ? new TextEncoder().encode(parts.body) : (parts.body ?? new Uint8Array());
  const body = {
    content,
    bytes: content.length,
    sha256: '',
    truncated: parts.truncated ?? false,
    decodeError: parts.decodeError ?? null,
  };
  const { status = 200, headers = [] } = parts;
  return {
    index: index + 1,
    request: {
      method: 'GET',
      url: parts.url ?? 'https://api.example.test/orders',
      headers: parts.sent ?? [],
      body: null,
      httpVersion: '1.1',
    },
    response: status === null ? null : { status, statusText: '', httpVersion: '1.1', headers, body },
    failure:
      status === null
        ? {
            phase: 'connect',
            code: 'ECONNREFUSED',
            cause: 'connection-refused',
            message: 'The connection was refused.',
          }
        : null,
    dropped: parts.dropped ?? [],
    cookies: { sent: [], set: [], refused: [] },
    tls: parts.tls ?? null,
    remote: null,
    timings: { connect: null, head: null, total: 0 },
    clock: { sent: now, received: now + 200 },
  };
}

export function outcome(given: Exchange, options: Partial<OutcomeOptions> = {}): Outcome {
  return createOutcome(given, {
    duration: 120,
    now,
    source,
    reveal: (secret) => secret.reveal(),
    ...options,
  });
}

/** One answer with a JSON body. */
export function jsonOutcome(body: string, options: Partial<OutcomeOptions> = {}): Outcome {
  return outcome(exchange([{ headers: [['Content-Type', 'application/json']], body }]), options);
}

/** Checks without their place, as `[kind, subject, passed, expected, actual]`; the default status check left out. */
export async function judged(expect: Expectation, given: Outcome): Promise<unknown[][]> {
  const checks = await check(expect, given);
  const shown = expect.status === undefined ? checks.filter(({ kind }) => kind !== 'status') : checks;
  return shown.map(row);
}

export function row({ kind, subject, passed, expected, actual }: Check): unknown[] {
  return [kind, subject, passed, expected, actual];
}
