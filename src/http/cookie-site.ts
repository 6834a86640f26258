/** Which hosts belong together: domain-match (RFC 6265bis section 5.1.3), public suffixes, sites. */
import { isIP } from 'node:net';
import { getPublicSuffix } from 'tough-cookie';

/** The host of a URL without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Both in lower case and ASCII. An IP address matches itself only. */
export function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && isIP(host) === 0);
}

/** Registrable domain, or null for a public suffix, a name of one label and an IP address. A trailing dot is kept. */
export function registrableDomain(host: string): string | null {
  if (isIP(host) !== 0 || !host.includes('.')) return null;
  const dot = host.endsWith('.') ? '.' : '';
  try {
    // Names of RFC 6761 are for tests, and tests want to see what production does.
    const found = getPublicSuffix(host, { allowSpecialUseDomain: true, ignoreError: true });
    return found ? found + dot : null;
  } catch {
    return null;
  }
}

/** Nobody owns it: `co.uk`, `localhost`. */
export function isPublicSuffix(domain: string): boolean {
  return isIP(domain) === 0 && registrableDomain(domain) === null;
}

/** `scheme://registrable-domain`, or the host itself where there is none: two URLs of one site are same-site (RFC 6265bis section 5.2). */
export function siteOf(url: URL): string {
  const host = hostOf(url);
  return `${url.protocol}//${registrableDomain(host) ?? host}`;
}

/** Of one registrable domain, whatever the scheme. */
export function related(a: URL, b: URL): boolean {
  const [one, other] = [a, b].map((url) => registrableDomain(hostOf(url)) ?? hostOf(url));
  return one === other;
}
