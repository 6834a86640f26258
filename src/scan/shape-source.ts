/** Secrets of providers that are known by their shape: one file each in `kinds/`, patterns compiled by the build. */

/** `kinds/*.yml`. */
export interface ShapeFile {
  readonly kinds: readonly (Shape & {
    readonly examples: readonly string[];
    readonly counterexamples: readonly string[];
  })[];
}

export interface Shape {
  /** With its article: `a token of npm`. */
  readonly what: string;
  /** A regular expression without groups that catch, each repetition bounded. */
  readonly pattern: string;
  /** What every text of this kind holds, where the pattern begins with a class of characters: it makes the search fast. */
  readonly stem?: string;
}
