/** Evidence to candidates, and candidates to certainty: derived, never written. */
import type { CauseId, Certainty } from '../model.ts';
import { door, gateway, redirection, request } from './cause-lists.ts';
import type { Evidence } from './evidence.ts';
import { delivery, edge, rootsOf, tokenValidity } from './groups.ts';
import type { Stage } from './subject.ts';

/** Whether the credential reached the verifier: shown by an answer that differs without it. */
export type Arrival = 'arrived' | 'equal' | 'unknown';

export interface Candidate {
  readonly cause: CauseId;
  /** Evidence that points to it, strongest first. */
  readonly support: readonly Evidence[];
}
export interface Ranking {
  /** Most supported first; the rest in the order of the procedure. */
  readonly candidates: readonly Candidate[];
  /** Evidence that the intersection had no room for: a second fault, or a wrong reading. */
  readonly conflicts: readonly Evidence[];
  readonly evidence: readonly Evidence[];
  /** What experiments and arithmetic alone leave. */
  readonly possible: ReadonlySet<CauseId>;
}

/**
 * What was tried beats arithmetic, arithmetic beats what a server says, and that beats a reading of ours. A text may be
 * pasted; a time that has not passed has not passed.
 */
function order(item: Evidence): number {
  if (item.kind === 'experiment') return 0;
  if (item.kind === 'text') return 2;
  return item.weight === 3 ? 1 : 3;
}

export function rank(universe: readonly CauseId[], all: readonly Evidence[]): Ranking {
  let left: ReadonlySet<CauseId> = new Set(universe);
  const sorted = [...all].sort((a, b) => order(a) - order(b) || b.weight - a.weight);
  const unheard = new Set<Evidence>();
  let possible = left;
  for (const item of sorted) {
    const next = new Set([...left].filter((cause) => compatible(item, cause)));
    if (next.size > 0 && isHeard(item, next, all)) left = next;
    else unheard.add(item);
    if (order(item) < 2) possible = left;
  }
  const conflicts = sorted.filter((item) => unheard.has(item) || !isHeard(item, left, all));
  const candidates = [...left].map((cause) => ({ cause, support: supportOf(cause, sorted) }));
  const place = new Map(universe.map((cause, index) => [cause, index]));
  candidates.sort(
    (a, b) => strength(b) - strength(a) || (place.get(a.cause) ?? 0) - (place.get(b.cause) ?? 0),
  );
  return { candidates, conflicts, evidence: sorted, possible };
}

/** A root that a fact of ours shows has what speaks for its faces on its side as well. */
function supportOf(cause: CauseId, sorted: readonly Evidence[]): Evidence[] {
  const own = sorted.filter((item) => item.names.includes(cause));
  if (!own.some((item) => item.kind === 'fact' && item.weight >= 2)) return own;
  return sorted.filter(
    (item) =>
      own.includes(item) || (item.kind !== 'experiment' && item.names.length > 0 && isFaceOf(item, cause)),
  );
}

/** Something of what it points to is left: the cause itself, or a root of it for which there is other evidence. */
function isHeard(item: Evidence, left: ReadonlySet<CauseId>, all: readonly Evidence[]): boolean {
  const stands = (name: CauseId): boolean =>
    left.has(name) ||
    rootsOf(name).some((root) => left.has(root) && all.some(({ names }) => names.includes(root)));
  return item.names.length === 0 || item.names.some(stands);
}

export function compatible(item: Evidence, cause: CauseId): boolean {
  return !item.excludes.includes(cause) && (item.only === null || item.only.includes(cause));
}

/** The server says that the token is invalid, and no more. */
export const unspecified: CauseId = 'token-invalid-unspecified';

/** The strongest item decides, then those that name few causes, then how many there are. */
export function strength(candidate: Candidate): number {
  const values = candidate.support.map(
    (item) => (item.kind === 'experiment' ? 40 : item.weight * 10) + 5 / item.names.length,
  );
  const best = Math.max(0, ...values);
  const rest = values.reduce((sum, value) => sum + value, 0) - best;
  // That a server says no more is no cause that anybody can mend: any other reading goes first.
  return candidate.cause === unspecified ? Math.min(1, best) : best + rest / 10;
}

export interface Grounds {
  readonly stage: Stage;
  readonly arrival: Arrival;
  /** An A-B-A run passed in B, and its factor maps to this cause. */
  readonly proven: CauseId | null;
}

export function certaintyOf(ranking: Ranking, grounds: Grounds): Certainty {
  const [first] = ranking.candidates;
  if (!first || first.support.length === 0) return 'possible';
  if (grounds.proven === first.cause) return 'proven';
  if (isCertain(first, ranking, grounds)) return 'certain';
  return isLikely(first, ranking) ? 'likely' : 'possible';
}

/** No credential needs to arrive anywhere for these. */
const onTheWay: readonly CauseId[] = [
  ...delivery,
  ...door,
  ...gateway,
  ...request,
  ...redirection,
  'rate-limited',
  'edge-challenge',
  'proxy-auth-required',
  'csrf-failed',
  'body-encoding-wrong',
];

/**
 * What becomes of a header between here and the verifier is seen from one end only: who was sent elsewhere because nobody
 * knew him lost it as well, and who looks in another place finds none.
 */
const onlyProven: readonly CauseId[] = [
  'credentials-dropped-on-redirect',
  'credentials-stripped-by-proxy',
  'credentials-replaced-by-proxy',
  'header-dropped-by-proxy',
];

/** Nobody says that there were two: it is what an echo of another route shows. */
function isAddedOnTheWay({ cause, support }: Candidate): boolean {
  return (
    cause === 'credentials-duplicated' &&
    !support.some(({ kind, names }) => kind === 'text' && names.includes(cause))
  );
}

/**
 * A text that lists exactly one cause (of those that arithmetic leaves), an independent fact or experiment that agrees, arrival shown, and nothing that
 * points elsewhere.
 */
function isCertain(first: Candidate, ranking: Ranking, grounds: Grounds): boolean {
  if (onlyProven.includes(first.cause) || isAddedOnTheWay(first)) return false;
  const texts = ranking.evidence.filter(
    (item) => item.kind === 'text' && item.weight === 3 && item.names.length > 0,
  );
  const stated = texts.some((item) => {
    const names = item.names.filter((name) => ranking.possible.has(name) || hasRoot(name, ranking));
    return names.length > 0 && isFaceOf({ ...item, names }, first.cause);
  });
  const inFront = edge.includes(first.cause) && !onTheWay.includes(first.cause);
  const needsArrival = grounds.stage === 'resource' && !inFront && !onTheWay.includes(first.cause);
  if (!stated || (needsArrival && grounds.arrival !== 'arrived')) return false;
  const seen = inFront
    ? grounds.arrival === 'equal'
    : ranking.evidence.some((item) => agrees(item, first, ranking));
  return (seen || isMarkedTwice(first, ranking)) && !contradicted(first, ranking);
}

/** An edge that shows itself in a header and in its page: an application that passes on the one seldom writes the other. */
function isMarkedTwice({ cause, support }: Candidate, { possible }: Ranking): boolean {
  if (!edge.includes(cause) || !possible.has(cause)) return false;
  const marks = support.filter(
    (item) => item.kind === 'text' && item.weight === 3 && item.names.length === 1,
  );
  const inPage = ({ lines }: Evidence): boolean => lines.some(({ field }) => field.startsWith('body'));
  return marks.some(inPage) && marks.some((mark) => !inPage(mark));
}

/** A fact or an experiment, no text, that points to this cause or would be so if it were. */
export function agrees(item: Evidence, { cause, support }: Candidate, { conflicts }: Ranking): boolean {
  if (item.kind === 'text') return false;
  if (item.fits.includes(cause) && !conflicts.includes(item)) return true;
  return support.includes(item) && isFaceOf(item, cause);
}

/** Something that is supported itself may show this face. */
function hasRoot(face: CauseId, { candidates }: Ranking): boolean {
  return candidates.some(({ cause, support }) => support.length > 0 && rootsOf(face).includes(cause));
}

/** Names this cause, or only faces of it. */
function isFaceOf(item: Evidence, cause: CauseId): boolean {
  return item.names.every((name) => rootsOf(name).includes(cause));
}

/** Leaves room for this cause: names it among others, or what may stand behind it, or what it may stand behind. */
function isRelated(item: Evidence, cause: CauseId): boolean {
  if (item.names.includes(cause)) return true;
  return item.names.every((name) => rootsOf(name).includes(cause) || rootsOf(cause).includes(name));
}

/** As it reads once arithmetic and experiments have ruled out what they can. */
function possibly(item: Evidence, { possible }: Ranking): Evidence {
  return { ...item, names: item.names.filter((name) => possible.has(name)) };
}

function contradicted(first: Candidate, ranking: Ranking): boolean {
  const elsewhere = ranking.candidates
    .slice(1)
    .some((other) =>
      other.support.some(
        (item) =>
          item.weight >= (item.kind === 'text' ? 3 : 2) && !isRelated(possibly(item, ranking), first.cause),
      ),
    );
  return (
    elsewhere ||
    ranking.conflicts.some((item) => item.weight >= (item.kind === 'text' ? 3 : 2) && item.names.length > 0)
  );
}

/** The best supported, and by more than the next. */
function isLikely(first: Candidate, ranking: Ranking): boolean {
  // A face and its root stand for one fault.
  const next = ranking.candidates
    .slice(1)
    .find(({ cause }) => !rootsOf(cause).includes(first.cause) && !rootsOf(first.cause).includes(cause));
  const best = first.support.some((item) => item.weight >= 2);
  const clear = !next || strength(first) - strength(next) >= 2;
  const denied = ranking.conflicts.some((item) => item.weight === 3 && item.kind !== 'text');
  return best && clear && (!denied || isSecondFault(first, ranking));
}

/**
 * What is wrong with a token says nothing about whether it was sent, and a server that names one fault may have found
 * another first: a fault of its own.
 */
function isSecondFault(first: Candidate, ranking: Ranking): boolean {
  const others = ranking.conflicts.filter((item) => item.weight === 3 && item.kind === 'fact');
  const aboutToken = others.every((item) => item.names.every((name) => tokenValidity.includes(name)));
  const named = first.support.some((item) => item.kind === 'text' && item.weight === 3);
  return aboutToken && (delivery.includes(first.cause) || named);
}
