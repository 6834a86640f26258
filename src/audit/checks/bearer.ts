/** Challenges and refusals of the schemes: bearer.yml. */
import type { Challenge } from '../../http/challenge.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';

const tokenParameter = 'access_token';

const bearerChecks: Readonly<Record<string, Predicate>> = {
  'bearer-missing-has-error'(seen) {
    const error = challengeOf(seen, 'bearer')?.parameters.get('error');
    const empty = seen.status === 401 && !seen.isAuthenticated && !seen.url.searchParams.has(tokenParameter);
    return empty && error !== undefined ? `has the error ${error} for a request without a token` : null;
  },
  'bearer-invalid-token-401': (seen) => otherStatus(seen, 'invalid_token', 401),
  'bearer-invalid-request-400': (seen) => otherStatus(seen, 'invalid_request', 400),
  'bearer-scope-403': (seen) => otherStatus(seen, 'insufficient_scope', 403),
  'bearer-scope-attribute'(seen) {
    const challenge = seen.challenges.find(
      ({ parameters }) => parameters.get('error') === 'insufficient_scope',
    );
    return challenge && !challenge.parameters.has('scope')
      ? 'asks for more scope and does not name it'
      : null;
  },
  'bearer-error-description-charset'(seen) {
    const text = challengeOf(seen, 'bearer')?.parameters.get('error_description');
    const found = text === undefined ? null : /[^\x20\x21\x23-\x5b\x5d-\x7e]/.exec(text);
    return found ? 'has characters in error_description that are not allowed there' : null;
  },
  'bearer-realm-once': (seen) =>
    seen.challenges.some(({ problems }) => problems.some((each) => each.includes('is repeated')))
      ? 'repeats an attribute of its challenge'
      : null,
  'prm-header': (seen) =>
    seen.status === 401 &&
    challengeOf(seen, 'bearer') !== null &&
    !seen.challenges.some(({ parameters }) => parameters.has('resource_metadata'))
      ? 'names no resource_metadata in its challenge'
      : null,
  'stepup-acr'(seen) {
    const asked = seen.challenges.find(
      ({ parameters }) => parameters.get('error') === 'insufficient_user_authentication',
    );
    const says = asked?.parameters.has('acr_values') || asked?.parameters.has('max_age');
    return asked && !says ? 'asks for a stronger login and does not say which' : null;
  },
};

const otherSchemes: Readonly<Record<string, Predicate>> = {
  'basic-realm'(seen) {
    const basic = challengeOf(seen, 'basic');
    return basic && !basic.parameters.has('realm') ? 'sends a Basic challenge without realm' : null;
  },
  'basic-charset'(seen) {
    const charset = challengeOf(seen, 'basic')?.parameters.get('charset');
    return charset !== undefined && charset.toLowerCase() !== 'utf-8'
      ? `names the charset ${charset} in a Basic challenge`
      : null;
  },
  'basic-colon-user'(seen) {
    if (seen.scheme !== 'basic') return null;
    const named = seen.carried.find(({ type }) => type === 'basic')?.name ?? '';
    const credential = seen.environment.credentials.get(named);
    const username = credential?.type === 'basic' ? credential.username : '';
    return typeof username === 'string' && username.includes(':')
      ? 'got a user name with a colon, at which it ends the name'
      : null;
  },
  'digest-sha256'(seen) {
    const offers = seen.challenges.filter(({ scheme }) => scheme.toLowerCase() === 'digest');
    const strong = offers.some(({ parameters }) => /^sha-/i.test(parameters.get('algorithm') ?? ''));
    return offers.length > 0 && !strong ? 'offers Digest with MD5 only' : null;
  },
  'digest-uri'(seen) {
    if (seen.scheme !== 'digest') return null;
    const uri = /\buri="([^"]*)"/i.exec(seen.sent('authorization') ?? '')?.[1];
    const target = `${seen.url.pathname}${seen.url.search}`;
    return uri !== undefined && uri !== target && uri !== seen.url.href && !uri.includes('[secret:')
      ? 'was sent a Digest credential for another target'
      : null;
  },
  'dpop-algs'(seen) {
    const challenge = challengeOf(seen, 'dpop');
    return challenge && !challenge.parameters.has('algs') ? 'names no algs in its DPoP challenge' : null;
  },
};

/** Ways in which a token travels, whatever is answered. */
const transport: Readonly<Record<string, Predicate>> = {
  'bearer-query-token': (seen) =>
    seen.isSuccess && seen.url.searchParams.has(tokenParameter) && seen.endpoint === 'resource'
      ? 'takes a token in the URL'
      : null,
  'bearer-query-cache': (seen) =>
    seen.isSuccess &&
    seen.url.searchParams.has(tokenParameter) &&
    !seen.cacheControl.some((each) => each === 'private' || each === 'no-store')
      ? 'answers a token in the URL without Cache-Control: private'
      : null,
  'bearer-two-methods': (seen) =>
    seen.isSuccess &&
    seen.scheme === 'bearer' &&
    (seen.url.searchParams.has(tokenParameter) || seen.form?.has(tokenParameter))
      ? 'takes a request with two tokens'
      : null,
  'bearer-tls': (seen) =>
    !seen.isHttps && seen.isAuthenticated && !seen.isLocal ? 'got a credential over plain http' : null,
};

export const bearer: Family = {
  concerns: (seen) => seen.challenges.length > 0 || seen.isAuthenticated || seen.url.search !== '',
  checks: { ...bearerChecks, ...otherSchemes, ...transport },
};

export function challengeOf(seen: Seen, scheme: string): Challenge | null {
  return seen.challenges.find((each) => each.scheme.toLowerCase() === scheme) ?? null;
}

/** Only what the challenge says: bodies of token endpoints have rules of their own. */
function otherStatus(seen: Seen, error: string, status: number): string | null {
  const says = seen.challenges.some(({ parameters }) => parameters.get('error') === error);
  return says && seen.status !== status ? `answered ${error} with ${seen.status}, not ${status}` : null;
}
