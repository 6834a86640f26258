/** A token that was obtained just now, in the place of the refused one: is it this token, or the server? */
import type { CauseId, CredentialUse, Exchange, OAuth2Credential } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { heldScopes, neededScopes } from '../facts/claims.ts';
import { lostUses } from '../facts/delivery.ts';
import { shape, tokenValidity } from '../groups.ts';
import { localMidpoint, type Subject, serverDate, tokenUse } from '../subject.ts';
import { accepted, another, outcomeOf, same, seenAs } from './answer.ts';
import { type Earlier, type Experiment, type FreshRequest, notSent, type Observation } from './experiment.ts';
import { causeOf, type Difference, differences, withoutConsequences } from './token-difference.ts';

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
/** "This token, not the server": all that can be wrong with a token. */
const ofToken: readonly CauseId[] = [
  ...tokenValidity.filter((cause) => cause !== 'jwks-unavailable'),
  ...shape,
  'scope-missing',
  'permission-missing',
  'step-up-required',
  'session-expired',
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
  id: 'fresh-token',
  classOf: () => 'B',
  cost: 2,
  resends: false,
  asksIssuer: true,
  applies: isRefusedToken,
  predicts(cause) {
    if (cured.includes(cause)) return accepted;
    return shared.includes(cause) ? same : null;
  },
  run: (subject, probe, earlier) =>
    tryToken('fresh-token', subject, probe, earlier, { scope: null, resource: [] }),
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
    .filter((each) => URL.canParse(each) && !source.credential.resource.includes(each));
  if (missing.length === 0 && resource.length === 0) return null;
  const scope = [...(source.credential.scope ?? '').split(/\s+/), ...missing].filter(Boolean).join(' ');
  return { scope: scope || null, resource: [...source.credential.resource, ...resource] };
}

export const freshTokenWithScope: Experiment = {
  id: 'fresh-token-with-scope',
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
    tryToken(
      'fresh-token-with-scope',
      subject,
      probe,
      earlier,
      askedFor(subject) ?? { scope: null, resource: [] },
    ),
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

interface Tried {
  readonly id: string;
  readonly subject: Subject;
  readonly exchange: Exchange;
  readonly refused: CredentialUse;
  readonly fresh: CredentialUse;
  readonly own: boolean;
  readonly asks: Pick<FreshRequest, 'scope' | 'resource'>;
  readonly earlier: Earlier;
}

/** It is this token. What differs selects the cause; where nothing does, the candidates stay. */
function passes(tried: Tried): Observation {
  const { id, subject, exchange, refused, fresh, own } = tried;
  const all = differences(refused, fresh, localMidpoint(subject.hop));
  const found = all === null ? opaqueDifference(tried) : withoutConsequences(all);
  const causes = [...new Set(pointing(found, own).map((each) => causeFor(each, subject)))];
  const same =
    all === null
      ? []
      : Object.entries(causeOf).filter(([factor]) => !all.some((each) => each.factor === factor));
  const whose = own ? 'a fresh token' : `a fresh token of credential "${fresh.name}"`;
  const seen = `${whose} is accepted: ${found.length === 0 ? 'it differs in nothing that can be seen' : `it differs in ${found.map(({ factor }) => factor).join(', ')}`}`;
  const lines = [
    {
      hop: null,
      field: 'with a fresh token',
      seen: `${exchange.hops.at(-1)?.response?.status ?? ''}: this token is refused, not the request`,
    },
    ...found.map((each) => ({
      hop: null,
      field: `token ${each.factor}`,
      seen: `${each.refused} is refused, ${each.accepted} is accepted`,
    })),
  ];
  const made: Evidence = evidence(`experiment/${id}`, {
    kind: 'experiment',
    names: causes,
    only: [...ofToken, ...causes],
    excludes: same.map(([, cause]) => cause).filter((cause) => !causes.includes(cause)),
    weight: causes.length !== 1 ? 2 : causes[0] === 'token-claims-invalid' ? 1 : 3,
    lines,
  });
  return {
    outcome: accepted,
    seen,
    exchanges: [exchange],
    evidence: [made],
    proves: provenBy(found, tried),
    arrives: true,
  };
}

/** Another claim is a reason only where nothing else differs, and says little where the token is somebody else's. */
function pointing(found: readonly Difference[], own: boolean): readonly Difference[] {
  const known = found.filter(({ factor }) => factor !== 'claims');
  return known.length > 0 || !own ? known : found;
}

/** An opaque token shows nothing; its scope is known where this run obtained both. */
function opaqueDifference({ refused, fresh, asks, earlier }: Tried): readonly Difference[] {
  const plainRefused = earlier.get(freshToken.id)?.outcome === same;
  if (!plainRefused || asks.scope === null) return [];
  return [
    {
      factor: 'scope',
      refused: refused.obtained?.scope ?? 'less',
      accepted: fresh.obtained?.scope ?? asks.scope,
    },
  ];
}

function causeFor({ factor, refused }: Difference, subject: Subject): CauseId {
  const elsewhere = subject.known.some(
    (each) =>
      each.name !== subject.environment.name &&
      [...each.issuers.values()].some(({ issuer }) => issuer === refused),
  );
  return factor === 'iss' && elsewhere ? 'environment-mixup' : causeOf[factor];
}

/** One difference, and nothing unseen that could be the reason as well. */
function provenBy(found: readonly Difference[], { subject, earlier, id }: Tried): CauseId | null {
  const [only] = found;
  if (!only || found.length > 1) return null;
  // A token that was revoked, or signed with a key that is gone, is renewed too: the server or a plain renewal must say
  // that it is the scope.
  const toldScope = subject.error === 'insufficient_scope' || earlier.get(freshToken.id)?.outcome === same;
  if (only.factor === 'scope' && !(id === freshTokenWithScope.id && toldScope)) return null;
  const date = serverDate(subject);
  const exp = tokenUse(subject)?.token?.claims?.['exp'];
  if (only.factor === 'exp' && date !== null && Number(exp) * 1000 > date) return null;
  const unknown = subject.keys.some(
    ({ environment, verdict }) => environment === subject.environment.name && verdict === 'unknown-key',
  );
  if (only.factor === 'kid' && !unknown) return null;
  const cause = causeFor(only, subject);
  const foreign = subject.keys.some(
    ({ environment, verdict }) => environment !== subject.environment.name && verdict === 'verified',
  );
  if (cause === 'environment-mixup' && !foreign) return null;
  return only.factor === 'claims' ? null : cause;
}
