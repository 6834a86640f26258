/** The same request without its credential: an answer that differs shows that the credential arrives. */
import type { CauseId } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { lostUses } from '../facts/delivery.ts';
import { tokenValidity } from '../groups.ts';
import { normalAnswer } from '../normal.ts';
import type { Subject } from '../subject.ts';
import { type Experiment, isSafe, type Observation, type Probe, statusOf } from './experiment.ts';

/** For these the verifier never sees the credential, so that it makes no difference. */
const noDifference: readonly CauseId[] = [
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
  classOf: (subject) => (isSafe(subject.failing.hops[0]?.request.method ?? '') ? 'A0' : 'A'),
  cost: 1,
  applies: (subject) =>
    subject.stage === 'resource' &&
    subject.uses.length > 0 &&
    lostUses(subject).length === 0 &&
    subject.failing.hops.length === 1,
  predicts(cause, subject) {
    if (noDifference.includes(cause)) return 'the same answer';
    const told = subject.response?.status === 403 || subject.error !== null || subject.description !== null;
    return told && ofArrived.includes(cause) ? 'another answer' : null;
  },
  async run(subject: Subject, probe: Probe): Promise<Observation> {
    const exchange = await probe.withoutCredential();
    const status = statusOf(exchange);
    if (status === null)
      return { outcome: 'no answer', seen: 'no answer', exchanges: [exchange], evidence: [], proves: null };
    const same = normalAnswer(exchange) === normalAnswer(subject.failing);
    const outcome = same ? 'the same answer' : 'another answer';
    const seen = same
      ? `${status}, the same answer: it makes no difference`
      : `${status}, another answer: the credential reaches the server`;
    const found = same
      ? evidence('experiment/no-difference', {
          kind: 'experiment',
          lines: [{ hop: null, field: 'without the credential', seen }],
        })
      : evidence('experiment/arrives', {
          kind: 'experiment',
          excludes: noDifference.filter((cause) => !cause.startsWith('edge-')),
          lines: [{ hop: null, field: 'without the credential', seen }],
        });
    return { outcome, seen, exchanges: [exchange], evidence: [found], proves: null };
  },
};
