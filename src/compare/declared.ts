/** `compare.differs` of the project file: what is expected to differ, and what no longer does. */
import { matchesWildcard } from '../http/wildcard.ts';
import type { DeclaredDifference, Finding, LeftOut, Source } from '../model.ts';
import type { Pair } from './equality.ts';
import type { Kinds } from './kind.ts';
import type { Row } from './rows.ts';
import { joined } from './words.ts';

/** Whether `pattern` (`issuer.*`, `token.lifetime[reader]`) means it: the kind, or the kind with its subject. */
export function matches(pattern: string, { kind, what }: { kind: string; what: string }): boolean {
  return matchesWildcard(pattern, kind) || matchesWildcard(pattern, what);
}

/** What is said of a row: which declarations hold for it, and which did until a day that is over. */
export interface Said {
  readonly holding: readonly DeclaredDifference[];
  readonly over: readonly DeclaredDifference[];
}

/** `today`: `2027-01-31`; null: every declaration holds. */
export function saidOf(row: Row, declared: readonly DeclaredDifference[], today: string | null): Said {
  const about = declared.filter(({ what }) => matches(what, { kind: row.kind.id, what: row.what }));
  const isOver = ({ until }: DeclaredDifference): boolean =>
    until !== null && today !== null && until < today;
  return { holding: about.filter((each) => !isOver(each)), over: about.filter(isOver) };
}

/** The reason of the first declaration that covers the pairs, if together they cover them all; else null. */
export function reasonFor(pairs: readonly Pair[], holding: readonly DeclaredDifference[]): string | null {
  const covers = pairs.map((pair) => holding.find((each) => isAbout(each, pair)));
  const [first] = covers;
  return covers.every((each) => each !== undefined) ? (first?.reason ?? null) : null;
}

export function isAbout({ environments }: DeclaredDifference, pair: Pair): boolean {
  return environments.length === 0 || pair.every((name) => environments.includes(name));
}

/** What was compared, and what could not be. */
export interface Scope {
  readonly rows: readonly Row[];
  readonly environments: readonly string[];
  readonly left: readonly LeftOut[];
  readonly kinds: Kinds;
}

/**
 * Whether a declaration that nothing needed is stale: all that it may be about was observed, everywhere. What may have
 * been left out is not.
 */
export function isStale(
  declaration: DeclaredDifference,
  { rows, environments, left, kinds }: Scope,
): boolean {
  const { what, environments: named } = declaration;
  if (named.some((name) => !environments.includes(name))) return false;
  const wanted = named.length > 0 ? named : environments;
  if (left.some((each) => wanted.includes(each.environment) && mayConcern(each, what, kinds))) return false;
  const isWhole = ({ seen }: Row): boolean => wanted.every((name) => seen.has(name));
  const own = rows.filter((row) => matches(what, { kind: row.kind.id, what: row.what }));
  if (own.length > 0) return own.every(isWhole);
  // Its subject is gone, where others of the kind were seen.
  const siblings = rows.filter(({ kind }) => matchesWildcard(kindOf(what), kind.id));
  return siblings.length > 0 && siblings.every(isWhole);
}

function mayConcern({ kinds: patterns }: LeftOut, what: string, known: Kinds): boolean {
  if (patterns === undefined) return true;
  return [...known.keys()].some(
    (id) =>
      matchesWildcard(kindOf(what), id) && patterns.some((pattern) => matchesWildcard(kindOf(pattern), id)),
  );
}

/** Without the subject. */
export function kindOf(what: string): string {
  const at = what.indexOf('[');
  return at < 0 ? what : what.slice(0, at);
}

export function staleFinding(declaration: DeclaredDifference, environments: readonly string[]): Finding {
  const { what, reason, source, environments: named } = declaration;
  const where = joined(named.length > 0 ? named : environments);
  return {
    cause: null,
    check: 'declared-difference-stale',
    environment: (named.length > 0 ? named : environments).join(', '),
    severity: 'warning',
    expected: false,
    certainty: 'certain',
    summary: `compare.differs says that ${what} differs between ${where}, and it does not.`,
    hop: null,
    evidence: [{ hop: null, field: 'compare.differs', seen: `${what}: ${reason}` }],
    experiments: [],
    fix: 'Take the entry out of compare.differs.',
    fixSource: source,
    references: [],
    alternatives: [],
  };
}

export function placed(text: string, source: Source | null): string {
  return source === null || source.file === ''
    ? text
    : `${text} (${source.file}:${source.line}:${source.column})`;
}
