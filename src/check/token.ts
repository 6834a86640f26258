import type { Check, Json, TokenFacts } from '../model.ts';
import { formatDuration } from '../plan/units.ts';
import { fail, judge } from './judge.ts';
import type { Outcome } from './outcome.ts';
import { isNumber, type RenderedMap } from './rendered.ts';

/** A claim of the access token (RFC 7519 section 4), or its `lifetime`. An `aud` of one is that one. */
export function checkToken(map: RenderedMap, key: string, outcome: Outcome): Check {
  const base = { kind: 'token', subject: key, container: map, key };
  if (key === 'lifetime') return checkLifetime(base, outcome);
  const facts = outcome.tokenFacts;
  if (!facts) return fail(base, 'there was no token', outcome);
  if (!facts.claims) return fail(base, describeUnread(facts), outcome);
  const claim = Object.hasOwn(facts.claims, key) ? facts.claims[key] : undefined;
  return judge({ ...base, actual: key === 'aud' ? single(claim) : claim }, outcome);
}

function single(claim: Json | undefined): Json | undefined {
  return Array.isArray(claim) && claim.length === 1 ? (claim as readonly Json[])[0] : claim;
}

function describeUnread(facts: TokenFacts): string {
  if (facts.malformed !== null) return `the token cannot be read: ${facts.malformed}`;
  return facts.format === 'jwe' ? 'the token is encrypted' : 'the token is opaque: it has no claims to read';
}

function checkLifetime(
  base: { kind: string; subject: string; container: RenderedMap; key: string },
  outcome: Outcome,
): Check {
  const lifetime = lifetimeOf(outcome);
  if (lifetime === null)
    return fail(base, 'the lifetime cannot be told: neither exp and iat nor expires_in', outcome);
  return judge(
    { ...base, actual: lifetime, shown: formatDuration(lifetime), context: { unit: 'ms' } },
    outcome,
  );
}

/** exp less iat (or nbf), otherwise the expires_in with which this run got it; milliseconds. */
function lifetimeOf({ tokenFacts, exchange }: Outcome): number | null {
  const claims = tokenFacts?.claims;
  const start = claims?.['iat'] ?? claims?.['nbf'];
  const end = claims?.['exp'];
  if (isNumber(start) && isNumber(end)) return Math.round((Number(end) - Number(start)) * 1000);
  for (const { obtained } of exchange.credentials) {
    if (obtained && obtained.expiresAt !== null) return obtained.expiresAt - obtained.at;
  }
  return null;
}
