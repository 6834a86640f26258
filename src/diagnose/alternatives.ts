/** The candidate that is named first, and which are named beside it: those that nobody could tell from it, then the next best. */
import type { CauseId } from '../model.ts';
import { toldApart } from './explain/explanation.ts';
import { edge } from './groups.ts';
import { type Arrival, type Candidate, compatible, type Ranking, strength, unspecified } from './rank.ts';
import { usualOf } from './situations.ts';
import type { Subject } from './subject.ts';

/** One item of evidence, or a silence, that cannot tell its causes apart: all of them are named. */
const mostAlike = 6;
/** The first and these are looked into by a person. */
const mostOthers = 2;

/** Most supported first. Where nothing points anywhere, in the order in which such silences are most often explained. */
export function inOrder(ranking: Ranking, subject: Subject, arrival: Arrival): Candidate[] {
  const all = ranking.candidates.filter(({ cause }) => cause !== unspecified);
  const supported = all.filter(({ support }) => support.length > 0);
  const usual = usualOf(subject, arrival);
  const place = (cause: CauseId): number => (usual.includes(cause) ? usual.indexOf(cause) : usual.length);
  // What is supported alike goes in the order of the usual.
  const worth = (each: Candidate): number => strength(each) - (isDoubtful(each, subject, arrival) ? 100 : 0);
  supported.sort((a, b) => worth(b) - worth(a) || place(a.cause) - place(b.cause));
  const silent = usual.flatMap((cause) =>
    all.filter((each) => each.cause === cause && each.support.length === 0),
  );
  if (subject.response?.status === 403 && arrival === 'equal') {
    // That it is forbidden says a 403 by itself; to whom makes no difference here.
    const strong = supported.filter(({ support }) => support.some(({ weight }) => weight === 3));
    const rest = all.filter((each) => !strong.includes(each) && usual.includes(each.cause));
    return [...strong, ...rest.sort((a, b) => place(a.cause) - place(b.cause))];
  }
  const hints = supported.every(({ support }) => support.every(({ weight }) => weight === 1));
  if (supported.length + silent.length === 0)
    return subject.stage === 'resource' ? all.slice(0, mostAlike) : [];
  if (!hints) return [...supported, ...silent];
  return [...supported, ...silent].slice(0, mostAlike);
}

/** Who is forbidden with a credential what he is asked for without one was not stopped at the door, as a rule. */
function isDoubtful({ cause, support }: Candidate, { response }: Subject, arrival: Arrival): boolean {
  const marked = support.some(({ kind, weight }) => kind === 'text' && weight === 3);
  return arrival === 'arrived' && response?.status === 403 && edge.includes(cause) && !marked;
}

/** Those named beside the first, in the order in which they are worth looking into. */
export function alternatives(ordered: readonly Candidate[]): Candidate[] {
  const [first, ...others] = ordered;
  if (!first) return [];
  const decided = first.support.some(({ weight }) => weight > 1);
  if (!decided) return others.slice(0, mostAlike - 1);
  const supported = others.filter((each) => each.support.length > 0);
  const best = first.support.toSorted((a, b) => b.weight - a.weight)[0];
  const alike = supported.filter((each) => best !== undefined && each.support.includes(best));
  const next = supported.filter((each) => !alike.includes(each)).sort((a, b) => strength(b) - strength(a));
  return [...alike.slice(0, mostAlike), ...next.slice(0, Math.max(0, mostOthers - alike.length))];
}

/** What speaks against it, else what would tell it from the first. */
export function whyNot(candidate: Candidate, first: CauseId, ranking: Ranking): string {
  const against = ranking.conflicts.find((item) => !compatible(item, candidate.cause));
  if (against) return `against it: ${against.lines[0]?.seen ?? against.id}`;
  const fits = candidate.support.length > 0 ? 'fits too, with less evidence' : 'not ruled out';
  const apart = toldApart(first, candidate.cause);
  return apart === null ? fits : `${fits}; ${apart}`;
}
