/** The same request under the name of a browser: class C, since it goes around what somebody set up. */
import type { CauseId } from '../../model.ts';
import type { Experiment } from './experiment.ts';
import { oneFactor } from './one-factor.ts';

const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Statuses with which firewalls turn programs away. */
const statuses: readonly number[] = [400, 401, 403, 404, 405, 406, 418, 444, 451, 503, 999];

export const otherUserAgent: Experiment = oneFactor({
  id: 'other-user-agent',
  class: 'C',
  field: () => 'with the User-Agent of a browser',
  applies: (subject) => statuses.includes(subject.response?.status ?? 0),
  change: () => ({ kind: 'header', name: 'User-Agent', value: browser }),
  cause: () => 'edge-blocked',
  untouched: (cause: CauseId) =>
    !cause.startsWith('edge-') && cause !== 'policy-blocked' && cause !== 'ip-not-allowed',
});
