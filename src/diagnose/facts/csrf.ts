/** A check against cross-site request forgery: an unsafe method with a cookie, where reading works. */

import type { Hop } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { isCookie, sentCookies } from './cookie-history.ts';
import { isWhole } from './token-request.ts';
import { formOf, isSafeMethod, lastHop, originText, sentField, urlOf } from './wire.ts';

export function csrfFacts(subject: Subject): Evidence[] {
  const { hop } = subject;
  const { status } = subject.response ?? { status: 0 };
  if (subject.stage !== 'resource' || isSafeMethod(hop.request.method)) return [];
  const cookies = sentCookies(hop);
  if (status === 419) return [told(subject, 3, cookies)];
  if (![400, 403, 422].includes(status)) return [];
  if (cookies.length === 0) return withoutToken(subject);
  const speaks = speaksOfForgery(subject);
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
  const token = subject.uses.some(({ field }) => !isCookie(field));
  const weight = token ? 1 : speaks ? 3 : reads ? 2 : 1;
  return [told(subject, weight, cookies, reads?.step)];
}

function speaksOfForgery({ description, text }: Subject): boolean {
  return /csrf|xsrf|forgery|authenticity.?token/i.test(`${description ?? ''} ${text}`);
}

/** Refused for its token, which needs its cookie; null: it is not about that. `sent`: the token came. */
export function forged(subject: Subject): { readonly sent: boolean } | null {
  if (isSafeMethod(subject.hop.request.method) || !speaksOfForgery(subject)) return null;
  return { sent: tokenOf(subject.hop) !== undefined };
}

/** A server that misses a token of such a check has this on its side, unless it was a cookie that it missed. */
function withoutToken(subject: Subject): Evidence[] {
  const { hop, failing, past, uses } = subject;
  // Of a stranger it is not known whether a session is all that he misses.
  if (uses.length === 0) return [];
  const own = past.filter(({ sameJob }) => sameJob).map(({ exchange }) => exchange);
  const withheld = [failing, ...own].some(({ hops }) =>
    hops.some(({ cookies }) => cookies.refused.length > 0),
  );
  if (withheld || tokenOf(hop) !== undefined) return [];
  const seen = `${hop.request.method} without a CSRF token`;
  return [
    evidence('csrf/no-token', {
      fits: ['csrf-failed'],
      lines: [{ hop: hop.index, field: 'request', seen }],
    }),
  ];
}

const tokenName = /csrf|xsrf|authenticity.?token|verificationtoken|crumb/i;

/** Where the request carries a token of such a check: a field, a parameter of the query, or something in the body. */
function tokenOf(hop: Hop): string | undefined {
  const fields = hop.request.headers.map(([name]) => name.toLowerCase());
  const field = fields.find((name) => tokenName.test(name));
  const query = [...(urlOf(hop.request.url)?.searchParams.keys() ?? [])].find((name) => tokenName.test(name));
  const inForm = [...(formOf(hop)?.keys() ?? [])].find((name) => tokenName.test(name));
  const body = hop.request.body;
  // Of a long body the beginning is kept.
  const hidden = body !== null && (tokenName.test(body.excerpt) || !isWhole(hop)) ? 'the body' : undefined;
  return field ?? query ?? inForm ?? hidden;
}

function told(
  subject: Subject,
  weight: 1 | 2 | 3,
  cookies: readonly string[],
  reads: string | undefined = undefined,
): Evidence {
  const { hop } = subject;
  const token = tokenOf(hop);
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
  const other = subject.uses.some(({ field }) => !isCookie(field));
  const doubtful = token !== undefined || other || cookies.length === 0;
  const names = doubtful ? ['csrf-failed', 'session-expired'] : ['csrf-failed'];
  return evidence('csrf/unsafe-with-cookie', { names, weight, lines });
}
