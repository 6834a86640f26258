/**
 * Authorization requests with `prompt=none`, read only beside controls: a random client and, where a redirect_uri is in
 * question, a random one. Nothing is followed, no session is made.
 */

import { isUrl } from '../../http/url.ts';
import type { CauseId, Client, Exchange } from '../../model.ts';
import { ownFaults, proofKind, usualFault } from '../client-proof.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { isHtml, textOf } from '../facts/wire.ts';
import { clientAbsent, clientExists } from '../groups.ts';
import { codeOf, compare, namesAnother, namesClient, namesRedirectUri, refuses } from '../likeness.ts';
import type { Subject } from '../subject.ts';
import { type Experiment, notSent, type Observation, type Probe, statusOf } from './experiment.ts';

const nowhere = 'https://why401.invalid/callback';
const likeUnknown = 'answered like an unknown client';
const unlikeUnknown = 'answered unlike an unknown client';

/** At the token endpoint: does the client exist at all? */
export const clientProbe: Experiment = {
  id: 'authorize-client',
  classOf: () => 'A0',
  cost: 2,
  most: 3,
  resends: false,
  applies: (subject) =>
    subject.stage === 'token' &&
    subject.client !== null &&
    subject.response !== null &&
    isAboutClient(subject),
  predicts(cause) {
    if (clientAbsent.includes(cause)) return likeUnknown;
    return clientExists.includes(cause) ? unlikeUnknown : null;
  },
  async run(subject, probe, _earlier, limit): Promise<Observation> {
    const { authorize } = probe;
    if (authorize === null) return notSent('no authorization endpoint is known');
    const client_id = subject.client?.client_id ?? '';
    const redirect_uri = subject.client?.redirect_uris[0] ?? nowhere;
    const unknown = `why401-${probe.random()}`;
    const ours = await authorize(client_id, redirect_uri);
    const control = ours && (await authorize(unknown, redirect_uri));
    if (!ours || !control) return notSent('the authorization server is not to be asked');
    const exchanges = [ours, control];
    if (failedAtServer(ours) || failedAtServer(control)) return undecided('no answer to compare', exchanges);
    const likeness = compare({ exchange: ours, erase: [client_id] }, { exchange: control, erase: [unknown] });
    const seen = `client ${client_id}: ${summary(ours)}; random client: ${summary(control)}`;
    if (likeness === 'unlike') return exists(subject, seen, exchanges);
    if (likeness === 'unclear') return undecided(`${seen}: no control separates them`, exchanges);
    if (namesClient(ours) && !namesRedirectUri(ours)) return absent(seen, exchanges);
    // Without words, equal to an unknown client says something only where a known one is answered otherwise.
    const good = limit > exchanges.length ? knownGood(subject) : null;
    const other = good && (await authorize(good.client_id, good.redirect_uris[0] ?? nowhere));
    if (!good || !other) return undecided(`${seen}: no control separates them`, exchanges);
    const all = [...exchanges, other];
    const told = `${seen}; client ${good.client_id}, which is known: ${summary(other)}`;
    const apart = compare(
      { exchange: ours, erase: [client_id] },
      { exchange: other, erase: [good.client_id] },
    );
    return apart === 'unlike' ? absent(told, all) : undecided(`${told}: no control separates them`, all);
  },
};

/** A server that speaks of the grant, the scope or the request has let the client in (RFC 6749 section 5.2). */
function isAboutClient({ error, response }: Subject): boolean {
  if (error === null)
    return response !== null && [400, 401, 403].includes(response.status) && !isHtml(textOf(response));
  return /client|unauthorized|access_denied/i.test(error);
}

/** A client of the same authorization server that got a token in this run. */
function knownGood(subject: Subject): Client | null {
  const { environment, client, past } = subject;
  for (const { exchange } of past) {
    if (exchange.environment !== environment.name) continue;
    for (const { obtained } of exchange.credentials) {
      const found = obtained === null ? undefined : environment.clients.get(obtained.client);
      const same = found?.issuer.issuer === client?.issuer.issuer && found?.client_id !== client?.client_id;
      if (found && same) return found;
    }
  }
  return null;
}

function exists(subject: Subject, seen: string, exchanges: readonly Exchange[]): Observation {
  const kind = proofKind(subject);
  const found = evidence('experiment/client-exists', {
    kind: 'experiment',
    // RFC 6749 section 5.2: unauthorized_client is said to a client that has authenticated.
    names: [subject.error === 'unauthorized_client' ? 'grant-not-allowed' : usualFault(kind, subject)],
    only: [...clientExists, ...ownFaults(kind), 'grant-not-allowed', 'environment-mixup'],
    weight: 2,
    lines: [{ hop: null, field: 'authorization endpoint', seen }],
  });
  return { outcome: unlikeUnknown, seen, exchanges, evidence: [found], proves: null };
}

function absent(seen: string, exchanges: readonly Exchange[]): Observation {
  const found = evidence('experiment/client-absent', {
    kind: 'experiment',
    names: ['client-unknown'],
    only: [...clientAbsent, 'environment-mixup'],
    weight: 3,
    lines: [{ hop: null, field: 'authorization endpoint', seen }],
  });
  return { outcome: likeUnknown, seen, exchanges, evidence: [found], proves: null };
}

/** At the authorization endpoint: is it the client or its redirect_uri that is refused? */
export const redirectUriProbe: Experiment = {
  id: 'authorize-controls',
  classOf: () => 'A0',
  cost: 2,
  resends: false,
  applies: (subject) =>
    subject.stage === 'authorization' &&
    subject.client !== null &&
    subject.redirect_uri !== null &&
    subject.response !== null,
  predicts(cause) {
    if (clientAbsent.includes(cause)) return 'like a random client';
    return cause === 'redirect-uri-mismatch' ? 'like a random redirect_uri, unlike a random client' : null;
  },
  async run(subject: Subject, probe: Probe): Promise<Observation> {
    const { authorize } = probe;
    if (authorize === null) return notSent('no authorization endpoint is known');
    const client_id = subject.client?.client_id ?? '';
    const redirect_uri = subject.redirect_uri ?? nowhere;
    const unknown = `why401-${probe.random()}`;
    const elsewhere = `https://${probe
      .random()
      .toLowerCase()
      .replace(/[^a-z0-9]/g, 'x')}.why401.invalid/callback`;
    const byClient = await authorize(unknown, redirect_uri);
    const byUri = byClient && (await authorize(client_id, elsewhere));
    if (!byClient || !byUri) return notSent('the authorization server is not to be asked');
    const exchanges = [byClient, byUri];
    const erase = [client_id, redirect_uri, unknown, elsewhere];
    const baseline = { exchange: subject.failing, erase };
    const likeClient = compare(baseline, { exchange: byClient, erase });
    const likeUri = compare(baseline, { exchange: byUri, erase });
    const seen = `random client: ${summary(byClient)}; random redirect_uri: ${summary(byUri)}`;
    const { failing } = subject;
    // What is no refusal, or one of something else, is alike for other reasons.
    if (!refuses(failing) || namesAnother(failing))
      return undecided(`${seen}: ours says nothing of either`, exchanges);
    // A client that is not known is looked for before its redirect_uri.
    const told = namesClient(failing) && !namesRedirectUri(failing);
    if (told && likeClient === 'alike' && likeUri === 'alike') return read(true, seen, exchanges);
    if (likeClient === 'unclear' || likeUri === 'unclear' || likeClient === likeUri)
      return undecided(`${seen}: no control separates them`, exchanges);
    return read(likeClient === 'alike', seen, exchanges);
  },
};

function read(likeClient: boolean, seen: string, exchanges: readonly Exchange[]): Observation {
  const lines = [{ hop: null, field: 'authorization endpoint', seen }];
  const outcome = likeClient ? 'like a random client' : 'like a random redirect_uri, unlike a random client';
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
  const error = location && isUrl(location) ? new URL(location).searchParams.get('error') : codeOf(exchange);
  return [status ?? 'no answer', location ? 'redirect' : null, error]
    .filter((part) => part !== null)
    .join(' ');
}
