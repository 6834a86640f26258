/** A token that was obtained just now, in the place of the refused one: is it this token, or the server? */
import { isUrl } from '../../http/url.ts';
import type { CauseId, CredentialUse, OAuth2Credential } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { heldScopes, neededScopes } from '../facts/claims.ts';
import { lostUses } from '../facts/delivery.ts';
import { localMidpoint, type Subject, tokenUse } from '../subject.ts';
import { accepted, another, outcomeOf, same, seenAs } from './answer.ts';
import { type Earlier, type Experiment, type FreshRequest, notSent, type Observation } from './experiment.ts';
import { passes, plain, type Tried, withScope } from './token-verdict.ts';

/** What a fresh token cures, whatever is wrong with the old one. */
const cured: readonly CauseId[] = [
  'token-expired',
  'token-revoked',
  'token-unknown',
  'token-malformed',
  'unresolved-variable',
  'session-expired',
];
/** What a fresh token, asked for in the same way, shares with the old one. */
const shared: readonly CauseId[] = [
  'scope-missing',
  'permission-missing',
  'credentials-stripped-by-proxy',
  'header-dropped-by-proxy',
  'basic-shadow',
  'edge-blocked',
  'route-missing',
];
/** The credential that a fresh token can be had for: the step's own, or the only one of the same issuer and client. */
export function freshSource(
  subject: Subject,
): { readonly credential: OAuth2Credential; readonly own: boolean } | null {
  const { credential, environment } = subject;
  if (credential?.type === 'oauth2')
    return credential.grant_type === 'client_credentials' ? { credential, own: true } : null;
  const claims = tokenUse(subject)?.token?.claims;
  if (credential?.type !== 'bearer' || !claims) return null;
  const named = claims['client_id'] ?? claims['azp'] ?? claims['appid'] ?? claims['cid'];
  const found = [...environment.credentials.values()].filter(
    (each): each is OAuth2Credential =>
      each.type === 'oauth2' &&
      each.grant_type === 'client_credentials' &&
      each.client.issuer.issuer === claims['iss'] &&
      (named === undefined || named === each.client.client_id),
  );
  const [only] = found;
  return only && found.length === 1 ? { credential: only, own: false } : null;
}

function isRefusedToken(subject: Subject): boolean {
  const status = subject.response?.status ?? 0;
  return (
    subject.stage === 'resource' &&
    (status === 401 || status === 403 || status === 400) &&
    tokenUse(subject) !== null &&
    lostUses(subject).length === 0 &&
    subject.failing.hops.length === 1 &&
    freshSource(subject) !== null
  );
}

export const freshToken: Experiment = {
  id: plain,
  classOf: () => 'B',
  cost: 2,
  resends: false,
  asksIssuer: true,
  // Where the challenge says what is missing, that is asked for first.
  applies: (subject, earlier) =>
    isRefusedToken(subject) && (askedFor(subject) === null || earlier.has(withScope)),
  about: () => cured,
  predicts(cause) {
    if (cured.includes(cause)) return accepted;
    return shared.includes(cause) ? same : null;
  },
  run: (subject, probe, earlier) => tryToken(plain, subject, probe, earlier, { scope: null, resource: [] }),
};

/** What the challenge asks for and the token lacks. */
function askedFor(subject: Subject): Pick<FreshRequest, 'scope' | 'resource'> | null {
  const source = freshSource(subject);
  if (!source) return null;
  const claims = tokenUse(subject)?.token?.claims;
  const obtained = tokenUse(subject)?.obtained?.scope ?? source.credential.scope;
  const held = claims ? heldScopes(claims) : (obtained ?? '').split(/\s+/);
  const missing = neededScopes(subject).filter((scope) => !held.includes(scope));
  const resource = subject.challenges
    .map(({ parameters }) => parameters.get('resource') ?? '')
    .filter((each) => isUrl(each) && !source.credential.resource.includes(each));
  if (missing.length === 0 && resource.length === 0) return null;
  const scope = [...(source.credential.scope ?? '').split(/\s+/), ...missing].filter(Boolean).join(' ');
  return { scope: scope || null, resource: [...source.credential.resource, ...resource] };
}

export const freshTokenWithScope: Experiment = {
  id: withScope,
  classOf: () => 'B',
  cost: 2,
  resends: false,
  asksIssuer: true,
  applies: (subject) => isRefusedToken(subject) && askedFor(subject) !== null,
  predicts(cause, subject) {
    const asks = askedFor(subject);
    if (cause === 'scope-missing' && asks?.scope != null) return accepted;
    if (cause === 'audience-mismatch' && (asks?.resource.length ?? 0) > 0) return accepted;
    return shared.includes(cause) ? same : null;
  },
  run: (subject, probe, earlier) =>
    tryToken(withScope, subject, probe, earlier, askedFor(subject) ?? { scope: null, resource: [] }),
};

async function tryToken(
  id: string,
  subject: Subject,
  probe: Parameters<Experiment['run']>[1],
  earlier: Earlier,
  asks: Pick<FreshRequest, 'scope' | 'resource'>,
): Promise<Observation> {
  const source = freshSource(subject);
  const refused = tokenUse(subject);
  if (!source || !refused) return notSent('no fresh token can be had');
  const fresh = await probe.fresh({ credential: source.credential, ...asks });
  if (!fresh) return notSent('the authorization server is not to be asked');
  if ('refused' in fresh) {
    const seen = `no fresh token: ${fresh.refused}`;
    return { outcome: 'no fresh token', seen, exchanges: [], evidence: [], proves: null };
  }
  const exchange = await probe.vary({ kind: 'token', use: fresh.use });
  if (!exchange) return notSent('the origin is not to be asked');
  const tried: Tried = { id, subject, exchange, refused, fresh: fresh.use, own: source.own, asks, earlier };
  const outcome = outcomeOf(exchange, subject);
  if (outcome === accepted) return passes(tried);
  const whose = source.own ? '' : ` of credential "${source.credential.name}"`;
  const seen = `a fresh token${whose}: ${seenAs(exchange, outcome)}`;
  const lines = [{ hop: null, field: 'with a fresh token', seen }];
  const found = evidence(`experiment/${id}-refused`, { kind: 'experiment', excludes: cured, lines });
  const excludes = outcome === same && isValidNow(fresh.use, subject) ? [found] : [];
  return {
    outcome: outcome === same ? same : another,
    seen,
    exchanges: [exchange],
    evidence: excludes,
    proves: null,
  };
}

function isValidNow({ token }: CredentialUse, subject: Subject): boolean {
  const exp = token?.claims?.['exp'];
  return typeof exp !== 'number' || exp * 1000 > localMidpoint(subject.hop);
}
