/** What a request says of the page that sends it (Fetch Metadata Request Headers, sections 2.2 and 2.3). */

import type { Field } from '../model.ts';
import type { Initiator } from './cookie.ts';
import { isUrl } from './url.ts';

/**
 * Null: nobody's page, as for an address that a user types in. A request that says `Sec-Fetch-Site: cross-site` is one
 * of another site, that of Origin or Referer; it is a navigation unless Sec-Fetch-Mode says otherwise.
 */
export function initiatorOf(headers: readonly Field[]): Initiator | null {
  const value = (name: string): string | null => {
    const field = headers.find(([each]) => each.toLowerCase() === name);
    return field ? String(field[1]).trim() : null;
  };
  if (value('sec-fetch-site')?.toLowerCase() !== 'cross-site') return null;
  const page = [value('origin'), value('referer')].find((text) => text !== null && isUrl(text));
  return {
    page: page ? new URL(page) : null,
    topLevel: (value('sec-fetch-mode') ?? 'navigate').toLowerCase() === 'navigate',
  };
}
