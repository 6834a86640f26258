/** The same request, asking for JSON: some applications send people to a login page and programs a refusal. */
import type { CauseId } from '../../model.ts';
import { evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import type { Experiment } from './experiment.ts';
import { isHtml, isLoginPage, isLoginRedirect } from './login-page.ts';
import { oneFactor } from './one-factor.ts';

const field = 'with Accept: application/json';

function pageInsteadOfAnswer({ response }: Subject): boolean {
  if (!response) return false;
  return isLoginRedirect(response) || isLoginPage(response) || (response.status >= 400 && isHtml(response));
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
  applies: (subject) => pageInsteadOfAnswer(subject) && !asksForJson(subject),
  change: () => ({ kind: 'header', name: 'Accept', value: 'application/json' }),
  cause: () => 'login-redirect',
  untouched: (cause) => untouched.includes(cause),
  reads(outcome, status, subject) {
    const redirected =
      subject.response !== null && (isLoginRedirect(subject.response) || isLoginPage(subject.response));
    if (outcome !== 'another answer' || !redirected || (status !== 401 && status !== 403)) return [];
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
