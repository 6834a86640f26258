/** The kinds of things that are compared: words and rules as data (`kinds/*.yml`), one entry a kind. */
import { createRequire } from 'node:module';
import type { CauseId, Severity } from '../model.ts';

export interface Kind {
  /** Public id: `token.lifetime`. */
  readonly id: string;
  /** What it is, as the subject of a sentence: `the lifetime of access tokens`. */
  readonly title: string;
  /**
   * `equal`: should not differ; `distinct`: must differ between systems; `shown`: told where it differs, never judged.
   */
  readonly rule: 'equal' | 'distinct' | 'shown';
  /** The value is a list whose order says nothing; of `distinct` ones no member may be in two environments. */
  readonly set?: boolean;
  /** Numbers that are no further apart are equal; in the unit of the value. */
  readonly tolerance?: number;
  /** What a failure would be called that comes of it; absent: none of the vocabulary fits. */
  readonly cause?: CauseId;
  /** Of a difference, or of a value that is shared and must not be. `info` makes no finding. */
  readonly severity: Severity;
  /** Numbers within this factor of each other are told, and make no finding. */
  readonly factor?: number;
  /** Of a change since an earlier look, where that is another one. */
  readonly changed?: Severity;
  /** What a difference alone can show; absent: possible. */
  readonly certainty?: 'likely' | 'possible';
  /** Sentences of its own, where the usual ones will not do. */
  readonly says?: Sentences;
  /** May hold `{of}` and `{environments}`. */
  readonly fix: string;
  readonly references: readonly string[];
  /** Changes by itself, from one look to the next: not compared with the past. */
  readonly volatile?: boolean;
}

/**
 * Templates of one sentence. In all of them: `{of}`, the subject; `{environments}`, who differs or shares, as `staging and
 * production`; `{differences}`, the values with their environments.
 */
export interface Sentences {
  /** Nobody can say which is the wrong one. */
  readonly differs?: string;
  /** One stands alone: also `{environment}` and its `{value}`, the `{others}` and their `{other_value}`. */
  readonly odd?: string;
  /** `distinct`, and not so: also `{value}`. */
  readonly shared?: string;
  /** Since an earlier look: also `{environment}`, the `{before}` and the `{value}` of now. */
  readonly changed?: string;
}

export type Kinds = ReadonlyMap<string, Kind>;

let loaded: Kinds | null = null;

/** All kinds by id; read at the first call. */
export function kinds(): Kinds {
  if (loaded === null) {
    const list = createRequire(import.meta.url)('./kinds.json') as Kind[];
    loaded = new Map(list.map((each) => [each.id, each]));
  }
  return loaded;
}

/** The kind with that id. Throws for one that there is not: observations are made by this program. */
export function kind(id: string, known: Kinds = kinds()): Kind {
  const found = known.get(id);
  if (!found) throw new Error(`There is no kind "${id}".`);
  return found;
}
