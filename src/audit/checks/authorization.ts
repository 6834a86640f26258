/** Authorization requests and their answers: authorization.yml. */

import { isLoopback } from '../../http/origin.ts';
import { isUrl } from '../../http/url.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';
import { target } from './http.ts';

const requests: Readonly<Record<string, Predicate>> = {
  'authz-fragment': (seen) =>
    redirectUri(seen)?.includes('#') ? 'was asked with a redirect_uri that has a fragment' : null,
  'pkce-plain'(seen) {
    const query = seen.url.searchParams;
    if (
      !/\bcode\b/.test(query.get('response_type') ?? '') ||
      query.has('request') ||
      query.has('request_uri')
    )
      return null;
    if (!query.has('code_challenge')) return 'was asked for a code without PKCE';
    return query.get('code_challenge_method') === 'S256'
      ? null
      : 'was asked for a code with PKCE that is not S256';
  },
  'redirect-https'(seen) {
    const uri = parsed(redirectUri(seen));
    return uri?.protocol === 'http:' && !isLoopback(uri.hostname)
      ? `was asked with the redirect_uri ${uri.origin}${uri.pathname}`
      : null;
  },
  'redirect-loopback-ip': (seen) =>
    parsed(redirectUri(seen))?.hostname === 'localhost' ? 'was asked with a redirect_uri at localhost' : null,
  'response-type-token': (seen) =>
    (seen.url.searchParams.get('response_type') ?? '').split(' ').includes('token')
      ? 'was asked for a token in the URL'
      : null,
  'openid-scope'(seen) {
    const query = seen.url.searchParams;
    const wants = query.has('nonce') || (query.get('response_type') ?? '').includes('id_token');
    const scopes = (query.get('scope') ?? '').split(' ');
    return wants && !query.has('request') && !scopes.includes('openid')
      ? 'was asked for an ID token without the scope openid'
      : null;
  },
  'jar-client-id': (seen) =>
    (seen.url.searchParams.has('request') || seen.url.searchParams.has('request_uri')) &&
    !seen.url.searchParams.has('client_id')
      ? 'was asked with a request object and no client_id'
      : null,
};

const answers: Readonly<Record<string, Predicate>> = {
  'authz-state-echo'(seen) {
    const sent = seen.url.searchParams.get('state');
    const back = callback(seen);
    if (sent === null || back === null) return null;
    const got = back.get('state');
    if (got === null) return 'returns no state';
    return got === sent ? null : 'returns another state than it was sent';
  },
  'iss-param'(seen) {
    const back = callback(seen);
    if (back === null) return null;
    const iss = back.get('iss');
    const metadata = seen.known.metadata.get(`${seen.environment.name} ${seen.origin}`);
    const promised = metadata?.['authorization_response_iss_parameter_supported'] === true;
    if (iss === null) return promised ? 'promises iss in its answers and sends none' : null;
    const own = typeof metadata?.['issuer'] === 'string' ? metadata['issuer'] : seen.issuer?.issuer;
    return own !== undefined && iss !== own ? 'names another issuer in its answer' : null;
  },
  'authz-cors': (seen) =>
    seen.header('access-control-allow-origin') !== null
      ? 'allows other origins at its authorization endpoint'
      : null,
  // OAuth 2.0 alone has no prompt.
  'prompt-none-error': (seen) =>
    seen.issuer?.discovery !== 'oauth2' &&
    seen.url.searchParams.get('prompt') === 'none' &&
    seen.status === 200 &&
    seen.mediaType === 'text/html' &&
    /type\s{0,9}=\s{0,9}["']?password/i.test(seen.text)
      ? 'shows a login page for prompt=none'
      : null,
};

export const authorization: Family = {
  concerns: (seen) => seen.endpoint === 'authorization',
  checks: { ...requests, ...answers },
};

/** A login form may stand anywhere. */
export const login: Family = {
  concerns: (seen) => seen.hop.request.method === 'POST' && (seen.status === 307 || seen.status === 308),
  checks: {
    'authz-307': (seen) =>
      seen.form !== null && (seen.form.has('password') || seen.form.has('passwd'))
        ? `redirects a login with ${seen.status}`
        : null,
  },
};

function redirectUri(seen: Seen): string | null {
  return seen.url.searchParams.get('redirect_uri');
}

function parsed(text: string | null): URL | null {
  return text !== null && isUrl(text) ? new URL(text) : null;
}

/** Parameters of a redirect to the redirect_uri; null where the answer is none. */
function callback(seen: Seen): URLSearchParams | null {
  const wanted = parsed(redirectUri(seen));
  const to = seen.status >= 300 && seen.status < 400 ? target(seen) : null;
  if (!wanted || !to || to.origin !== wanted.origin || to.pathname !== wanted.pathname) return null;
  return to.hash.includes('=') ? new URLSearchParams(to.hash.slice(1)) : to.searchParams;
}
