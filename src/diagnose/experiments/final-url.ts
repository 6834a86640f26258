/** The last URL of a redirect chain called directly: with the credential, does it let in? */

import { evidence } from '../evidence.ts';
import { lostUses } from '../facts/delivery.ts';
import { normalAnswer } from '../normal.ts';
import type { Subject } from '../subject.ts';
import { type Experiment, isSafe, type Observation, type Probe, statusOf } from './experiment.ts';

/** A password is not tried again by an experiment, unless why401.yml names it: attempts are counted. */
function sendsPassword(subject: Subject): boolean {
  return (
    subject.uses.some(({ type }) => type === 'basic') &&
    !subject.environment.experiments.allow.has('final-url-directly')
  );
}

export const finalUrl: Experiment = {
  id: 'final-url-directly',
  classOf: (subject) => (isSafe(subject.hop.request.method) ? 'A0' : 'A'),
  cost: 1,
  applies: (subject) =>
    subject.stage === 'resource' &&
    !sendsPassword(subject) &&
    subject.failing.hops.length > 1 &&
    lostUses(subject).length > 0,
  predicts(cause) {
    if (cause === 'credentials-dropped-on-redirect') return 'accepted';
    return cause === 'edge-blocked' || cause === 'basic-shadow' || cause === 'route-missing'
      ? 'the same refusal'
      : null;
  },
  async run(subject: Subject, probe: Probe): Promise<Observation> {
    const sent = probe.directly(subject.hop.request.url);
    if (!sent)
      return {
        outcome: 'not sent',
        seen: 'not sent: the origin is not one of this environment',
        exchanges: [],
        evidence: [],
        proves: null,
      };
    const exchange = await sent;
    const status = statusOf(exchange);
    const line = (seen: string) => [{ hop: null, field: `${subject.hop.request.url} called directly`, seen }];
    if (status !== null && status >= 200 && status < 300) {
      const seen = `${status} with the credential`;
      const found = evidence('experiment/final-url-accepts', {
        kind: 'experiment',
        names: ['credentials-dropped-on-redirect'],
        only: ['credentials-dropped-on-redirect'],
        lines: line(seen),
      });
      return {
        outcome: 'accepted',
        seen,
        exchanges: [exchange],
        evidence: [found],
        proves: 'credentials-dropped-on-redirect',
      };
    }
    const same = normalAnswer(exchange) === normalAnswer(subject.failing);
    const refused = status === 401 || status === 403;
    const outcome = same ? 'the same refusal' : refused ? 'another refusal' : 'neither';
    return {
      outcome,
      seen: refused || same ? `${status}: ${outcome}` : `${status ?? 'no answer'}`,
      exchanges: [exchange],
      evidence: [],
      proves: null,
    };
  },
};
