/**
 * Where no credential and the real one are answered alike, a credential that is wrong in another way may still show
 * that the header reaches the layer that refuses: by an answer that differs from the one to no credential.
 */
import type { CauseId, Exchange } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { sentSchemes } from '../facts/challenge.ts';
import type { Subject } from '../subject.ts';
import { isSameAnswer, same, silent } from './answer.ts';
import { type Earlier, type Experiment, notSent, statusOf } from './experiment.ts';
import { noDifference, withoutCredential } from './without-credential.ts';

const differs = 'unlike no credential';
const like = 'like no credential';

/** Not for what is in front of the header: an edge answers both alike, and so does a gate for another scheme. */
const keptFromVerifier: readonly CauseId[] = noDifference;

function bearerIsRefused(subject: Subject, earlier: Earlier): boolean {
  return (
    subject.stage === 'resource' &&
    sentSchemes(subject).includes('bearer') &&
    (subject.response?.status === 401 || subject.response?.status === 400) &&
    subject.failing.hops.length === 1 &&
    earlier.get(withoutCredential.id)?.outcome === same &&
    ![...earlier.values()].some(({ arrives }) => arrives)
  );
}

function arrivalProbe(id: string, value: string): Experiment {
  return {
    id,
    classOf: () => 'A',
    cost: 1,
    resends: false,
    showsArrival: true,
    applies: bearerIsRefused,
    predicts: (cause) => (keptFromVerifier.includes(cause) ? like : null),
    async run(subject, probe, earlier) {
      const none = earlier.get(withoutCredential.id)?.exchanges[0];
      const exchange = none ? await probe.vary({ kind: 'authorization', value }) : null;
      if (!none || !exchange) return notSent('the origin is not to be asked');
      return readArrival(id, exchange, none, subject);
    },
  };
}

function readArrival(id: string, exchange: Exchange, none: Exchange, subject: Subject) {
  const status = statusOf(exchange);
  if (status === null)
    return { outcome: silent, seen: silent, exchanges: [exchange], evidence: [], proves: null };
  if (isSameAnswer(exchange, none)) {
    // Servers that answer everything alike, and those that never see the header, look the same.
    const seen = `${status}, ${like}: it shows nothing`;
    return { outcome: like, seen, exchanges: [exchange], evidence: [], proves: null };
  }
  const seen = `${status}, ${differs}: the Authorization header reaches the layer that refuses`;
  const challenged = subject.challenges.map(({ scheme }) => scheme.toLowerCase());
  const found = evidence(`experiment/${id}-arrives`, {
    kind: 'experiment',
    excludes: noDifference.filter(
      (cause) =>
        !cause.startsWith('edge-') &&
        // The token's own scheme may still be the wrong one.
        (cause !== 'scheme-mismatch' || challenged.includes('bearer')),
    ),
    lines: [
      { hop: null, field: `with Authorization: ${id === 'unknown-scheme' ? 'Why401' : 'Bearer'} …`, seen },
    ],
  });
  return { outcome: differs, seen, exchanges: [exchange], evidence: [found], proves: null, arrives: true };
}

export const unknownScheme: Experiment = arrivalProbe('unknown-scheme', 'Why401 x');
export const garbageBearer: Experiment = arrivalProbe('garbage-bearer', 'Bearer why401-probe');
