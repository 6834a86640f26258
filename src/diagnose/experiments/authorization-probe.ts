/**
 * Authorization requests with `prompt=none`, read only beside controls: a random client and, where a redirect_uri is in
 * question, a random one. Nothing is followed, no session is made.
 */

import { errorCode } from '../../http/authorization-response.ts';
import type { CauseId, Exchange } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { clientAbsent, clientExists } from '../groups.ts';
import { compare, namesClient, pageText } from '../likeness.ts';
import type { Subject } from '../subject.ts';
import { type Experiment, type Observation, type Probe, statusOf } from './experiment.ts';

const nowhere = 'https://why401.invalid/callback';

/** At the token endpoint: does the client exist at all? */
export const clientProbe: Experiment = {
  id: 'authorize-client',
  classOf: () => 'A0',
  cost: 2,
  applies: (subject) => subject.stage === 'token' && subject.client !== null && subject.response !== null,
  predicts(cause) {
    if (clientAbsent.includes(cause)) return 'answered like an unknown client';
    return clientExists.includes(cause) ? 'answered unlike an unknown client' : null;
  },
  async run(subject: Subject, probe: Probe): Promise<Observation> {
    const { authorize } = probe;
    if (authorize === null) return undecided('not sent: no authorization endpoint is known', []);
    const client_id = subject.client?.client_id ?? '';
    const redirect_uri = subject.client?.redirect_uris[0] ?? nowhere;
    const unknown = `why401-${probe.random()}`;
    const ours = await authorize(client_id, redirect_uri);
    const control = await authorize(unknown, redirect_uri);
    const exchanges = [ours, control];
    if (failedAtServer(ours) || failedAtServer(control)) return undecided('no answer to compare', exchanges);
    const likeness = compare({ exchange: ours, erase: [client_id] }, { exchange: control, erase: [unknown] });
    const seen = `client ${client_id}: ${summary(ours)}; random client: ${summary(control)}`;
    const lines = [{ hop: null, field: 'authorization endpoint', seen }];
    if (likeness === 'unlike') {
      const found = evidence('experiment/client-exists', {
        kind: 'experiment',
        names: ['client-secret-wrong'],
        only: [...clientExists, 'grant-not-allowed', 'environment-mixup'],
        weight: 2,
        lines,
      });
      return {
        outcome: 'answered unlike an unknown client',
        seen,
        exchanges,
        evidence: [found],
        proves: null,
      };
    }
    if (likeness === 'unclear' || !namesClient(ours))
      return undecided(`${seen}: no control separates them`, exchanges);
    const found = evidence('experiment/client-absent', {
      kind: 'experiment',
      names: ['client-unknown'],
      only: [...clientAbsent, 'environment-mixup'],
      weight: 3,
      lines,
    });
    return { outcome: 'answered like an unknown client', seen, exchanges, evidence: [found], proves: null };
  },
};

/** At the authorization endpoint: is it the client or its redirect_uri that is refused? */
export const redirectUriProbe: Experiment = {
  id: 'authorize-controls',
  classOf: () => 'A0',
  cost: 2,
  applies: (subject) =>
    subject.stage === 'authorization' &&
    subject.client !== null &&
    subject.redirect_uri !== null &&
    subject.response !== null,
  predicts(cause) {
    if (clientAbsent.includes(cause)) return 'like a random client, unlike a random redirect_uri';
    return cause === 'redirect-uri-mismatch' ? 'like a random redirect_uri, unlike a random client' : null;
  },
  async run(subject: Subject, probe: Probe): Promise<Observation> {
    const { authorize } = probe;
    if (authorize === null) return undecided('not sent: no authorization endpoint is known', []);
    const client_id = subject.client?.client_id ?? '';
    const redirect_uri = subject.redirect_uri ?? nowhere;
    const unknown = `why401-${probe.random()}`;
    const elsewhere = `https://${probe
      .random()
      .toLowerCase()
      .replace(/[^a-z0-9]/g, 'x')}.why401.invalid/callback`;
    const byClient = await authorize(unknown, redirect_uri);
    const byUri = await authorize(client_id, elsewhere);
    const exchanges = [byClient, byUri];
    const erase = [client_id, redirect_uri, unknown, elsewhere];
    const baseline = { exchange: subject.failing, erase };
    const likeClient = compare(baseline, { exchange: byClient, erase });
    const likeUri = compare(baseline, { exchange: byUri, erase });
    const seen = `random client: ${summary(byClient)}; random redirect_uri: ${summary(byUri)}`;
    if (likeClient === 'unclear' || likeUri === 'unclear' || likeClient === likeUri)
      return undecided(`${seen}: no control separates them`, exchanges);
    return read(likeClient === 'alike', seen, exchanges);
  },
};

function read(likeClient: boolean, seen: string, exchanges: readonly Exchange[]): Observation {
  const lines = [{ hop: null, field: 'authorization endpoint', seen }];
  const outcome = likeClient
    ? 'like a random client, unlike a random redirect_uri'
    : 'like a random redirect_uri, unlike a random client';
  const names: readonly CauseId[] = likeClient ? ['client-unknown'] : ['redirect-uri-mismatch'];
  const only: readonly CauseId[] = likeClient
    ? [...clientAbsent, 'environment-mixup']
    : ['redirect-uri-mismatch'];
  const found: Evidence = evidence(
    likeClient ? 'experiment/client-absent' : 'experiment/redirect-uri-refused',
    { kind: 'experiment', names, only, lines },
  );
  return {
    outcome,
    seen: `${seen}: ours is answered ${outcome}`,
    exchanges,
    evidence: [found],
    proves: null,
  };
}

function undecided(seen: string, exchanges: readonly Exchange[]): Observation {
  return { outcome: 'undecided', seen, exchanges, evidence: [], proves: null };
}

function failedAtServer(exchange: Exchange): boolean {
  const status = statusOf(exchange);
  return status === null || status >= 500 || status === 429;
}

function summary(exchange: Exchange): string {
  const status = statusOf(exchange);
  const location = exchange.hops
    .at(-1)
    ?.response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  const error =
    location && URL.canParse(location)
      ? new URL(location).searchParams.get('error')
      : errorCode(pageText(exchange));
  return [status ?? 'no answer', location ? 'redirect' : null, error]
    .filter((part) => part !== null)
    .join(' ');
}
