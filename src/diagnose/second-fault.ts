/** What arithmetic shows beside the first cause: a fault of its own, which the first answer does not speak of. */
import type { CauseId } from '../model.ts';
import type { Evidence } from './evidence.ts';
import { shape, tokenValidity } from './groups.ts';
import type { Ranking } from './rank.ts';

/** Causes that stand beside the first, each with the fact that shows it. */
export function secondFaults(ranking: Ranking): { readonly cause: CauseId; readonly fact: Evidence }[] {
  const [first] = ranking.candidates;
  if (!first || first.support.length === 0) return [];
  return ranking.conflicts.flatMap((fact) => {
    const [cause, ...others] = fact.names;
    const own = fact.kind === 'fact' && fact.weight === 3 && cause !== undefined && others.length === 0;
    const beside = own && cause !== first.cause && [...shape, ...tokenValidity].includes(cause);
    return beside ? [{ cause, fact }] : [];
  });
}
