/** What the project file declares to differ, taken out of the findings about its shape. */
import type { DeclaredDifference } from '../../model.ts';
import type { Compared } from '../compare.ts';
import type { Drift } from './drift.ts';

export function declaredDrift(drift: readonly Drift[], declared: readonly DeclaredDifference[]): Compared {
  const judged = drift.map(({ difference, finding }) => {
    const kind = difference.what.replace(/\[.*/s, '');
    const reason = declared.find(({ what }) => what === difference.what || what === kind)?.reason ?? null;
    return { difference: { ...difference, expected: reason }, finding: reason === null ? finding : null };
  });
  return {
    differences: judged.map(({ difference }) => difference),
    findings: judged.flatMap(({ finding }) => (finding === null ? [] : [finding])),
  };
}
