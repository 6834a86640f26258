/** The same request, asking for JSON: some applications send people to a login page and programs a refusal. */
import type { CauseId } from '../../model.ts';
import { evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { another } from './answer.ts';
import type { Experiment } from './experiment.ts';
import { isLoginPage, isLoginRedirect } from './login-page.ts';
import { oneFactor } from './one-factor.ts';

const field = 'with Accept: application/json';

/** Only then does the factor stand for this cause: other pages may depend on Accept for reasons of their own. */
function isSentToLogin({ failing, response }: Subject): boolean {
  const redirected = failing.hops.some((hop) => hop.response !== null && isLoginRedirect(hop.response));
  return redirected || (response !== null && isLoginPage(response));
}

function asksForJson(subject: Subject): boolean {
  const accept = subject.failing.hops[0]?.request.headers.find(
    ([name]) => name.toLowerCase() === 'accept',
  )?.[1];
  return /^application\/(?:[\w.+-]*\+)?json\b/i.test(accept ?? '');
}

/** The edge answers before anybody reads Accept. */
const untouched: readonly CauseId[] = ['edge-blocked', 'edge-challenge', 'edge-login', 'ip-not-allowed'];

export const acceptJson: Experiment = oneFactor({
  id: 'accept-json',
  class: 'A',
  field: () => field,
  applies: (subject) => isSentToLogin(subject) && !asksForJson(subject),
  change: () => ({ kind: 'header', name: 'Accept', value: 'application/json' }),
  cause: () => 'login-redirect',
  // Many applications send everybody to the login, whatever is accepted.
  survives: true,
  untouched: (cause) => untouched.includes(cause),
  reads(outcome, status) {
    if (outcome !== another || (status !== 401 && status !== 403)) return [];
    const seen = `${status}: a refusal in the place of the login page`;
    return [
      evidence('experiment/accept-json-refusal', {
        kind: 'experiment',
        names: ['login-redirect'],
        weight: 2,
        lines: [{ hop: null, field, seen }],
      }),
    ];
  },
});
