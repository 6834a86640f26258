/** What the failing request carried, as signatures ask for it. */
import { signedUse } from './facts/signed.ts';
import { isHandMade } from './hand-made.ts';
import type { Sent } from './signature.ts';
import type { Subject } from './subject.ts';

/** What the last request carried. */
export function sentKinds(subject: Subject): Sent[] {
  const { headers, url } = subject.hop.request;
  const kinds: Sent[] = [];
  const signature = signedUse(subject);
  for (const [name, value] of headers) {
    const header = name.toLowerCase();
    if (header === 'authorization') kinds.push(schemeOf(value));
    if (header === 'cookie') kinds.push('cookie');
    const isKey = subject.uses.some((use) => use.field === header && use !== signature);
    if (header !== 'authorization' && isKey) kinds.push('key');
  }
  const query = subject.uses.filter(({ field }) => field.startsWith('query:'));
  if (query.some(({ field }) => url.includes(`${field.slice(6)}=`))) kinds.push('key');
  if (signature !== null) kinds.push('signature');
  if (kinds.length === 0 && isHandMade(subject.hop)) kinds.push('key');
  return kinds.length === 0 ? ['none'] : kinds;
}

function schemeOf(value: string): Sent {
  const scheme = value.split(' ', 1)[0]?.toLowerCase() ?? '';
  return scheme === 'bearer' || scheme === 'basic' || scheme === 'dpop' || scheme === 'digest'
    ? scheme
    : 'other';
}

/** `grant_type` of a token request (RFC 6749 section 4). */
export function grantOf(subject: Subject): string | null {
  const excerpt = subject.hop.request.body?.excerpt ?? '';
  const found = /(?:^|&)grant_type=([^&]*)/.exec(excerpt)?.[1];
  return found === undefined ? null : decodeURIComponent(found.replace(/%(?![\da-f]{2})/gi, '%25'));
}
