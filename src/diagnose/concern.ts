/** Which failures are diagnosed at all, and which evidence speaks about them. */
import type { CauseId } from '../model.ts';
import type { Evidence } from './evidence.ts';
import { isLoginPage } from './experiments/login-page.ts';
import { lostUses } from './facts/delivery.ts';
import { facts } from './facts/facts.ts';
import { tokenValidity } from './groups.ts';
import { read } from './signatures.ts';
import type { Subject } from './subject.ts';

/** Statuses that are about credentials, whoever sent them: 419 and 440 are sessions, 498 and 499 tokens. */
const ofCredentials: ReadonlySet<number> = new Set([401, 403, 407, 419, 440, 498, 499]);

/** A refusal: it is explained even where nothing says why. */
export function isRefusal(subject: Subject): boolean {
  const status = subject.response?.status ?? 0;
  return (
    subject.stage !== 'resource' ||
    ofCredentials.has(status) ||
    (status === 400 && subject.challenges.length > 0)
  );
}

/** Causes that can stand behind an answer with a status of success. */
const behindSuccess: ReadonlySet<CauseId> = new Set([
  ...['edge-blocked', 'edge-challenge', 'edge-login', 'proxy-intercept', 'login-redirect', 'session-expired'],
  ...[
    'cached-response',
    'body-not-json',
    'body-empty',
    'body-truncated',
    'body-encoding-wrong',
    'gateway-down',
  ],
  ...['cookie-rejected', 'cookie-not-sent', 'cookie-not-set', 'method-changed-by-redirect', 'scope-dropped'],
  ...['redirect-unexpected', 'redirect-downgrade', 'credentials-dropped-on-redirect', 'environment-mixup'],
  ...['credential-leak-on-redirect', 'idp-error-forwarded', 'token-lifetime-wrong'],
]);

/**
 * Facts and texts about the failure. A status of 300 and more is explained by what is said, and by what is known of the
 * credential where the answer can be about one; a success by what shows in it alone.
 */
export function evidenceOf(subject: Subject): Evidence[] {
  const texts = read(subject);
  const status = subject.response?.status ?? 0;
  const told = texts.some(({ names }) => names.some((cause) => tokenValidity.includes(cause)));
  const known = facts(subject);
  const redirected = status >= 300 && status < 400;
  if (isRefusal(subject) || redirected) return [...known, ...texts];
  if (subject.stage === 'resource' && subject.response && status < 300) {
    // Some put the refusal into the body of a 200.
    const stated = texts.some(
      ({ names, weight }) =>
        weight === 3 && names.length > 0 && names.every((cause) => tokenValidity.includes(cause)),
    );
    if (stated || isLoginPage(subject.response)) return [...known, ...texts];
    const shown = known.filter(
      ({ names }) => names.length > 0 && names.every((cause) => behindSuccess.has(cause)),
    );
    return [...shown, ...texts];
  }
  const lost = lostUses(subject).length > 0;
  if (told || (lost && status < 500)) return [...known, ...texts];
  return [...known.filter(({ names }) => !names.some((cause) => tokenValidity.includes(cause))), ...texts];
}

/** Whether there is anything to explain: a failed check of an answer that is a success says nothing by itself. */
export function concerns(subject: Subject, found: readonly Evidence[]): boolean {
  if (isRefusal(subject) || found.some(({ names }) => names.length > 0)) return true;
  const { response } = subject;
  return response !== null && (response.status >= 300 || isLoginPage(response));
}
