/** Environments held side by side: what was observed of each, and in what they differ. */
import type { Severity } from './result.ts';
import type { CauseId, Json, Source } from './value.ts';

/** One thing that was written or seen of one environment, in a form that can be held beside another environment's. */
export interface Observation {
  /** Id of a kind (`src/compare/kinds`): `token.lifetime`. */
  readonly kind: string;
  /** Which one, where there are several: the name of an issuer, a client, a credential, a step; else empty. */
  readonly of: string;
  /**
   * What is compared, with the environment's own hosts and names taken out (`${origin.api}/orders`); null: there is
   * none here. No secret is in it: of keys and secrets it is a fingerprint.
   */
  readonly value: Json;
  /** As people read it, where it is not `value`. */
  readonly seen?: string;
  /** Where the file says it, or where a fix would be made. */
  readonly source: Source | null;
}

/** What an environment is compared by. */
export interface Observed {
  readonly environment: string;
  readonly observations: readonly Observation[];
}

/** What an earlier comparison observed of an environment. */
export interface Past extends Observed {
  /** When it began, `2026-11-20T10:00:00Z`. */
  readonly at: string;
}

/** One difference, or one thing that must differ and does not. */
export interface Difference {
  /** Kind and subject: `token.lifetime[reader]`. */
  readonly what: string;
  /** As it was seen, by environment. */
  readonly environments: Readonly<Record<string, string>>;
  readonly cause: CauseId | null;
  /** Id of a standards check or of the kind, where there is no cause. */
  readonly check: string | null;
  readonly severity: Severity;
  /** The project file says so (`compare.differs`), with this reason. */
  readonly expected: string | null;
}

/** What was not looked at in an environment, and how it can be. */
export interface LeftOut {
  readonly environment: string;
  /** `tokens of the credentials`. */
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** Kinds that were not observed for that, as `compare.differs` writes them (`token.*`); absent: it may be any. */
  readonly kinds?: readonly string[];
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Everything that was observed: what a later comparison with the past needs. */
  readonly observed: readonly Observed[];
  readonly left: readonly LeftOut[];
}

/** `compare.differs` of the project file. */
export interface DeclaredDifference {
  /** A kind, or a kind with its subject; `*` stands for anything (`issuer.*`). */
  readonly what: string;
  readonly reason: string;
  /** Between which environments; empty: between all. */
  readonly environments: readonly string[];
  /** The last day on which it holds, `2027-01-31`; null: for good. */
  readonly until: string | null;
  readonly source: Source | null;
}
