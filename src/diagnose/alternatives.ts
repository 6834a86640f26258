/** Which candidates are named beside the first: those that nobody could tell from it, then the next best. */
import type { CauseId } from '../model.ts';
import { toldApart } from './explain/explanation.ts';
import { usual } from './groups.ts';
import { type Candidate, compatible, type Ranking, strength } from './rank.ts';

/** One item of evidence that cannot tell its causes apart: all of them are named. */
const mostOfOneItem = 6;
/** The first and these are looked into by a person. */
const mostOthers = 2;

/** In the order in which they are worth looking into. */
export function alternatives(ranking: Ranking, cause: CauseId): Candidate[] {
  const [first] = ranking.candidates;
  const others = ranking.candidates.filter((each) => each.cause !== cause);
  const supported = others.filter((each) => each.support.length > 0);
  const decided = first?.support.some(({ weight }) => weight > 1) ?? false;
  if (!decided) {
    const rest = usual.flatMap((each) =>
      others.filter((other) => other.cause === each && !supported.includes(other)),
    );
    return [...supported, ...rest].slice(0, supported.length > 0 ? Math.max(mostOthers, 3) : 3);
  }
  const best = first?.support.toSorted((a, b) => b.weight - a.weight)[0];
  const alike = supported.filter((each) => best !== undefined && each.support.includes(best));
  const next = supported.filter((each) => !alike.includes(each)).sort((a, b) => strength(b) - strength(a));
  return [...alike.slice(0, mostOfOneItem), ...next.slice(0, Math.max(0, mostOthers - alike.length))];
}

/** What speaks against it, else what would tell it from the first. */
export function whyNot(candidate: Candidate, first: CauseId, ranking: Ranking): string {
  const against = ranking.conflicts.find((item) => !compatible(item, candidate.cause));
  if (against) return `against it: ${against.lines[0]?.seen ?? against.id}`;
  const fits = candidate.support.length > 0 ? 'fits too, with less evidence' : 'not ruled out';
  const apart = toldApart(first, candidate.cause);
  return apart === null ? fits : `${fits}; ${apart}`;
}
