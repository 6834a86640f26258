/** Chains that end well and should not have begun so: a POST that became a GET, a credential sent in clear. */
import { hstsFor } from '../../http/hsts.ts';
import type { EvidenceLine } from '../../model.ts';
import { postLost } from '../checks/http.ts';
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

export function redirects({ hops }: Passed): Warning[] {
  return hops.flatMap((seen) => [...methodChanged(seen), ...inClear(seen, hops)]);
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
