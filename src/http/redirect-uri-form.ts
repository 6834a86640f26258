/** Rules about how a redirect URI is written. */
import type { UriRule } from './redirect-uri-advice-rule.ts';
import { defaultPort, isCustomScheme } from './redirect-uri-parts.ts';
import { findRedirectUriRules, standardRules } from './redirect-uri-rules.ts';
import { isUrl } from './url.ts';

export const whiteSpace: UriRule = (uri) =>
  /\s|\p{Cc}/u.test(uri)
    ? {
        id: 'redirect-uri-white-space',
        severity: 'error',
        summary: `The redirect_uri "${uri.replace(/\s|\p{Cc}/gu, '␣')}" has white space in it, and no URI has.`,
        fix: 'Take it out, or write it as %20 if it belongs to the path.',
        references: ['RFC 3986 section 2'],
      }
    : null;

export const absolute: UriRule = (uri, { scheme, authority, host }) => {
  const web = defaultPort(scheme) !== null;
  if (scheme !== null && (web ? authority !== null && host !== '' && isUrlOrPattern(uri) : isUrl(uri)))
    return null;
  return {
    id: 'redirect-uri-absolute',
    severity: 'error',
    summary: `The redirect_uri "${uri}" is no absolute URI.`,
    fix: 'Write it whole, with its scheme: https://app.example.com/callback',
    references: ['RFC 6749 section 3.1.2'],
  };
};

function isUrlOrPattern(uri: string): boolean {
  return isUrl(uri) || (uri.includes('*') && isUrl(uri.replaceAll('*', '0')));
}

export const script: UriRule = (uri, { scheme }) =>
  /^(?:javascript|vbscript|data|file|about|blob)$/i.test(scheme ?? '')
    ? {
        id: 'redirect-uri-script',
        severity: 'error',
        summary: `The redirect_uri ${uri} leads nowhere where a code could be received.`,
        fix: 'Use https, or the scheme of the app.',
        references: ['RFC 6749 section 3.1.2', 'RFC 9700 section 4.1'],
      }
    : null;

export const fragment: UriRule = (uri, { fragment }) =>
  fragment !== null
    ? {
        id: 'redirect-uri-fragment',
        severity: 'error',
        summary: `The redirect_uri ${uri} has a fragment, and must not have one.`,
        fix: `Register and send ${uri.slice(0, uri.indexOf('#'))}; an application with routes in the fragment needs a path for the answer.`,
        references: ['RFC 6749 section 3.1.2'],
      }
    : null;

export const wildcard: UriRule = (uri, _parts, { rules }) => {
  if (!uri.includes('*')) return null;
  const known = (rules === undefined ? null : findRedirectUriRules(rules)) ?? standardRules();
  const lets = known.accepts.some(({ by }) => by === 'wildcard');
  return {
    id: 'redirect-uri-wildcard',
    severity: lets ? 'warning' : 'error',
    summary: lets
      ? `The redirect_uri ${uri} has a wildcard: ${known.title} takes it, and a code may go to any address that fits.`
      : `The redirect_uri ${uri} has a wildcard, and servers compare redirect URIs character by character.`,
    fix: 'Register each address by itself; what has to come back goes into state.',
    references: ['RFC 9700 section 2.1', 'RFC 9700 section 4.1.3'],
  };
};

export const userinfo: UriRule = (uri, { userinfo }) =>
  userinfo !== null && userinfo !== ''
    ? {
        id: 'redirect-uri-userinfo',
        severity: 'warning',
        summary: `The redirect_uri ${uri} has a user name before its host; servers refuse it, and browsers hide it.`,
        fix: 'Take out what stands before the @.',
        references: ['RFC 9110 section 4.2.4'],
      }
    : null;

export const openRedirector: UriRule = (uri, { query }) => {
  const led = query?.split('&').find((each) => /=(?:https?(?::|%3a)|(?:\/|%2f){2})/i.test(each));
  return led === undefined
    ? null
    : {
        id: 'redirect-uri-open-redirector',
        severity: 'warning',
        summary: `The redirect_uri ${uri} has an address in its query: where the page goes on to it, a code can be led away.`,
        fix: 'Keep the target in the session or in state, and let the redirect_uri name none.',
        references: ['RFC 9700 section 4.11'],
      };
};

export const privateScheme: UriRule = (uri, { scheme }, { client_id }) => {
  if (scheme === null || !isCustomScheme(scheme) || scheme.includes('.')) return null;
  const name = scheme.toLowerCase();
  // A scheme that is registered, or one that is made of the client_id.
  if (/^(?:urn|ms-app|ms-appx|ms-appx-web)$/.test(name) || isMadeOf(name, client_id.toLowerCase()))
    return null;
  if (/^(?:javascript|vbscript|data|file|about|blob)$/.test(name)) return null;
  return {
    id: 'redirect-uri-private-scheme',
    severity: 'warning',
    summary: `The redirect_uri ${uri} has the scheme ${scheme}, which any other app may take for its own.`,
    fix: 'Use a scheme that is a domain of yours, the other way round: com.example.app:/callback',
    references: ['RFC 8252 section 7.1', 'RFC 8252 section 8.4'],
  };
};

export const spelling: UriRule = (uri, { scheme, host, port }) => {
  const web = defaultPort(scheme);
  const what = [
    ...(scheme !== scheme?.toLowerCase() ? ['its scheme has upper case letters'] : []),
    ...(web !== null && host !== host.toLowerCase() ? ['its host has upper case letters'] : []),
    ...(web !== null && port === web ? [`its port ${port} is that of the scheme`] : []),
    ...(port === '' ? ['it has a colon without a port'] : []),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
    ...(web !== null && /[^\x00-\x7f]/.test(host) ? ['its host is not written in ASCII'] : []),
  ];
  if (what.length === 0 || web === null) return null;
  return {
    id: 'redirect-uri-spelling',
    severity: 'warning',
    summary: `The redirect_uri ${uri} is written unusually: ${what.join(', ')}. Clients tidy that up, and then it is not equal to what is registered.`,
    fix: isUrl(uri) ? `Register and send ${new URL(uri).origin}${rest(uri)}` : 'Write it in lower case.',
    references: ['RFC 9700 section 4.1.3', 'RFC 3986 section 6.2.1'],
  };
};

function isMadeOf(scheme: string, client_id: string): boolean {
  return client_id.length >= 6 && scheme.includes(client_id);
}

function rest(uri: string): string {
  return uri.replace(/^[^:]*:\/\/[^/?#]*/, '');
}
