/** The last URL of a redirect chain called directly: with the credential, does it let in? */
import { type Evidence, evidence } from '../evidence.ts';
import { lostUses } from '../facts/delivery.ts';
import { accepted, isAccepted, isSameAnswer } from './answer.ts';
import { type Experiment, isSafe, notSent, statusOf } from './experiment.ts';

export const sameRefusal = 'the same refusal';
export const anotherRefusal = 'another refusal';

export const finalUrl: Experiment = {
  id: 'final-url-directly',
  classOf: (subject) => (isSafe(subject.hop.request.method) ? 'A0' : 'A'),
  cost: 1,
  resends: true,
  applies: (subject) =>
    subject.stage === 'resource' && subject.failing.hops.length > 1 && lostUses(subject).length > 0,
  predicts(cause) {
    if (cause === 'credentials-dropped-on-redirect') return accepted;
    return cause === 'edge-blocked' || cause === 'basic-shadow' || cause === 'route-missing'
      ? sameRefusal
      : null;
  },
  async run(subject, probe) {
    const { url, method } = subject.hop.request;
    const exchange = await probe.vary({ kind: 'directly', url, method });
    if (!exchange) return notSent('the origin is not one of this environment, or not to be asked');
    const status = statusOf(exchange);
    if (isAccepted(exchange)) {
      const seen = `${status} with the credential`;
      const found = evidence('experiment/final-url-accepts', {
        kind: 'experiment',
        names: ['credentials-dropped-on-redirect'],
        only: ['credentials-dropped-on-redirect'],
        lines: [{ hop: null, field: `${subject.hop.request.url} called directly`, seen }],
      });
      return {
        outcome: accepted,
        seen,
        exchanges: [exchange],
        evidence: [found],
        proves: 'credentials-dropped-on-redirect',
      };
    }
    const alike = isSameAnswer(exchange, subject.failing);
    const refused = status === 401 || status === 403;
    const outcome = alike ? sameRefusal : refused ? anotherRefusal : 'neither';
    return {
      outcome,
      seen: refused || alike ? `${status}: ${outcome}` : `${status ?? 'no answer'}`,
      exchanges: [exchange],
      evidence: refused ? [secondFault(url, status)] : [],
      proves: null,
    };
  },
};

/** The loss was seen, and is not all: whoever mends the redirect alone is refused as well. */
function secondFault(url: string, status: number): Evidence {
  return evidence('experiment/final-url-refuses', {
    names: ['credentials-dropped-on-redirect'],
    weight: 1,
    lines: [
      {
        hop: null,
        field: `${url} called directly`,
        seen: `${status} with the credential too: mending the redirect alone is not shown to suffice`,
      },
    ],
  });
}
