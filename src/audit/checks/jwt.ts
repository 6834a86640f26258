/** Access tokens that can be read: jwt.yml, a part of token-answer.yml. */
import { isUrl } from '../../http/url.ts';
import type { CredentialUse, Json, JsonMap } from '../../model.ts';
import { isMap } from '../../source.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';

/** Milliseconds that no leeway explains. */
export const largestLeeway = 300_000;
const required = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];
/** Names of claims that say which client a token is of. */
const clientClaims = ['client_id', 'azp', 'appid', 'cid'];

const checks: Readonly<Record<string, Predicate>> = {
  'issuer-token'(seen) {
    const iss = claimsOf(seen)['iss'];
    const issuers = issuersFor(seen);
    const foreign = typeof iss === 'string' && issuers.length > 0 && !issuers.includes(iss);
    // A token from outside may be a partner's; it is worth telling where another environment issued it.
    return foreign && (obtainedOf(seen) !== undefined || issuersOfOthers(seen).includes(iss))
      ? `got a token of the issuer ${iss}; why401.yml says ${issuers.join(', ')}`
      : null;
  },
  'token-audience': (seen) => (claimsOf(seen)['aud'] === undefined ? 'got a token without aud' : null),
  'jwt-no-exp': (seen) => (claimsOf(seen)['exp'] === undefined ? 'got a token without exp' : null),
  'jwt-typ'(seen) {
    const typ = seen.token?.token?.header?.['typ'];
    const right = typeof typ === 'string' && /^(application\/)?at\+jwt$/i.test(typ);
    return right ? null : `got a token with ${typeof typ === 'string' ? `the typ ${typ}` : 'no typ'}`;
  },
  'jwt-required-claims'(seen) {
    const claims = claimsOf(seen);
    const missing = required.filter((name) => claims[name] === undefined);
    return missing.length === 0 ? null : `got a token without ${missing.join(', ')}`;
  },
  'jwt-client-claim'(seen) {
    const client = clientOf(seen);
    const claims = claimsOf(seen);
    const name = clientClaims.find((each) => typeof claims[each] === 'string');
    return client && name !== undefined && claims[name] !== client
      ? `got a token with ${name} ${String(claims[name])}; why401.yml says ${client}`
      : null;
  },
  'jwt-id-token-as-access'(seen) {
    const claims = claimsOf(seen);
    const marks = ['at_hash', 'c_hash', 'nonce'].filter((name) => claims[name] !== undefined);
    const typ = String(seen.token?.token?.header?.['typ'] ?? '').toLowerCase();
    return marks.length > 0 &&
      !typ.includes('at+jwt') &&
      claims['scope'] === undefined &&
      claims['scp'] === undefined
      ? `got an ID token (it has ${marks.join(' and ')})`
      : null;
  },
  'jwt-exp-enforced'(seen) {
    const over = expiredBy(seen);
    return over !== null && over > largestLeeway && seen.isSuccess && seen.isLast
      ? 'answered success to a token that expired over five minutes ago'
      : null;
  },
  'jwks-kid-present'(seen) {
    const kid = seen.token?.token?.header?.['kid'];
    const iss = claimsOf(seen)['iss'];
    if (typeof kid !== 'string' || typeof iss !== 'string' || !isUrl(iss)) return null;
    const set = seen.known.keys.get(`${seen.environment.name} ${new URL(iss).origin}`)?.['keys'];
    if (!Array.isArray(set)) return null;
    const listed = (set as readonly Json[]).some((key) => isMap(key) && key['kid'] === kid);
    return listed ? null : `got a token signed by the key ${kid}, which its issuer does not list`;
  },
};

export const jwt: Family = { concerns: (seen) => seen.token !== null, checks };

/** Claims of the token; empty where there is none. */
function claimsOf(seen: Seen): JsonMap {
  return seen.token?.token?.claims ?? {};
}

/** Milliseconds since exp by both clocks, the smaller; negative while it lives; null where that cannot be told. */
export function expiredBy(seen: Seen): number | null {
  const exp = claimsOf(seen)['exp'];
  if (typeof exp !== 'number' || !Number.isFinite(exp) || exp > 1e11) return null;
  const now = seen.cached === null && seen.date !== null ? Math.min(seen.date, seen.midpoint) : seen.midpoint;
  return now - exp * 1000;
}

/** Of a token that was fetched its own issuer, of one from outside all of the environment. */
function issuersFor(seen: Seen): string[] {
  const issuers = [...seen.environment.issuers.values()];
  const own = obtainedOf(seen)?.issuer;
  return issuers.filter(({ name }) => own === undefined || name === own).map(({ issuer }) => issuer);
}

function issuersOfOthers(seen: Seen): string[] {
  return seen.known.environments
    .filter(({ name }) => name !== seen.environment.name)
    .flatMap(({ issuers }) => [...issuers.values()].map(({ issuer }) => issuer));
}

function clientOf(seen: Seen): string | null {
  const name = obtainedOf(seen)?.client;
  return name === undefined ? null : (seen.environment.clients.get(name)?.client_id ?? null);
}

function obtainedOf(seen: Seen): CredentialUse['obtained'] | undefined {
  return seen.token?.obtained ?? undefined;
}
