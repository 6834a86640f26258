/** Which attribute of a cookie to change to what, rule by rule. */

import { domainOf, parseSetCookie } from '../../http/cookie-parse.ts';
import { hostOf, registrableDomain, related } from '../../http/cookie-site.ts';
import { isUrl } from '../../http/url.ts';
import type { CookieNote, Environment, Hop } from '../../model.ts';
import { headerValues } from '../subject.ts';

const tlsInFront =
  ' Where a proxy ends TLS in front of the server, the URL of the environment is that of the proxy.';

/** `others`: environments of which a Domain may be. */
export function fixOfRefused({ name, rule }: CookieNote, hop: Hop, others: readonly Environment[]): string {
  const url = isUrl(hop.request.url) ? new URL(hop.request.url) : null;
  const host = url ? hostOf(url) : 'this host';
  switch (rule) {
    case 'secure-from-http':
      return `Ask for it over https, https://${host}, or leave Secure of ${name} out in an environment that has plain http only.${tlsInFront}`;
    case 'hides-secure':
      return `Set ${name} over https only: ${host} has a Secure cookie of this name, which plain http must not replace.`;
    case 'domain-mismatch':
    case 'public-suffix':
    case 'domain-not-ascii':
      return fixOfDomain(name, host, domainIn(hop, name), others);
    case 'samesite-none-insecure':
      if (url?.protocol === 'http:')
        return `Set SameSite=Lax on ${name}: None needs Secure, and Secure needs https, which this request is not.${tlsInFront}`;
      return `Add Secure to ${name}, or set SameSite=Lax; behind a proxy that ends TLS, let the application know that the request was https (X-Forwarded-Proto).`;
    case 'partitioned-insecure':
    case 'prefix-secure':
      if (url?.protocol === 'http:')
        return `${rule === 'prefix-secure' ? `Give ${name} another name` : `Leave Partitioned of ${name} out`}: it needs Secure, and Secure needs https, which this request is not.${tlsInFront}`;
      return `Add Secure to ${name}; behind a proxy that ends TLS, let the application know that the request was https (X-Forwarded-Proto).`;
    case 'prefix-host':
      return `Give ${name} Secure, Path=/ and no Domain, or another name. A proxy that rewrites Path or Domain of cookies breaks the rule too.`;
    case 'prefix-http':
      return `Give ${name} Secure and HttpOnly, or another name.`;
    case 'prefix-host-http':
      return `Give ${name} Secure, HttpOnly, Path=/ and no Domain, or another name.`;
    case 'cross-site':
      return `Set SameSite=None and Secure on ${name} where it must come with requests of other sites.`;
    case 'size':
      return `Make ${name} shorter: keep the session at the server, and only its id in the cookie.`;
    default:
      return `Correct the Set-Cookie field of ${name === '' ? 'the cookie without a name' : name} at the server.`;
  }
}

function domainIn({ response }: Hop, name: string): string {
  const cookies = (response ? headerValues(response, 'set-cookie') : []).map(parseSetCookie);
  const found = cookies.findLast((cookie) => cookie.name === name);
  return found ? domainOf(found) : '';
}

function fixOfDomain(name: string, host: string, domain: string, others: readonly Environment[]): string {
  const wider = registrableDomain(host);
  const right = `Leave Domain of ${name} out${wider !== null ? `, or set Domain=${wider}` : ''}`;
  const owner = others.find(({ origins }) =>
    [...origins.values()].some((origin) => {
      const other = hostOf(new URL(origin));
      return domain !== '' && (other === domain || other.endsWith(`.${domain}`));
    }),
  );
  if (owner) return `${right}: ${domain} is the domain of environment "${owner.name}".`;
  return `${right}. Where ${domain === '' ? 'it' : domain} is the name of a server behind a proxy, let the application know the public host (X-Forwarded-Host), or have the proxy rewrite it (proxy_cookie_domain).`;
}

/** `from`: who set it; `to`: the URL that did not get it. */
export function fixOfWithheld({ name, rule, reason }: CookieNote, from: URL, to: string): string {
  const url = isUrl(to) ? new URL(to) : null;
  const host = url ? hostOf(url) : 'this host';
  const wider = url && related(from, url) ? registrableDomain(host) : null;
  switch (rule) {
    case 'path':
      return `Set Path=/ on ${name} at the server, or a Path that ${url?.pathname ?? 'this URL'} begins with; behind a proxy that moves the path, have it rewrite that of cookies too (proxy_cookie_path).`;
    case 'secure':
      return `Call https://${host}: ${name} is Secure.`;
    case 'host-only':
      return `Call ${hostOf(from)}, which sets ${name}${wider === null ? '' : `, or set Domain=${wider} on it there`}.`;
    case 'domain':
      return `Call a host of the Domain of ${name}${wider === null ? '' : `, or set Domain=${wider} on it at the server`}.`;
    case 'expired':
      return `Sign in again before this step, or give ${name} a longer Max-Age at the server.`;
    case 'samesite-strict':
      return `Set SameSite=Lax on ${name} where a page of another site leads here, as a login does.`;
    case 'samesite-lax':
    case 'samesite-default':
      return `Set SameSite=None and Secure on ${name} where a form of another site is sent here, as with response_mode=form_post.`;
    case 'partitioned':
      return `Leave Partitioned of ${name} out where it is needed outside of that page.`;
    default:
      return reason;
  }
}
