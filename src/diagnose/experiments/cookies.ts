/** The cookies of a request: without them, and with one that the jar withholds. */
import type { CauseId } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { isCookie, ofJar } from '../facts/cookie-history.ts';
import { originText } from '../facts/wire.ts';
import type { Subject } from '../subject.ts';
import { type Experiment, isSafe, methodOf } from './experiment.ts';
import { isLoginPage, isLoginRedirect } from './login-page.ts';
import { oneFactor } from './one-factor.ts';

function sendsCookies({ failing }: Subject): boolean {
  return failing.hops[0]?.request.headers.some(([name]) => name.toLowerCase() === 'cookie') ?? false;
}

/** A credential of its own stands beside the cookies, so that there is something left to pass with. */
function hasOtherCredential({ uses }: Subject): boolean {
  return uses.length > 0 && uses.every(({ field }) => !isCookie(field));
}

function tooLarge({ response, text }: Subject): boolean {
  return (
    response?.status === 431 ||
    (response?.status === 400 && /\b(?:header|cookie)s?\b[^.<]{0,30}\btoo (?:large|long|big)/i.test(text))
  );
}

/** What cookies cannot change. */
const untouchedByCookies: readonly CauseId[] = [
  'ip-not-allowed',
  'credentials-stripped-by-proxy',
  'header-dropped-by-proxy',
  'basic-shadow',
];

export const withoutCookies: Experiment = oneFactor({
  id: 'without-cookies',
  class: 'A',
  field: () => 'without the cookies',
  applies: (subject) => sendsCookies(subject) && hasOtherCredential(subject),
  change: () => ({ kind: 'without-cookies' }),
  cause(subject) {
    if (tooLarge(subject)) return 'header-too-large';
    return isSafe(methodOf(subject)) ? 'session-expired' : 'csrf-failed';
  },
  // 403 may also be about what the user of that session is allowed.
  proves: ({ response }) => response?.status !== 403,
  untouched: (cause) => untouchedByCookies.includes(cause),
});

/** Names of cookies that this origin has set in this scenario and that the failing request did not carry. */
export function withheldCookies(
  subject: Subject,
): { readonly name: string; readonly refused: string | null }[] {
  const origin = originText(subject.failing.hops[0]?.request.url ?? '');
  const cookie = subject.failing.hops[0]?.request.headers.find(
    ([name]) => name.toLowerCase() === 'cookie',
  )?.[1];
  const sent = new Set((cookie ?? '').split(';').map((pair) => pair.split('=')[0]?.trim() ?? ''));
  const found = new Map<string, string | null>();
  for (const { exchange } of ofJar(subject)) {
    for (const hop of exchange.hops.filter(({ request }) => originText(request.url) === origin)) {
      for (const name of hop.cookies.set) found.set(name, null);
      for (const { name, reason } of hop.cookies.refused) found.set(name, reason);
    }
  }
  return [...found].filter(([name]) => !sent.has(name)).map(([name, refused]) => ({ name, refused }));
}

function refusesForSession({ response }: Subject): boolean {
  if (!response) return false;
  return [401, 403, 419, 440].includes(response.status) || isLoginRedirect(response) || isLoginPage(response);
}

export const withheldCookie: Experiment = oneFactor({
  id: 'withheld-cookie',
  class: 'A',
  field: (subject) => `with the cookie ${withheldCookies(subject)[0]?.name ?? ''}`,
  applies: (subject) => refusesForSession(subject) && withheldCookies(subject).length === 1,
  change: (subject) => {
    const [cookie] = withheldCookies(subject);
    return cookie ? { kind: 'with-cookie', name: cookie.name } : null;
  },
  cause: (subject) => (withheldCookies(subject)[0]?.refused != null ? 'cookie-rejected' : 'cookie-not-sent'),
  untouched: (cause) => untouchedByCookies.includes(cause),
  reads(outcome, _status, subject) {
    const [cookie] = withheldCookies(subject);
    if (outcome !== 'accepted' || !cookie) return [];
    const withheld = subject.failing.hops[0]?.cookies.withheld?.findLast(({ name }) => name === cookie.name);
    const seen =
      cookie.refused ??
      withheld?.reason ??
      'set by this origin, and not sent here for its path, domain or attributes';
    return [
      evidence('experiment/withheld-cookie-rule', {
        kind: 'experiment',
        lines: [{ hop: null, field: `cookie ${cookie.name}`, seen }],
      }),
    ];
  },
});
