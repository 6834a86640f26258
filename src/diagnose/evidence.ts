/** What diagnosis reasons with: items, each compatible with a set of causes (docs/diagnosis). */
import type { CauseId } from '../model.ts';

/** One item of evidence: the set of causes it is compatible with, and those it points to. */
export interface Evidence {
  readonly id: string;
  readonly kind: 'fact' | 'text' | 'experiment';
  /** Causes it points to; none: it only rules out. */
  readonly names: readonly CauseId[];
  /** Causes that it agrees with once a text names them; by itself it points to none of these. */
  readonly fits: readonly CauseId[];
  /** The only causes it is compatible with; null: it is compatible with all but `excludes`. */
  readonly only: readonly CauseId[] | null;
  readonly excludes: readonly CauseId[];
  /** 3: states it; 2: fits it; 1: a hint. */
  readonly weight: 1 | 2 | 3;
  /** What the answer says, in words of ours; texts only. */
  readonly told?: {
    readonly says: string;
    readonly fix: string | null;
    readonly references: readonly string[];
  };
  readonly lines: readonly { readonly hop: number | null; readonly field: string; readonly seen: string }[];
}

export function evidence(id: string, part: Partial<Omit<Evidence, 'id'>>): Evidence {
  return { id, kind: 'fact', names: [], fits: [], only: null, excludes: [], weight: 3, lines: [], ...part };
}
