/** A pushed authorization request (RFC 9126): secret, redirect_uri and grant in one answer, and nothing is minted. */

import { errorCode } from '../../http/authorization-response.ts';
import type { CauseId, Client, Exchange } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { clientAbsent, clientExists } from '../groups.ts';
import { pageText } from '../likeness.ts';
import type { Subject } from '../subject.ts';
import { clientsOf, type Experiment, notSent, type Observation, statusOf } from './experiment.ts';

export const taken = 'the request is taken';
export const clientRefused = 'invalid_client';
export const uriRefused = 'the redirect_uri is refused';
const grantRefused = 'unauthorized_client';
export type Pushed =
  | typeof taken
  | typeof clientRefused
  | typeof uriRefused
  | typeof grantRefused
  | 'undecided';

const ofClient: readonly CauseId[] = [...clientAbsent, ...clientExists];
/** None of these would let a request through. */
const excludedByTaken: readonly CauseId[] = [
  ...ofClient,
  'redirect-uri-mismatch',
  'grant-not-allowed',
  'response-type-unsupported',
  'pkce-missing',
];

export function pushedOutcome(exchange: Exchange): { readonly outcome: Pushed; readonly seen: string } {
  const status = statusOf(exchange);
  const text = pageText(exchange);
  const error = errorCode(text);
  const seen = [status ?? 'no answer', error].filter((part) => part !== null).join(' ');
  if (status === 201 || status === 200) return { outcome: taken, seen };
  if (error === 'invalid_client' || status === 401) return { outcome: clientRefused, seen };
  if (error === 'unauthorized_client') return { outcome: grantRefused, seen };
  const aboutUri = error === 'invalid_redirect_uri' || error === 'redirect_uri_mismatch';
  if (aboutUri || (error === 'invalid_request' && /redirect[ _-]?ur[il]/i.test(text)))
    return { outcome: uriRefused, seen };
  return { outcome: 'undecided', seen };
}

const readings: Readonly<
  Record<string, { names: readonly CauseId[]; only: readonly CauseId[] | null; excludes: readonly CauseId[] }>
> = {
  [taken]: { names: [], only: null, excludes: excludedByTaken },
  [clientRefused]: {
    names: ['client-unknown', 'client-secret-wrong'],
    only: [...ofClient, 'environment-mixup'],
    excludes: [],
  },
  [uriRefused]: {
    names: ['redirect-uri-mismatch'],
    only: ['redirect-uri-mismatch', 'environment-mixup'],
    excludes: [],
  },
  [grantRefused]: {
    names: ['grant-not-allowed'],
    only: ['grant-not-allowed', 'client-type-wrong'],
    excludes: [],
  },
};

/** The refused client with its secret, or one that has none. */
function pushing(subject: Subject): Client | null {
  const { client } = subject;
  if (client === null || client.token_endpoint_auth_method === 'none') return client;
  const same = (each: Client): boolean =>
    each.client_id === client.client_id && each.issuer.issuer === client.issuer.issuer;
  return clientsOf(subject).find(same) ?? null;
}

export const par: Experiment = {
  id: 'par',
  classOf: () => 'B',
  cost: 1,
  resends: false,
  asksIssuer: true,
  // At the token endpoint the secret was refused already: it is not tried again.
  applies: (subject) =>
    subject.stage === 'authorization' &&
    pushing(subject) !== null &&
    subject.redirect_uri !== null &&
    subject.response !== null,
  predicts(cause) {
    if (clientAbsent.includes(cause)) return clientRefused;
    if (cause === 'redirect-uri-mismatch') return uriRefused;
    return cause === 'grant-not-allowed' ? grantRefused : null;
  },
  async run(subject: Subject, probe): Promise<Observation> {
    const { redirect_uri } = subject;
    const client = pushing(subject);
    if (!client || redirect_uri === null) return notSent('no client is known');
    const exchange = await probe.ask({ kind: 'par', client, redirect_uri });
    if (!exchange) return notSent('no endpoint for pushed requests is known, or it is not to be asked');
    const { outcome, seen } = pushedOutcome(exchange);
    const reading = readings[outcome];
    const lines = [{ hop: null, field: 'pushed authorization request', seen: `${seen}: ${outcome}` }];
    const found = reading
      ? [evidence('experiment/par', { kind: 'experiment', ...reading, weight: 2, lines })]
      : [];
    return { outcome, seen: `${seen}: ${outcome}`, exchanges: [exchange], evidence: found, proves: null };
  },
};
