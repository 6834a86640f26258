/** A fresh token is accepted where another one was refused: what differs selects the cause. */
import type { CauseId, CredentialUse, Exchange } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { shape, tokenValidity } from '../groups.ts';
import { localMidpoint, type Subject, serverDate, tokenUse } from '../subject.ts';
import { accepted, same } from './answer.ts';
import type { Earlier, FreshRequest, Observation } from './experiment.ts';
import { causeOf, type Difference, differences, withoutConsequences } from './token-difference.ts';

/** Ids of the two experiments. */
export const plain = 'fresh-token';
export const withScope = 'fresh-token-with-scope';

/** "This token, not the server": all that can be wrong with a token. */
const ofToken: readonly CauseId[] = [
  ...tokenValidity.filter((cause) => cause !== 'jwks-unavailable'),
  ...shape,
  'scope-missing',
  'permission-missing',
  'step-up-required',
  'session-expired',
];

/** What two tokens do not show; a signature is nothing that an opaque one has. */
const unseen: readonly CauseId[] = ['token-revoked', 'token-unknown'];
const unseenOfJwt: readonly CauseId[] = ['signature-invalid', ...unseen];

/** A fresh token that was accepted in the place of the refused one. */
export interface Tried {
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
export function passes(tried: Tried): Observation {
  const { id, subject, exchange, refused, fresh, own } = tried;
  const all = differences(refused, fresh, localMidpoint(subject.hop));
  const found = all === null ? opaqueDifference(tried) : withoutConsequences(all);
  const different = [...new Set(pointing(found, own).map((each) => causeFor(each, subject)))];
  const hidden = all === null ? unseen : unseenOfJwt;
  const causes = found.length === 0 ? hidden : different;
  const unchanged =
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
    excludes: unchanged.map(([, cause]) => cause).filter((cause) => !causes.includes(cause)),
    weight: weightOf(found),
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

function weightOf(found: readonly Difference[]): 1 | 2 | 3 {
  if (found.every(({ factor }) => factor === 'claims')) return 1;
  return found.length === 1 ? 3 : 2;
}

/** Another claim is a reason only where nothing else differs, and says little where the token is somebody else's. */
function pointing(found: readonly Difference[], own: boolean): readonly Difference[] {
  const known = found.filter(({ factor }) => factor !== 'claims');
  return known.length > 0 || !own ? known : found;
}

/** An opaque token shows nothing; its scope is known where this run obtained both. */
function opaqueDifference({ refused, fresh, asks, earlier, subject }: Tried): readonly Difference[] {
  const told = subject.error === 'insufficient_scope' || earlier.get(plain)?.outcome === same;
  if (!told || asks.scope === null) return [];
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
  const toldScope = subject.error === 'insufficient_scope' || earlier.get(plain)?.outcome === same;
  if (only.factor === 'scope' && !(id === withScope && toldScope)) return null;
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
