/** The same request without its credential: an answer that differs shows that the credential arrives. */
import type { CauseId } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { cachedAnswer } from '../facts/cache.ts';
import { isCookie } from '../facts/cookie-history.ts';
import { lostUses } from '../facts/delivery.ts';
import { scopesInQuestion } from '../facts/scope.ts';
import { tokenValidity } from '../groups.ts';
import type { Subject } from '../subject.ts';
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

/** Statuses that no credential changes: the server's own trouble, routes and methods, bodies, limits. */
export function elsewhere(status: number): boolean {
  return status >= 500 || (status >= 404 && status < 440 && ![406, 407, 419].includes(status));
}

/** The same request with another credential in the same place passed in this run: what is sent there arrives. */
function acceptedHere({ past, environment, failing, uses }: Subject): string | null {
  const sent = failing.hops[0]?.request;
  for (const { exchange, passed } of past) {
    const [hop] = exchange.hops;
    const status = exchange.hops.at(-1)?.response?.status ?? 0;
    if (!passed || exchange.environment !== environment.name || status < 200 || status >= 300) continue;
    if (hop?.request.url !== sent?.url || hop?.request.method !== sent?.method) continue;
    const other = exchange.credentials.find((each) =>
      uses.some(({ field, fingerprint }) => field === each.field && fingerprint !== each.fingerprint),
    );
    if (other) return other.name;
  }
  return null;
}

const afterLogin: readonly CauseId[] = ['permission-missing', 'scope-missing', 'policy-blocked'];

export const withoutCredential: Experiment = {
  id: 'without-credential',
  classOf: (subject) => (isSafe(methodOf(subject)) ? 'A0' : 'A'),
  cost: 1,
  resends: false,
  showsArrival: true,
  applies: (subject) =>
    subject.stage === 'resource' &&
    subject.uses.length > 0 &&
    !elsewhere(subject.response?.status ?? 0) &&
    lostUses(subject).length === 0 &&
    subject.failing.hops.length === 1,
  predicts(cause, subject) {
    if (noDifference.includes(cause)) return same;
    // A session that is over is answered as none.
    if (cause === 'session-expired' && subject.uses.every(({ field }) => isCookie(field))) return same;
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
    const other = alike ? acceptedHere(subject) : null;
    const arrives = !alike || other !== null;
    const says = alike ? `${same}: it makes no difference` : `${another}: the credential reaches the server`;
    const seen = `${status}, ${says}`;
    const lines = [
      { hop: null, field: 'without the credential', seen },
      ...(other ? [{ hop: null, field: `with credential ${other}`, seen: 'the same request passes' }] : []),
    ];
    // Some servers tell a scheme that they do not take from none.
    const excludes = arrives
      ? noDifference.filter((cause) => !cause.startsWith('edge-') && cause !== 'scheme-mismatch')
      : [];
    const id = arrives ? 'experiment/arrives' : 'experiment/no-difference';
    // Who is asked for a credential without one, and forbidden with one, was let in and may not.
    const forbidden = !alike && status === 401 && subject.response?.status === 403;
    const fits: CauseId[] = arrives && asksForScope(subject, status) ? ['scope-missing'] : [];
    const found = evidence(id, { kind: 'experiment', fits, excludes, lines });
    const made = forbidden
      ? [found, evidence('arrival/forbidden', { names: afterLogin, weight: 1, lines })]
      : [found];
    const cached = alike ? cachedAnswer(subject) : null;
    if (cached) made.push(cached);
    const outcome = alike ? same : another;
    return { outcome, seen, exchanges: [exchange], evidence: made, proves: null, arrives };
  },
};

/** It names a scope, and does not ask for a credential as it does without one: what was sent was taken. */
function asksForScope(subject: Subject, without: number): boolean {
  const taken = (subject.response?.status ?? 401) !== 401 || subject.error === 'insufficient_scope';
  return without === 401 && taken && scopesInQuestion(subject).length > 0;
}
