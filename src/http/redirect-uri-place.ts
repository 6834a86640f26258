/** Rules about where a redirect URI leads: who listens on the way, and whether anybody is there. */
import { isInner, isLoopback } from './origin.ts';
import type { UriAdvice, UriRule, UriSurroundings } from './redirect-uri-advice-rule.ts';
import { isCustomScheme, loopbackForm, uriParts } from './redirect-uri-parts.ts';
import { isUrl } from './url.ts';

export const https: UriRule = (uri, { scheme, host }, { origins }) => {
  if (scheme?.toLowerCase() !== 'http' || isLoopback(host) || isLocal(host)) return null;
  // An environment in which nothing is public may do without.
  if (origins.length > 0 && origins.every((origin) => isLocalOrigin(origin))) return null;
  return {
    id: 'redirect-uri-https',
    severity: 'error',
    summary: `The redirect_uri ${uri} is plain http: whoever listens on the way has the code.`,
    fix: `Register and send ${uri.replace(/^http/i, 'https')}; http is for loopback addresses.`,
    references: ['RFC 9700 section 2.6', 'RFC 6749 section 3.1.2.1'],
  };
};

export const localhost: UriRule = (uri, { scheme, host }, around) => {
  if (isCustomScheme(scheme) || !isLoopback(bare(host))) return null;
  if (scheme?.toLowerCase() === 'http' && isNative(around)) return nameForAddress(uri, host);
  const isHere = around.origins.some((origin) => isLocalOrigin(origin));
  if (!around.protected || isHere || around.origins.length === 0) return null;
  return {
    id: 'redirect-uri-localhost',
    severity: 'warning',
    summary: `The redirect_uri ${uri} leads to the machine of whoever logs in; the environment has its origins elsewhere.`,
    fix: 'Take it out here and at the authorization server; use another client for development.',
    references: ['RFC 8252 section 8.3', 'RFC 9700 section 4.1'],
  };
};

export const innerHost: UriRule = (uri, { scheme, host }, { origins, protected: isProtected }) => {
  const name = bare(host);
  if (isCustomScheme(scheme) || !isProtected || isLoopback(name) || !isInner(name) || name.includes('*'))
    return null;
  if (origins.length === 0 || origins.some((origin) => isLocalOrigin(origin))) return null;
  return {
    id: 'redirect-uri-inner-host',
    severity: 'warning',
    summary: `The redirect_uri ${uri} leads to a host that only an inner network knows; the environment has its origins elsewhere.`,
    fix: 'Register and send the address under which users reach the application.',
    references: ['RFC 9700 section 4.1'],
  };
};

/** An app on the machine of its user, for all that can be seen: no secret, and no address of the web (RFC 8252 section 7). */
export function isNative({
  public: isPublic,
  redirect_uris,
}: Pick<UriSurroundings, 'public' | 'redirect_uris'>): boolean {
  return (
    isPublic &&
    redirect_uris.map(uriParts).every(({ scheme, host }) => isCustomScheme(scheme) || isLoopback(bare(host)))
  );
}

/** Of native apps: a name may lead elsewhere. */
function nameForAddress(uri: string, host: string): UriAdvice | null {
  if (loopbackForm(host) !== 'localhost') return null;
  return {
    id: 'redirect-uri-loopback-name',
    severity: 'info',
    summary: `The redirect_uri ${uri} has the name localhost, which need not be this machine, and whose port many servers compare.`,
    fix: `Use ${uri.replace(/localhost/i, '127.0.0.1')} as well, or instead.`,
    references: ['RFC 8252 section 8.3', 'RFC 8252 section 7.3'],
  };
}

function isLocal(host: string): boolean {
  return isInner(bare(host)) || /\.test$/i.test(host);
}

function isLocalOrigin(origin: string): boolean {
  if (!isUrl(origin)) return false;
  const { hostname } = new URL(origin);
  return isLoopback(bare(hostname)) || isInner(hostname);
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
