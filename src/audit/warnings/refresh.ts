/** An answer that passes and sends browsers elsewhere: Refresh, which is not followed. */

import { metaRefresh, parseRefresh, type Refresh } from '../../http/refresh.ts';
import { isUrl } from '../../http/url.ts';
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

/** Seconds: what waits longer is for a reader of the page. */
const atOnce = 5;

export function refreshes({ hops }: Passed): Warning[] {
  return hops.flatMap((seen) => {
    const asked = seen.exchange.role === 'resource' && seen.endpoint === 'resource';
    // Who came with a credential wanted the answer; pages that load themselves again are no redirect.
    if (!asked || !seen.isLast || !seen.isSuccess || !isAsked(seen)) return [];
    const found = refreshOf(seen);
    const target = found && targetOf(found.refresh, seen.url);
    if (!found || !target || found.refresh.delay > atOnce) return [];
    const { delay } = found.refresh;
    const when = delay === 0 ? 'at once' : `after ${delay} s`;
    return [
      warning(seen, {
        cause: 'redirect-unexpected',
        check: null,
        certainty: 'likely',
        summary: `${seen.origin} answered ${seen.status} with a Refresh: browsers go to ${target} ${when}, other clients stay.`,
        evidence: [line(seen, 'request', seen.place), line(seen, found.field, `${delay}; url=${target}`)],
        fix: `Let the server answer 302 or 303 with a Location, or ask for ${target} if that is what is meant.`,
        references: ['HTML standard, shared declarative refresh steps'],
      }),
    ];
  });
}

function isAsked(seen: Seen): boolean {
  return seen.isAuthenticated || seen.exchange.credentials.length > 0;
}

function refreshOf(seen: Seen): { readonly field: string; readonly refresh: Refresh } | null {
  const value = seen.header('refresh');
  const header = value === null ? null : parseRefresh(value);
  if (header) return { field: 'refresh', refresh: header };
  const isHtml = seen.isMarkup && /^(?:text\/html|application\/xhtml\+xml|)$/.test(seen.mediaType);
  const meta = isHtml ? metaRefresh(seen.text) : null;
  return meta && { field: 'meta refresh', refresh: meta };
}

/** Without query and fragment; null where it is the same page. */
function targetOf({ reference }: Refresh, base: URL): string | null {
  if (reference === null || !isUrl(reference, base.href)) return null;
  const url = new URL(reference, base.href);
  const bare = (each: URL): string => `${each.protocol}//${each.host}${each.pathname}`;
  return bare(url) === bare(base) ? null : bare(url);
}
