/** The kinds of things that are compared: words and rules as data (`kinds/*.yml`), one entry a kind. */
import { createRequire } from 'node:module';
import type { CauseId, Severity } from '../model.ts';

export interface Kind {
  /** Public id: `token.lifetime`. */
  readonly id: string;
  /** What it is, as the subject of a sentence: `the lifetime of access tokens`. */
  readonly title: string;
  /** `equal`: should not differ; `distinct`: must differ; `shown`: told where it differs, never judged. */
  readonly rule: 'equal' | 'distinct' | 'shown';
  /** What a failure would be called that comes of it; absent: none of the vocabulary fits. */
  readonly cause?: CauseId;
  /** Of a difference, or of a value that is shared and must not be. `info` makes no finding. */
  readonly severity: Severity;
  /** Numbers within this factor of each other are told, and make no finding. */
  readonly factor?: number;
  readonly fix: string;
  readonly references: readonly string[];
  /** Changes by itself, from one look to the next: not compared with the past. */
  readonly volatile?: boolean;
}

let loaded: ReadonlyMap<string, Kind> | null = null;

/** All kinds by id; read at the first call. */
export function kinds(): ReadonlyMap<string, Kind> {
  if (loaded === null) {
    const list = createRequire(import.meta.url)('./kinds.json') as Kind[];
    loaded = new Map(list.map((each) => [each.id, each]));
  }
  return loaded;
}

/** The kind with that id. Throws for one that there is not. */
export function kind(id: string): Kind {
  const found = kinds().get(id);
  if (!found) throw new Error(`There is no kind "${id}".`);
  return found;
}
