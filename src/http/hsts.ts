/** HTTP Strict Transport Security (RFC 6797), as browsers keep it: this program does not, and says where it matters. */
import { isIP } from 'node:net';

export interface HstsAnswer {
  readonly url: URL;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Values of Strict-Transport-Security, in order. */
  readonly values: readonly string[];
  /** false where the certificate was not verified: then browsers take note of nothing (section 8.1). */
  readonly verified: boolean;
}
export interface HstsPolicy {
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
}
export interface HstsHost extends HstsPolicy {
  readonly host: string;
  /** Milliseconds since the Unix epoch. */
  readonly until: number;
}

/** Section 6.1. null: no valid policy. */
export function parseHsts(value: string): HstsPolicy | null {
  const directives = new Map<string, string | null>();
  for (const part of value.slice(0, 4096).split(';')) {
    const text = part.trim();
    if (text === '') continue;
    const [name = '', ...rest] = text.split('=');
    const key = name.trim().toLowerCase();
    if (directives.has(key)) return null;
    directives.set(
      key,
      rest.length === 0
        ? null
        : rest
            .join('=')
            .trim()
            .replace(/^"(.*)"$/, '$1'),
    );
  }
  const age = directives.get('max-age') ?? null;
  if (age === null || !/^\d+$/.test(age)) return null;
  return { maxAge: Number(age), includeSubDomains: directives.get('includesubdomains') === null };
}

/**
 * The host because of which a browser would not have asked for `url` over plain http at `now` (section 8.3), from
 * answers that came before it; null: it would have.
 */
export function hstsFor(url: URL, now: number, before: readonly HstsAnswer[]): HstsHost | null {
  if (url.protocol !== 'http:') return null;
  const host = hostOf(url);
  const known = [...knownHosts(before).values()].filter(
    (each) => host === each.host || (each.includeSubDomains && host.endsWith(`.${each.host}`)),
  );
  return known.find(({ until }) => until > now) ?? null;
}

/** Section 8.1: over https only, the first field only, no addresses; `max-age=0` takes a host back. */
function knownHosts(answers: readonly HstsAnswer[]): Map<string, HstsHost> {
  const hosts = new Map<string, HstsHost>();
  for (const { url, at, values, verified } of answers) {
    const policy = parseHsts(values[0] ?? '');
    const host = hostOf(url);
    if (url.protocol !== 'https:' || !verified || !policy || isIP(host.replace(/^\[|\]$/g, '')) !== 0)
      continue;
    if (policy.maxAge === 0) hosts.delete(host);
    else hosts.set(host, { ...policy, host, until: at + policy.maxAge * 1000 });
  }
  return hosts;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}
