/** Chains that end well and should not have begun so: a POST that became a GET, a credential sent in clear. */

import { hstsFor } from '../../http/hsts.ts';
import { type RedirectStory, redirectStory, storySummary } from '../../http/redirect-story.ts';
import { isUrl } from '../../http/url.ts';
import type { EvidenceLine, Exchange } from '../../model.ts';
import { postLost } from '../checks/http.ts';
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

export function redirects({ hops, step }: Passed): Warning[] {
  const told = new Set<Exchange>();
  return hops.flatMap((seen) => {
    const first = !told.has(seen.exchange) && told.add(seen.exchange) !== null;
    return [...(first ? elsewhere(seen, hops, step) : []), ...methodChanged(seen), ...inClear(seen, hops)];
  });
}

/** What passes here and would not with other clients, or would with a credential where it should not be. */
function elsewhere(seen: Seen, hops: readonly Seen[], step: Passed['step']): Warning[] {
  const story = redirectStory(seen.exchange, { environment: seen.environment, step });
  if (story === null || !matters(story, seen)) return [];
  const at = hops.find((each) => each.exchange === seen.exchange && each.hop.index === story.hop - 1) ?? seen;
  const leaks = story.leaked.length > 0;
  return [
    warning(at, {
      cause: leaks ? 'credential-leak-on-redirect' : 'credentials-dropped-on-redirect',
      check: isDowngrade(story) ? 'http-redirect-downgrade' : 'http-redirect-cross-origin',
      certainty: 'likely',
      summary: storySummary(story),
      evidence: story.evidence,
      fix: story.fix,
      references: ['RFC 9110 section 15.4', 'Fetch standard, HTTP-redirect fetch'],
    }),
  ].map((each) => ({ ...each, finding: { ...each.finding, hop: story.hop, fixSource: story.fixSource } }));
}

/**
 * A redirect within one origin is kept by all but those that never send a credential on, and one to a login, or to
 * somebody else's site, is meant to go without: there only a leak is told.
 */
function matters(story: RedirectStory, seen: Seen): boolean {
  const { from, to, reason } = story;
  const issuers = [...seen.environment.issuers.values()].map(({ issuer }) => originOr(issuer));
  if (reason?.id === 'login' || issuers.includes(to.origin)) return false;
  if (story.leaked.length > 0) return true;
  const own = [...seen.environment.origins.values()].includes(to.origin) || from.hostname === to.hostname;
  return own && from.origin !== to.origin && seen.exchange.stopped === null;
}

function isDowngrade({ from, to }: RedirectStory): boolean {
  return from.protocol === 'https:' && to.protocol === 'http:';
}

function originOr(address: string): string {
  return isUrl(address) ? new URL(address).origin : address;
}

function methodChanged(seen: Seen): Warning[] {
  const to = seen.next?.request.url;
  if (!postLost(seen) || to === undefined) return [];
  return [
    warning(seen, {
      cause: 'method-changed-by-redirect',
      check: 'http-redirect-post-to-get',
      certainty: 'certain',
      summary: `${seen.origin} answered the POST with ${seen.status}, so what passed is a GET without the body.`,
      evidence: [
        line(seen, 'request', seen.place),
        line(seen, 'redirect', `${seen.status}, then GET ${withoutQuery(to)}`),
      ],
      fix: `Ask for ${withoutQuery(to)} at once, or let the server answer 308.`,
      references: ['RFC 9110 section 15.4'],
    }),
  ];
}

function inClear(seen: Seen, hops: readonly Seen[]): Warning[] {
  if (seen.isHttps || !seen.isAuthenticated || seen.isLocal) return [];
  const names = seen.carried.map(({ name }) => name).join(', ') || 'the credential';
  const { next } = seen;
  const redirected = next?.request.url.startsWith('https:');
  return [
    warning(seen, {
      cause: null,
      check: 'bearer-tls',
      certainty: 'certain',
      summary: `${names} was sent to ${seen.origin} in clear${redirected ? ', before the redirect to https' : ''}.`,
      evidence: [
        line(seen, 'request', seen.place),
        ...(next ? [line(seen, 'redirect', `${seen.status}, then ${withoutQuery(next.request.url)}`)] : []),
        ...strictTransport(seen, hops),
      ],
    }),
  ];
}

/** Why nobody sees it in a browser: the host has asked for https before. */
function strictTransport(seen: Seen, hops: readonly Seen[]): EvidenceLine[] {
  const before = hops.slice(0, hops.indexOf(seen)).map((each) => ({
    url: each.url,
    at: each.midpoint,
    values: each.received('strict-transport-security'),
    verified: each.hop.tls?.verified !== false,
  }));
  const policy = hstsFor(seen.url, seen.midpoint, before);
  if (policy === null) return [];
  const text = `${policy.host} asked for https in this step: a browser would not have sent this request in clear`;
  return [line(seen, 'strict-transport-security', text)];
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
