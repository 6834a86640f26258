/** Causes about browser sessions: cookies, CSRF, login pages. */
import type { Hop } from '../../model.ts';
import { headerValue, type Subject } from '../subject.ts';
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
    location !== null && URL.canParse(location, subject.hop.request.url)
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
  if (!URL.canParse(location, base)) return location;
  const url = new URL(location, base);
  return `${url.origin}${url.pathname}`;
}

function path(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
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

function rejected(subject: Subject): ReturnType<Explain> {
  const found = hopsOf(subject)
    .flatMap((hop) => hop.cookies.refused.map((each) => ({ ...each, hop })))
    .at(-1);
  if (!found) return {};
  const rule = found.reason.replace(/\.$/, '');
  return {
    summary: `The cookie ${found.name} that ${target(found.hop.request.url, found.hop.request.url)} set was not kept: ${rule.charAt(0).toLowerCase()}${rule.slice(1)}; then ${answered(subject)}.`,
    fix: `Correct that attribute of ${found.name} at the server; behind a proxy, let the application know that the request was https.`,
  };
}

function notSent(subject: Subject): ReturnType<Explain> {
  const sent = new Set(cookiesSent(subject));
  const kept = hopsOf(subject).flatMap((hop) => hop.cookies.set.map((name) => ({ name, hop })));
  const found = kept.filter(({ name }) => !sent.has(name)).at(-1);
  if (!found)
    return {
      summary: `${answered(subject)}: a cookie that it needs was not sent${sent.size === 0 ? '' : ` (sent were ${[...sent].join(', ')})`}.`,
    };
  return {
    summary: `The cookie ${found.name} was set by ${target(found.hop.request.url, found.hop.request.url)} and not sent to ${target(subject.hop.request.url, subject.hop.request.url)}${whyNot(found.name, found.hop, subject)}; it answered ${subject.response?.status ?? 'nothing'}.`,
  };
}

/** The attribute that does not fit this URL (RFC 6265 section 5.4). */
function whyNot(name: string, set: Hop, subject: Subject): string {
  const line = (set.response?.headers ?? [])
    .filter(
      ([field, value]) => field.toLowerCase() === 'set-cookie' && value.trimStart().startsWith(`${name}=`),
    )
    .at(-1)?.[1];
  const attribute = (key: string): string | null =>
    new RegExp(`;\\s*${key}=([^;]*)`, 'i').exec(line ?? '')?.[1]?.trim() ?? null;
  const urls = [set.request.url, subject.hop.request.url].filter((url) => URL.canParse(url));
  const [from, to] = urls.map((url) => new URL(url));
  if (!from || !to) return '';
  const domain = attribute('domain')?.replace(/^\./, '').toLowerCase() ?? null;
  if (domain === null && from.hostname !== to.hostname)
    return `: it has no Domain, so it is for ${from.hostname} only`;
  if (domain !== null && to.hostname !== domain && !to.hostname.endsWith(`.${domain}`))
    return `: its Domain is ${domain}`;
  if (/;\s*secure\b/i.test(line ?? '') && to.protocol !== 'https:')
    return ': it is Secure, and the request is plain http';
  const wanted = attribute('path') ?? from.pathname.replace(/\/[^/]*$/, '');
  if (wanted.startsWith('/') && !`${to.pathname}/`.startsWith(wanted.endsWith('/') ? wanted : `${wanted}/`))
    return `: its Path is ${wanted}`;
  return '';
}

function notSet(subject: Subject): ReturnType<Explain> {
  const last = subject.past.filter(({ sameJob }) => sameJob).at(-1);
  const hop = last?.exchange.hops.at(-1);
  if (!hop?.response) return {};
  return {
    summary: `${answered(subject)}, and no cookie was sent; step "${last?.step ?? ''}" before it got ${hop.response.status} from ${target(hop.request.url, hop.request.url)} without a Set-Cookie that ${credentialName(subject)} or the session could use.`,
  };
}
