/** A check against cross-site request forgery: an unsafe method with a cookie, where reading works. */
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { sentCookies } from './cookie-history.ts';
import { formOf, isSafeMethod, lastHop, originText, sentField } from './wire.ts';

const tokenFields = ['x-csrf-token', 'x-xsrf-token', 'x-csrftoken', 'csrf-token', 'requestverificationtoken'];

export function csrfFacts(subject: Subject): Evidence[] {
  const { hop } = subject;
  const { status } = subject.response ?? { status: 0 };
  if (subject.stage !== 'resource' || isSafeMethod(hop.request.method)) return [];
  const cookies = sentCookies(hop);
  if (status === 419) return [told(subject, 3, cookies)];
  if (![400, 403, 422].includes(status) || cookies.length === 0) return [];
  const speaks = /csrf|xsrf|forgery|authenticity.?token/i.test(
    `${subject.description ?? ''} ${subject.text}`,
  );
  const reads = subject.past.find(({ sameJob, exchange }) => {
    const past = lastHop(exchange);
    const answered = past?.response?.status ?? 0;
    return (
      sameJob &&
      past !== null &&
      isSafeMethod(past.request.method) &&
      answered >= 200 &&
      answered < 300 &&
      originText(past.request.url) === originText(hop.request.url) &&
      sentCookies(past).some((name) => cookies.includes(name))
    );
  });
  if (status !== 403 && !speaks) return [];
  const token = subject.uses.some(({ field }) => !field.startsWith('cookie:'));
  const weight = token ? 1 : speaks ? 3 : reads ? 2 : 1;
  return [told(subject, weight, cookies, reads?.step)];
}

function told(
  subject: Subject,
  weight: 1 | 2 | 3,
  cookies: readonly string[],
  reads: string | undefined = undefined,
): Evidence {
  const { hop } = subject;
  const sent = tokenFields.find((name) => sentField(hop, name) !== null);
  const inForm = [...(formOf(hop)?.keys() ?? [])].find((name) =>
    /csrf|xsrf|authenticity|verificationtoken/i.test(name),
  );
  const token = sent ?? inForm;
  const lines = [
    {
      hop: hop.index,
      field: 'request',
      seen: `${hop.request.method} with cookie ${cookies.join(', ') || 'none'}, ${token === undefined ? 'no CSRF token' : `a CSRF token in ${token}`}, ${sentField(hop, 'origin') === null ? 'no Origin' : 'an Origin'}`,
    },
    ...(reads === undefined
      ? []
      : [{ hop: null, field: 'cookie', seen: `step "${reads}" reads with the same cookie` }]),
  ];
  // One that was sent may be wrong, or of a session that has ended: the words are the same. Beside another credential it
  // was not the cookie that should have counted.
  const other = subject.uses.some(({ field }) => !field.startsWith('cookie:'));
  const doubtful = token !== undefined || other || cookies.length === 0;
  const names = doubtful ? ['csrf-failed', 'session-expired'] : ['csrf-failed'];
  return evidence('csrf/unsafe-with-cookie', { names, weight, lines });
}
