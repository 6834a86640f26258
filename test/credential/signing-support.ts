/** Signers with a clock and a random of the test, and what they put into a request. */
import { readFileSync } from 'node:fs';
import type { Context } from 'mocha';
import type { Presentation } from '../../src/credential/presentation.ts';
import type { Signer, UnsignedRequest } from '../../src/credential/signer.ts';
import { createCredentialStore } from '../../src/credential/store.ts';
import type { Credential, Dropped, Field, Hop, RawField } from '../../src/model.ts';
import { createRedactor, type Redactor, Secret } from '../../src/secret.ts';
import { sharedFile } from '../report/shared-file.ts';
import { browserOf, environmentOf, source } from './support.ts';

export const base: Pick<Credential, 'source' | 'sources'> = { source, sources: {} };

export interface Signing {
  /** Milliseconds. */
  now: number;
  readonly redactor: Redactor;
  present(credential: Credential): Promise<Presentation>;
  signer(credential: Credential): Promise<Signer>;
}

/** `token`: what every random token is. */
export function signing(now = 1_618_884_473_000, token = 'random-token'): Signing {
  const redactor = createRedactor();
  const environment = environmentOf('staging');
  const made: Signing = {
    now,
    redactor,
    present: (credential) => store.present(credential, environment),
    async signer(credential) {
      const { signer, failure } = await made.present(credential);
      if (!signer) throw new Error(failure?.message ?? 'there is no signer');
      return signer;
    },
  };
  const clock = { now: () => made.now, monotonic: () => 0, sleep: async () => {} };
  const store = createCredentialStore({
    perform: () => Promise.reject(new Error('nothing is sent')),
    browser: browserOf(clock, redactor),
    clock,
    random: { uuid: () => '0b6c8f4e-0000-4000-8000-000000000001', token: () => token },
    redactor,
  });
  return made;
}

export function requestOf(
  url: string,
  {
    method = 'GET',
    headers = [],
    body = null,
  }: Partial<Omit<UnsignedRequest, 'url' | 'body'>> & {
    readonly body?: string | Uint8Array | null;
  } = {},
): UnsignedRequest {
  return { method, url: new URL(url), headers, body: typeof body === 'string' ? Buffer.from(body) : body };
}

/** What goes over the wire. */
export function wire(fields: readonly Field[]): Record<string, string> {
  return Object.fromEntries(
    fields.map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );
}

/** What a report shows. */
export function shown(fields: readonly Field[]): Record<string, string> {
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
}

/** An answer to a request that carried these fields. */
export function answerOf(
  url: string,
  status: number,
  headers: readonly RawField[] = [],
  sent: readonly Field[] = [],
  dropped: readonly Dropped[] = [],
): Hop {
  return {
    index: 1,
    request: {
      method: 'GET',
      url,
      headers: sent.map(([name, value]): RawField => [name, String(value)]),
      body: null,
      httpVersion: '1.1',
    },
    response: {
      status,
      statusText: '',
      httpVersion: '1.1',
      headers,
      body: { content: new Uint8Array(), bytes: 0, sha256: '', truncated: false, decodeError: null },
    },
    failure: null,
    dropped,
    cookies: { sent: [], set: [], refused: [] },
    tls: null,
    remote: null,
    timings: { connect: null, head: null, total: 0 },
    clock: { sent: 0, received: 0 },
  };
}

/** A file of the shared vectors; without it the test is skipped. */
export function vectors<T>(test: Context, name: string): T {
  const file = sharedFile(`vectors/auth/${name}`);
  return file === null ? test.skip() : (JSON.parse(readFileSync(file, 'utf8')) as T);
}
