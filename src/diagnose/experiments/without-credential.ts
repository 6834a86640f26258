/** The same request without its credential: an answer that differs shows that the credential arrives. */
import type { CauseId } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { lostUses } from '../facts/delivery.ts';
import { tokenValidity } from '../groups.ts';
import { another, isSameAnswer, same, silent } from './answer.ts';
import { type Experiment, isSafe, methodOf, notSent, statusOf } from './experiment.ts';

/** For these the verifier never sees the credential, so that it makes no difference. */
export const noDifference: readonly CauseId[] = [
  'credentials-missing',
  'credentials-stripped-by-proxy',
  'header-dropped-by-proxy',
  'basic-shadow',
  'scheme-mismatch',
  'edge-blocked',
  'edge-challenge',
  'edge-login',
];

/** A server that tells causes apart answers these otherwise than a request without credential. */
const ofArrived: readonly CauseId[] = [
  ...tokenValidity,
  'scope-missing',
  'permission-missing',
  'step-up-required',
];

export const withoutCredential: Experiment = {
  id: 'without-credential',
  classOf: (subject) => (isSafe(methodOf(subject)) ? 'A0' : 'A'),
  cost: 1,
  resends: false,
  applies: (subject) =>
    subject.stage === 'resource' &&
    subject.uses.length > 0 &&
    lostUses(subject).length === 0 &&
    subject.failing.hops.length === 1,
  predicts(cause, subject) {
    if (noDifference.includes(cause)) return same;
    const told = subject.response?.status === 403 || subject.error !== null || subject.description !== null;
    return told && ofArrived.includes(cause) ? another : null;
  },
  async run(subject, probe) {
    const exchange = await probe.vary({ kind: 'without-credential' });
    if (!exchange) return notSent('the origin is not to be asked');
    const status = statusOf(exchange);
    if (status === null)
      return { outcome: silent, seen: silent, exchanges: [exchange], evidence: [], proves: null };
    const alike = isSameAnswer(exchange, subject.failing);
    const seen = alike
      ? `${status}, the same answer: it makes no difference`
      : `${status}, another answer: the credential reaches the server`;
    const lines = [{ hop: null, field: 'without the credential', seen }];
    const found = alike
      ? evidence('experiment/no-difference', { kind: 'experiment', lines })
      : evidence('experiment/arrives', {
          kind: 'experiment',
          excludes: noDifference.filter((cause) => !cause.startsWith('edge-')),
          lines,
        });
    return {
      outcome: alike ? same : another,
      seen,
      exchanges: [exchange],
      evidence: [found],
      proves: null,
      arrives: !alike,
    };
  },
};
