/** What any answer must keep to: http.yml. */

import { span } from '../../diagnose/facts/time.ts';
import { isLoopback } from '../../http/origin.ts';
import { isUrl } from '../../http/url.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';

/** Date has a resolution of a second, and answers take time. */
export const notableSkew = 30_000;
const codes: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** The IANA registry, and three that are in use without it. */
const registered: ReadonlySet<string> = new Set([
  'basic',
  'bearer',
  'concealed',
  'digest',
  'dpop',
  'gnap',
  'hoba',
  'mutual',
  'negotiate',
  'ntlm',
  'oauth',
  'privatetoken',
  'scram-sha-1',
  'scram-sha-256',
  'vapid',
  'aws4-hmac-sha256',
  'signature',
]);
const permission =
  /\b(permissions?|roles?|privileges?|scopes?)\b|\bnot (authori[sz]ed|allowed) to\b|\bforbidden\b|\binsufficient\b/i;
/** Fields in which a step may have written a credential of its own. */
const mayCarry = /cookie|auth|key|token|secret|signature/i;
const speaksOfLogin = /authenticat|credential|\btoken\b|log ?in|sign ?in|api[ _-]?key/i;

const refusals: Readonly<Record<string, Predicate>> = {
  'http-401-no-www-authenticate': (seen) =>
    seen.status === 401 && (seen.header('www-authenticate') ?? '').trim() === ''
      ? 'answered 401 without WWW-Authenticate'
      : null,
  'http-407-no-proxy-authenticate': (seen) =>
    seen.status === 407 && (seen.header('proxy-authenticate') ?? '').trim() === ''
      ? 'answered 407 without Proxy-Authenticate'
      : null,
  'http-401-for-permission'(seen) {
    if (seen.status !== 401 || seen.error === 'invalid_token') return null;
    const use = seen.carried.find((each) => seen.known.accepted.has(acceptedKey(seen, each.fingerprint)));
    const said = use && permission.exec(seen.text)?.[0];
    return said ? `answered 401 and speaks of "${said}", to a credential that it took elsewhere` : null;
  },
  'http-403-for-missing-credential': (seen) =>
    seen.status === 403 &&
    seen.endpoint === 'resource' &&
    !seen.isAuthenticated &&
    !seen.hop.request.headers.some(([name]) => mayCarry.test(name)) &&
    (seen.mediaType !== 'text/html' || seen.challenges.length > 0) &&
    (seen.challenges.length > 0 || speaksOfLogin.test(seen.text))
      ? 'answered 403 to a request without a credential'
      : null,
  'http-challenge-syntax'(seen) {
    const problem = seen.challenges.flatMap(({ problems }) => problems).find((each) => !repeated(each));
    return problem === undefined ? null : `sent a challenge that does not parse: ${withoutWords(problem)}`;
  },
  'http-challenge-scheme-known'(seen) {
    if (seen.status !== 401 || seen.challenges.length === 0) return null;
    const schemes = seen.challenges.map(({ scheme }) => scheme).filter((scheme) => scheme !== '');
    const unknown = schemes.find((scheme) => !registered.has(scheme.toLowerCase()));
    if (unknown !== undefined) return `challenges with ${named(unknown)}, which is not registered`;
    const sent = seen.scheme;
    const asked = schemes.map((scheme) => scheme.toLowerCase());
    const known = sent !== null && registered.has(sent) && asked.length > 0 && !asked.includes(sent);
    return known ? `asks for ${schemes.join(', ')} where ${seen.scheme} was sent` : null;
  },
  'http-retry-after': (seen) =>
    (seen.status === 429 || seen.status === 503) && seen.header('retry-after') === null
      ? `answered ${seen.status} without Retry-After`
      : null,
  'http-401-cached': (seen) =>
    (seen.status === 401 || seen.status === 403) && seen.cached !== null
      ? `answered ${seen.status} from a cache (${seen.cached})`
      : null,
  'http-content-type': (seen) =>
    seen.status >= 400 && seen.mediaType === 'text/html' && asksJson(seen)
      ? `answered ${seen.status} in text/html where JSON was asked for`
      : null,
};

const redirects: Readonly<Record<string, Predicate>> = {
  'http-redirect-cross-origin'(seen) {
    const lost = seen.next?.dropped.find(
      ({ header, rule }) => header !== 'cookie' && rule === 'origin-changed',
    );
    const end = seen.exchange.hops.at(-1)?.response?.status ?? 0;
    return lost && (end < 200 || end > 299)
      ? `redirects to another origin, where clients leave out ${lost.header}`
      : null;
  },
  'http-redirect-downgrade'(seen) {
    const to = codes.has(seen.status) && seen.isHttps ? target(seen) : null;
    return to?.protocol === 'http:' && !isLoopback(to.hostname)
      ? `redirects from https to ${to.origin}`
      : null;
  },
  'http-redirect-post-to-get': (seen) =>
    postLost(seen) ? `redirects a POST with ${seen.status}, which makes it a GET` : null,
  'http-redirect-loop': (seen) =>
    seen.isLast && seen.exchange.stopped?.reason === 'loop' ? 'redirects in a circle' : null,
};

const successes: Readonly<Record<string, Predicate>> = {
  'http-date-missing': (seen) =>
    seen.status >= 200 && seen.status < 500 && seen.header('date') === null ? 'sends no Date' : null,
  'http-date-skew'(seen) {
    const skew = skewOf(seen);
    return skew === null ? null : `has a clock that is ${describeSkew(skew)}`;
  },
  'http-authenticated-cache'(seen) {
    if (!seen.isSuccess || seen.sent('authorization') === null) return null;
    const open = seen.cacheControl.find((each) => each === 'public' || /^s-maxage=[1-9]/.test(each));
    return open && !seen.cacheControl.includes('no-store')
      ? `answers a credential with Cache-Control: ${open}`
      : null;
  },
  'http-www-authenticate-on-200': (seen) =>
    // Negotiate ends with the server's own proof, in this field.
    seen.isSuccess && seen.challenges.some(({ scheme }) => !/^negotiate$/i.test(scheme))
      ? `answered ${seen.status} with a challenge`
      : null,
  'cors-credentials-wildcard': (seen) =>
    seen.header('access-control-allow-origin') === '*' &&
    seen.header('access-control-allow-credentials') === 'true'
      ? 'allows credentials to any origin (*)'
      : null,
  'cors-authorization-header': (seen) =>
    seen.hop.request.method === 'OPTIONS' &&
    seen.isSuccess &&
    /\bauthorization\b/i.test(seen.sent('access-control-request-headers') ?? '') &&
    !/\bauthorization\b/i.test(seen.header('access-control-allow-headers') ?? '')
      ? 'does not allow Authorization in a preflight that asks for it'
      : null,
};

export const http: Family = {
  concerns: (seen) => seen.response !== null,
  checks: { ...refusals, ...redirects, ...successes },
};

/** Milliseconds by which the server is ahead, where that is worth telling; an answer of a cache is as old as it is. */
export function skewOf(seen: Seen): number | null {
  const { date } = seen;
  if (date === null || seen.cached !== null) return null;
  const { sent, received } = seen.hop.clock;
  // Somewhere between the two the answer was made, which may take long.
  const ahead = date - received > notableSkew;
  const behind = sent - date - 999 > notableSkew;
  return ahead || behind ? date - seen.midpoint : null;
}

export function describeSkew(skew: number): string {
  return `${span(Math.abs(skew))} ${skew < 0 ? 'behind' : 'ahead of'} ours`;
}

export function acceptedKey({ environment, origin }: Seen, fingerprint: string): string {
  return `${environment.name} ${origin} ${fingerprint}`;
}

/** Where a redirect leads, or null. */
export function target(seen: Seen): URL | null {
  const location = seen.header('location');
  return location !== null && isUrl(location, seen.url.href) ? new URL(location, seen.url) : null;
}

/**
 * A POST became a GET where the same was meant: the target is the same path, or the body was JSON. A form that leads on
 * to a page is how the web works.
 */
export function postLost(seen: Seen): boolean {
  const { next } = seen;
  if (seen.hop.request.method !== 'POST' || next?.request.method !== 'GET') return false;
  const path = (text: string): string => new URL(text).pathname.replace(/\/$/, '').toLowerCase();
  if (path(next.request.url) === path(seen.url.href)) return true;
  return seen.status !== 303 && /\bjson\b/i.test(seen.sent('content-type') ?? '');
}

export function asksJson(seen: Seen): boolean {
  return /\bjson\b/i.test(seen.sent('accept') ?? '') || /\bjson\b/i.test(seen.sent('content-type') ?? '');
}

/** A server may put anything there, a part of a token too, which no redactor knows in part. */
function withoutWords(problem: string): string {
  return problem.replace(/"(?![a-z_]{1,20}")[^"]*"/g, 'a word');
}

function named(scheme: string): string {
  return /^[\w-]{1,20}$/.test(scheme) ? `the scheme "${scheme}"` : 'a scheme of its own';
}

/** A sentence of the parser that a check of its own tells. */
function repeated(problem: string): boolean {
  return problem.endsWith('is repeated; the first value is used.');
}
