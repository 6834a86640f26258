/** Observations by what they are of, then by environment. */
import type { Observation, Observed } from '../model.ts';
import { type Kind, type Kinds, kind, kinds } from './kind.ts';

export interface Row {
  /** `token.lifetime[reader]`, or the kind alone. */
  readonly what: string;
  readonly kind: Kind;
  readonly of: string;
  /** In the order of the environments; who did not look is not in it. */
  readonly seen: ReadonlyMap<string, Observation>;
}

/** In the order of the kinds, then by subject: whatever the order in which things were observed. */
export function aligned(observed: readonly Observed[], known: Kinds = kinds()): readonly Row[] {
  const rows = new Map<string, Row & { seen: Map<string, Observation> }>();
  for (const { environment, observations } of observed) {
    for (const each of observations) {
      const what = whatOf(each);
      const row = rows.get(what) ?? { what, kind: kind(each.kind, known), of: each.of, seen: new Map() };
      row.seen.set(environment, each);
      rows.set(what, row);
    }
  }
  const place = new Map([...known.keys()].map((id, index) => [id, index]));
  const at = (row: Row): number => place.get(row.kind.id) ?? place.size;
  return [...rows.values()].sort((a, b) => at(a) - at(b) || (a.of < b.of ? -1 : a.of > b.of ? 1 : 0));
}

export function whatOf({ kind: id, of }: Pick<Observation, 'kind' | 'of'>): string {
  return of === '' ? id : `${id}[${of}]`;
}
