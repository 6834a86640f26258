/** Expiry in mid-run: a token that was good before and is refused as invalid is renewed once, and the request replayed. */
import type { Presentation } from '../credential/presentation.ts';
import { parseChallenges } from '../http/challenge.ts';
import type { Exchange, Hop, Json, RequestStep } from '../model.ts';
import { isMap } from '../source.ts';
import type { Sent } from './attempts.ts';
import { credentialOf } from './present.ts';
import type { JobState } from './state.ts';

/** They can be got anew without a person. */
const renewables: ReadonlySet<string> = new Set(['oauth2', 'self_signed_jwt', 'ci_oidc', 'command']);

/** Which credential of the step is to be renewed, as its place in the list; null: none. */
export function renewable(step: RequestStep, state: JobState, sent: Sent): number | null {
  const attempt = sent.attempts.at(-1);
  const hop = attempt?.hops.at(-1);
  if (!attempt || !hop || !isInvalidToken(hop) || expectsRefusal(step)) return null;
  const at = step.credentials.findIndex(({ name, renew, fault }, index) => {
    const { use, exchanges = [] } = sent.presentations[index] ?? {};
    if (renew === false || fault || !use || !renewables.has(credentialOf(name, state).type)) return false;
    // A token that was got for this very request is not made better by another one.
    if (exchanges.some(({ role }) => role === 'token') || state.renewals.inVain(state.job.environment, name))
      return false;
    return hop.request.headers.some(([field]) => field.toLowerCase() === use.field);
  });
  return at < 0 ? null : at;
}

/** RFC 6750 section 3.1. */
function isInvalidToken({ response }: Hop): boolean {
  if (response?.status !== 401) return false;
  const challenges = parseChallenges(
    response.headers.filter(([name]) => name.toLowerCase() === 'www-authenticate').map(([, value]) => value),
  );
  return challenges.some(
    ({ scheme, parameters }) =>
      ['bearer', 'dpop'].includes(scheme.toLowerCase()) && parameters.get('error') === 'invalid_token',
  );
}

/** The step is about the refusal: it must be seen as it is. */
export function expectsRefusal({ expect }: RequestStep): boolean {
  if (expect.cause !== undefined || expect.challenge !== undefined) return true;
  const { status } = expect;
  return status !== undefined && admitsRefusal(status);
}

/** `401`, `4xx`, or a matcher that is not plainly about what lies below 400. */
function admitsRefusal(status: Json): boolean {
  if (Array.isArray(status)) return status.some(admitsRefusal);
  if (!isMap(status)) return !/^[23]/.test(String(status));
  const { lt, lte } = status;
  return !(typeof lt === 'number' && lt <= 400) && !(typeof lte === 'number' && lte < 400);
}

/** The presentations of the step, with a new token at the place `at`. */
export async function renew(
  step: RequestStep,
  at: number,
  state: JobState,
  presentations: readonly Presentation[],
): Promise<Presentation[]> {
  const name = step.credentials[at]?.name ?? '';
  const use = presentations[at]?.use;
  if (use) state.store.forget(use.fingerprint);
  const renewed = await state.store.present(credentialOf(name, state), state.job.environment);
  return presentations.map((each, index) => (index === at ? renewed : { ...each, exchanges: [] }));
}

/** A renewal that changed nothing is not tried again in this run. */
export function noteRenewal(
  step: RequestStep,
  at: number,
  state: JobState,
  attempts: readonly Exchange[],
): void {
  const hop = attempts.at(-1)?.hops.at(-1);
  const name = step.credentials[at]?.name ?? '';
  if (hop && isInvalidToken(hop)) state.renewals.note(state.job.environment, name);
}
