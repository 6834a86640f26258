/** Causes about browser sessions: cookies, CSRF, login pages. */
import { isOver } from '../../http/cookie.ts';
import { isUrl } from '../../http/url.ts';
import type { Hop } from '../../model.ts';
import { cookieEvents, latest, looksLikeSession, told, withheldFrom } from '../facts/cookie-history.ts';
import { environmentsBeside, headerValue, type Subject } from '../subject.ts';
import { fixOfRefused, fixOfWithheld } from './cookie-fix.ts';
import { answered, credentialName, type Explain, type Explanations, originOfHop } from './explanation.ts';

export const session: Explanations = {
  'session-expired': expired,
  'login-redirect': login,
  'csrf-failed': csrf,
  'cookie-rejected': rejected,
  'cookie-not-sent': notSent,
  'cookie-not-set': notSet,
};

/** Hops of this job before and at the failing one, oldest first. */
function hopsOf(subject: Subject): Hop[] {
  return [
    ...subject.past.filter(({ sameJob }) => sameJob).flatMap(({ exchange }) => exchange.hops),
    ...subject.failing.hops,
  ];
}

/** Names in the Cookie field of the failing request, those set by hand included. */
function cookiesSent(subject: Subject): string[] {
  const fields = subject.hop.request.headers.filter(([name]) => name.toLowerCase() === 'cookie');
  const byHand = fields.flatMap(([, value]) =>
    value.split(';').map((pair) => (pair.split('=')[0] ?? '').trim()),
  );
  return [...new Set([...subject.hop.cookies.sent, ...byHand])].filter((name) => name !== '');
}

function expired(subject: Subject): ReturnType<Explain> {
  const sent = cookiesSent(subject);
  return {
    summary: `${answered(subject)}: it does not know the session ${sent.length === 0 ? 'of this request' : `of the cookie${sent.length === 1 ? '' : 's'} ${sent.join(', ')}`} any more.`,
    fix: 'Sign in within the scenario, before this step. If the session ends at once, look for several servers that do not share sessions.',
    fixSource: subject.step.source,
  };
}

function login(subject: Subject): ReturnType<Explain> {
  const location = subject.response ? headerValue(subject.response, 'location') : null;
  const before = subject.failing.hops.at(-2);
  const page =
    location !== null && isUrl(location, subject.hop.request.url)
      ? target(location, subject.hop.request.url)
      : null;
  const first = subject.failing.hops[0] ?? subject.hop;
  const summary =
    page !== null
      ? `${originOfHop(subject)} answered ${subject.response?.status ?? 3} and redirects to a login page, ${page}, instead of saying that the credential is missing or refused.`
      : `${originOfHop(subject, 1)} led ${first.request.method} ${path(first.request.url)} ${before ? `by a ${before.response?.status ?? ''} to a login page, ${target(subject.hop.request.url, subject.hop.request.url)}, which answered ${subject.response?.status ?? 'nothing'}` : `to a login page, sent with status ${subject.response?.status ?? 'none'} in the place of the answer`}.`;
  return {
    summary: summary.replace('by a  to', 'by a redirect to'),
    fix: `Send the credential that this route takes, and Accept: application/json; a route for browsers needs the login before this step, in the same scenario.`,
    fixSource: subject.step.source,
  };
}

/** Origin and path: queries of login pages are long and carry state. */
function target(location: string, base: string): string {
  if (!isUrl(location, base)) return location;
  const url = new URL(location, base);
  return `${url.origin}${url.pathname}`;
}

function path(url: string): string {
  return isUrl(url) ? new URL(url).pathname : url;
}

function csrf(subject: Subject): ReturnType<Explain> {
  const names = subject.hop.request.headers.map(([name]) => name.toLowerCase());
  const token = names.find((name) => /csrf|xsrf/.test(name));
  const origin = names.includes('origin') || names.includes('referer');
  const cookies = cookiesSent(subject);
  const sent = [
    token === undefined ? 'no CSRF header' : `the header ${token}`,
    origin ? 'an Origin or Referer' : 'neither Origin nor Referer',
    cookies.length === 0 ? 'no cookie' : `the cookie${cookies.length === 1 ? '' : 's'} ${cookies.join(', ')}`,
  ];
  return {
    summary: `${answered(subject)}: its protection against forged requests refused ${subject.hop.request.method}, which was sent with ${sent.join(', ')}.`,
    fix: `${token === undefined ? 'Capture the token from an earlier answer and send it in the header or field that the application reads' : 'Capture a fresh token in the same session'}, with its cookie${origin ? '' : ', and set Origin to the origin of the site'}.`,
    fixSource: subject.step.source,
  };
}

/** The last of a session, or else the last: what else a site sets is seldom missed. */
function likeliest<T>(found: readonly T[], nameOf: (each: T) => string): T | undefined {
  return found.findLast((each) => looksLikeSession(nameOf(each))) ?? found.at(-1);
}

function rejected(subject: Subject): ReturnType<Explain> {
  const notes = hopsOf(subject).flatMap((hop) => hop.cookies.refused.map((note) => ({ note, hop })));
  const found = likeliest(notes, ({ note }) => note.name);
  if (!found) return {};
  const { note, hop } = found;
  return {
    summary: `The cookie ${note.name} that ${target(hop.request.url, hop.request.url)} set was not kept: ${told(note)} (${note.section}); then ${answered(subject)}.`,
    fix: fixOfRefused(note, hop, environmentsBeside(subject)),
    references: [note.section],
  };
}

function notSent(subject: Subject): ReturnType<Explain> {
  const sent = new Set(cookiesSent(subject));
  const missing = latest(cookieEvents(subject)).filter(
    ({ name, refused, kept, at }) =>
      refused === null && !sent.has(name) && kept !== null && !isOver(kept, at),
  );
  const found = likeliest(missing, ({ name }) => name);
  if (!found)
    return {
      summary: `${answered(subject)}: a cookie that it needs was not sent${sent.size === 0 ? '' : ` (sent were ${[...sent].join(', ')})`}.`,
    };
  const { step } = subject;
  const hasNoJar = step.kind === 'request' && step.jar === null;
  const note = hasNoJar ? null : withheldFrom(found, subject.hop);
  const { url } = subject.hop.request;
  const why = note
    ? `${told(note)} (${note.section})`
    : hasNoJar
      ? 'this step has jar: none'
      : 'it is not in the jar of this step';
  const summary = `The cookie ${found.name} was set by ${target(found.from.href, found.from.href)} and not sent to ${target(url, url)}: ${why}; it answered ${subject.response?.status ?? 'nothing'}.`;
  if (note) return { summary, fix: fixOfWithheld(note, found.from, url), references: [note.section] };
  const fix = hasNoJar
    ? `Leave jar: none out of this step, or send ${found.name} with "cookies:".`
    : `Give this step the jar of the step "${found.step}", which got ${found.name}.`;
  return { summary, fix, fixSource: step.source, references: [] };
}

function notSet(subject: Subject): ReturnType<Explain> {
  const last = subject.past.filter(({ sameJob }) => sameJob).at(-1);
  const hop = last?.exchange.hops.at(-1);
  if (!hop?.response) return {};
  return {
    summary: `${answered(subject)}, and no cookie was sent; step "${last?.step ?? ''}" before it got ${hop.response.status} from ${target(hop.request.url, hop.request.url)} without a Set-Cookie that ${credentialName(subject)} or the session could use.`,
  };
}
