/** What is sent once and not again: a password is counted, a code and a rotating token can be used one time. */
import { isUrl } from '../../http/url.ts';
import type { Subject } from '../subject.ts';

const inForm =
  /(?:^|[&?])(?:password|passwd|pwd|code|refresh_token|device_code|otp|totp|pin|assertion|client_assertion)=/i;
const inJson = /"(?:password|passwd|pwd|code|refresh_?token|device_?code|otp|totp|pin|assertion)"\s*:/i;

/** `credential`: the derived request carries the step's credential too, not only its URL and body. */
export function onlyOnce(subject: Subject, credential: boolean): boolean {
  if (subject.stage !== 'resource') return false;
  const request = subject.failing.hops[0]?.request;
  if (!request) return false;
  if (credential && carriesPassword(subject)) return true;
  const body = request.body?.excerpt ?? '';
  const query = isUrl(request.url) ? new URL(request.url).search : '';
  return inForm.test(body) || inJson.test(body) || inForm.test(query);
}

function carriesPassword({ uses, failing }: Subject): boolean {
  const headers = failing.hops[0]?.request.headers ?? [];
  return (
    uses.some(({ type, scheme }) => type === 'basic' || scheme?.toLowerCase() === 'basic') ||
    headers.some(
      ([name, value]) => name.toLowerCase() === 'authorization' && /^(?:basic|digest)\b/i.test(value),
    )
  );
}
