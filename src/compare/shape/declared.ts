/** What the project file declares to differ, taken out of the findings about its shape. */
import type { DeclaredDifference, Difference, Environment } from '../../model.ts';
import type { Compared } from '../compare.ts';
import { kindOf, matches, staleFinding } from '../declared.ts';
import type { Drift } from './drift.ts';

/** `today`: `2027-01-31`. The shape is always looked at as a whole: a declaration that nothing needs is stale. */
export function declaredDrift(
  drift: readonly Drift[],
  declared: readonly DeclaredDifference[],
  environments: readonly Environment[],
  today: string,
): Compared {
  const names = environments.map(({ name }) => name);
  const used = new Set<DeclaredDifference>();
  const judged = drift.map(({ difference, finding }) => {
    const about = declared.filter((each) => isAbout(each, difference));
    for (const each of about) used.add(each);
    const holding = about.find(({ until }) => until === null || until >= today);
    const expected = holding?.reason ?? null;
    return { difference: { ...difference, expected }, finding: holding ? null : finding };
  });
  const stale = declared.filter(
    (each) =>
      kindOf(each.what).startsWith('file.') &&
      !used.has(each) &&
      each.environments.every((name) => names.includes(name)),
  );
  return {
    differences: judged.map(({ difference }) => difference),
    findings: [
      ...judged.flatMap(({ finding }) => (finding === null ? [] : [finding])),
      ...stale.map((each) => staleFinding(each, names)),
    ],
  };
}

function isAbout(
  { what: pattern, environments }: DeclaredDifference,
  { what, environments: seen }: Difference,
): boolean {
  if (!matches(pattern, { kind: kindOf(what), what })) return false;
  return environments.length === 0 || Object.keys(seen).every((name) => environments.includes(name));
}
