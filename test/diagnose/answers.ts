/** Subjects out of answers alone: what a signature is tried on. */
import { readFileSync } from 'node:fs';
import type { Example, Sent } from '../../src/diagnose/signature.ts';
import { createSubject, type Stage, type Subject } from '../../src/diagnose/subject.ts';
import type { CauseId, CredentialUse, RawField } from '../../src/model.ts';
import { client, exchange, step, subject, use } from './subjects.ts';

const kinds: Readonly<Record<Sent, { sent: RawField[]; uses: CredentialUse[] }>> = {
  none: { sent: [['Accept', '*/*']], uses: [] },
  bearer: { sent: [['Authorization', 'Bearer [secret:reader]']], uses: [use(null)] },
  dpop: {
    sent: [
      ['Authorization', 'DPoP [secret:reader]'],
      ['DPoP', '[secret:proof]'],
    ],
    uses: [use(null, { scheme: 'DPoP' })],
  },
  basic: {
    sent: [['Authorization', 'Basic [secret:reader]']],
    uses: [use(null, { type: 'basic', scheme: 'Basic', token: null })],
  },
  digest: {
    sent: [['Authorization', 'Digest [secret:reader]']],
    uses: [use(null, { scheme: 'Digest', token: null })],
  },
  other: {
    sent: [['Authorization', 'Token [secret:reader]']],
    uses: [use(null, { scheme: 'Token', token: null })],
  },
  cookie: { sent: [['Cookie', 'session=[secret:reader]']], uses: [] },
  signature: {
    sent: [['X-Signature', 't=1,v1=[secret:reader signature]']],
    uses: [use(null, { type: 'hmac', field: 'x-signature', scheme: null, token: null })],
  },
  key: {
    sent: [['X-Api-Key', '[secret:reader]']],
    uses: [use(null, { type: 'api_key', field: 'x-api-key', scheme: null, token: null })],
  },
};

/** Of a token request: the client is no credential of the step. */
const clientAuthentication: readonly RawField[] = [['Authorization', 'Basic [secret:web]']];

export interface AnswerSpec {
  readonly stage: Stage;
  readonly status: number;
  readonly sent?: Sent;
  readonly grant?: string;
  readonly method?: string;
  readonly headers?: readonly RawField[];
  readonly body?: string;
}

/** A resource request carries a bearer token unless the answer was given to something else. */
export function answerTo(spec: AnswerSpec): Subject {
  const resource = spec.stage === 'resource';
  const { sent, uses } =
    spec.stage === 'token' && spec.sent === undefined
      ? { sent: clientAuthentication, uses: [] }
      : kinds[spec.sent ?? (resource ? 'bearer' : 'none')];
  const failing = exchange(
    [
      {
        sent,
        status: spec.status,
        headers: spec.headers ?? [],
        body: spec.body ?? '',
        ...(spec.method === undefined ? {} : { method: spec.method }),
      },
    ],
    uses,
  );
  const hops = failing.hops.map((hop) => ({
    ...hop,
    request: {
      ...hop.request,
      body:
        spec.grant === undefined
          ? null
          : { bytes: 1, sha256: '', excerpt: `grant_type=${encodeURIComponent(spec.grant)}&x=1` },
    },
  }));
  const base = subject({ stage: spec.stage });
  const made = createSubject({
    stage: spec.stage,
    environment: base.environment,
    known: base.known,
    step,
    failing: { ...failing, hops },
    credential: null,
    client: resource ? null : client('web-production', 'https://login.example.test'),
    failed: [],
    siblings: [],
    keys: [],
    past: [],
  });
  if (!made) throw new Error('no hop');
  return made;
}

export function answerOfExample(example: Example): Subject {
  const { headers, ...rest } = example;
  return answerTo({ ...rest, headers: Object.entries(headers ?? {}) });
}

/** Ids of the vocabulary as it is built. */
export function causeIds(): CauseId[] {
  const file = new URL('../../src/diagnose/causes.json', import.meta.url);
  const causes = JSON.parse(readFileSync(file, 'utf8')) as
    | readonly { id: CauseId }[]
    | Record<string, CauseId[]>;
  return Array.isArray(causes) ? causes.map(({ id }) => id) : Object.values(causes).flat();
}
