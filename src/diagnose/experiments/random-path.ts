/** A path that cannot exist, with a credential that this origin accepted elsewhere: does everything unknown look like this? */
import { isUrl } from '../../http/url.ts';
import type { Exchange } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { lostUses } from '../facts/delivery.ts';
import { originText } from '../facts/wire.ts';
import { normalAnswer } from '../normal.ts';
import { read } from '../signatures.ts';
import type { Subject } from '../subject.ts';
import { another, same, silent } from './answer.ts';
import { type Experiment, isSafe, methodOf, notSent, statusOf } from './experiment.ts';

/** The path of this origin at which the step's credential was let in. */
export function acceptedElsewhere(subject: Subject): string | null {
  const here = originText(subject.hop.request.url);
  const prints = new Set(subject.uses.map(({ fingerprint }) => fingerprint));
  for (const { exchange, environment, passed } of subject.past) {
    const last = exchange.hops.at(-1);
    const status = last?.response?.status ?? 0;
    if (!passed || environment !== subject.environment.name || exchange.role !== 'resource') continue;
    if (status < 200 || status >= 300 || exchange.hops.length > 1 || !last) continue;
    if (originText(last.request.url) !== here || exchange.credentials.length === 0) continue;
    if (exchange.credentials.every(({ fingerprint }) => prints.has(fingerprint)))
      return new URL(last.request.url).pathname;
  }
  return null;
}

/** Statuses with which an unknown route may be answered. */
const statuses: readonly number[] = [401, 403, 404, 405, 501];

/** A route that is not there has nothing to say of a token or a scope. */
function speaksOfCredential(subject: Subject): boolean {
  if (subject.error === 'invalid_token' || subject.error === 'insufficient_scope') return true;
  return read(subject).some(({ weight, names }) => weight === 3 && !names.includes('route-missing'));
}

export const randomPath: Experiment = {
  id: 'random-path',
  classOf: () => 'A',
  cost: 1,
  resends: true,
  applies: (subject) =>
    subject.stage === 'resource' &&
    isSafe(methodOf(subject)) &&
    subject.failing.hops.length === 1 &&
    lostUses(subject).length === 0 &&
    statuses.includes(subject.response?.status ?? 0) &&
    !speaksOfCredential(subject) &&
    acceptedElsewhere(subject) !== null,
  about: () => ['route-missing'],
  predicts(cause, subject) {
    if (cause === 'route-missing') return same;
    // Where everything unknown is denied, and where nothing is found, the answer is the same for other reasons too.
    const open =
      cause === 'permission-missing' || cause === 'policy-blocked' || subject.response?.status === 404;
    return open ? null : another;
  },
  async run(subject, probe) {
    const exchange = await probe.vary({ kind: 'path', path: `/why401-${probe.random()}` });
    if (!exchange) return notSent('the origin is not to be asked');
    const status = statusOf(exchange);
    if (status === null)
      return { outcome: silent, seen: silent, exchanges: [exchange], evidence: [], proves: null };
    if (exchange.hops[0]?.request.method !== methodOf(subject))
      return notSent('this origin was asked once, with another method');
    const alike = isAlike(exchange, subject);
    const seen = alike ? `${status}, ${same}` : `${status}, ${another}`;
    const lines = [
      { hop: null, field: 'a random path, same credential', seen },
      { hop: null, field: 'credential', seen: `accepted at ${acceptedElsewhere(subject)}` },
    ];
    const found = alike
      ? evidence('experiment/random-path-alike', {
          kind: 'experiment',
          names: ['route-missing'],
          weight: 2,
          lines,
        })
      : evidence('experiment/random-path-unlike', { kind: 'experiment', excludes: ['route-missing'], lines });
    return { outcome: alike ? same : another, seen, exchanges: [exchange], evidence: [found], proves: null };
  },
};

/** Pages name the path that they do not have. */
function isAlike(exchange: Exchange, subject: Subject): boolean {
  const paths = [exchange, subject.failing].flatMap(({ hops }) => {
    const url = hops.at(-1)?.request.url ?? '';
    return isUrl(url) ? [new URL(url).pathname] : [];
  });
  const erase = paths.filter((path) => path.length > 1);
  return normalAnswer(exchange, erase) === normalAnswer(subject.failing, erase);
}
