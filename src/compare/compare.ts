/** Observations of several environments to differences and findings. Pure. */
import type { DeclaredDifference, Difference, Finding, LeftOut, Observed } from '../model.ts';
import { isAbout, isStale, kindOf, matches, reasonFor, type Said, saidOf, staleFinding } from './declared.ts';
import { groupsOf, isNear, type Pair, pairsOf, sharedIn } from './equality.ts';
import { differenceFinding, sharedFinding } from './finding.ts';
import { gathered } from './gathered.ts';
import { type Kinds, kinds } from './kind.ts';
import { aligned, type Row } from './rows.ts';
import { cellsOf } from './words.ts';

export interface Compared {
  readonly differences: readonly Difference[];
  readonly findings: readonly Finding[];
}

export interface CompareOptions {
  /** Whether two environments are one system, which shares what others must not. Absent: none are. */
  readonly same?: (a: string, b: string) => boolean;
  /** `2027-01-31`, for declarations that end; absent: none has ended. */
  readonly today?: string;
  /** What was not looked at: nothing that is declared of it is called stale. */
  readonly left?: readonly LeftOut[];
  /** Differences that were found by other means: what is declared of them is no more stale than of those found here. */
  readonly others?: readonly Difference[];
  /** Absent: all that there are. */
  readonly kinds?: Kinds;
}

/**
 * Rows in the order of the kinds, columns in that of `observed`. What only one environment was asked is not compared;
 * one that looked and found nothing says so by the value null.
 */
export function compareObserved(
  observed: readonly Observed[],
  declared: readonly DeclaredDifference[],
  options: CompareOptions = {},
): Compared {
  const known = options.kinds ?? kinds();
  const rows = aligned(observed, known).filter(({ seen }) => seen.size > 1);
  const used = new Set(declared.filter((each) => (options.others ?? []).some((other) => isOf(each, other))));
  const judged = rows.map((row) => {
    const said = saidOf(row, declared, options.today ?? null);
    const result = row.kind.rule === 'distinct' ? judgeShared(row, said, options) : judgeEqual(row, said);
    for (const each of [...said.holding, ...said.over])
      if (result.pairs.some((pair) => isAbout(each, pair))) used.add(each);
    return { ...result, row };
  });
  const environments = observed.map(({ environment }) => environment);
  const scope = { rows, environments, left: options.left ?? [], kinds: known };
  const stale = declared.filter((each) => !used.has(each) && isStale(each, scope));
  return {
    differences: judged.flatMap(({ difference }) => difference ?? []),
    findings: [
      ...gathered(judged.flatMap(({ findings, row }) => findings.map((finding) => ({ finding, row })))),
      ...stale.map((each) => staleFinding(each, environments)),
    ],
  };
}

function isOf(declaration: DeclaredDifference, { what }: Difference): boolean {
  return matches(declaration.what, { kind: kindOf(what), what });
}

interface Judged {
  readonly difference: Difference | null;
  readonly findings: readonly Finding[];
  /** Environments that differ, or that share what they must not. */
  readonly pairs: readonly Pair[];
}

const nothing: Judged = { difference: null, findings: [], pairs: [] };

function judgeEqual(row: Row, said: Said): Judged {
  const groups = groupsOf(row);
  if (groups.length < 2) return nothing;
  const group = new Map(groups.flatMap((names, index) => names.map((name) => [name, index] as const)));
  const pairs = pairsOf([...row.seen.keys()]).filter(([a, b]) => group.get(a) !== group.get(b));
  const severity = isNear(row) || row.kind.rule === 'shown' ? 'info' : row.kind.severity;
  const expected = reasonFor(pairs, said.holding);
  const isFinding = expected === null && severity !== 'info';
  return {
    difference: differenceOf(row, severity, expected),
    findings: isFinding ? [differenceFinding(row, groups, said.over)] : [],
    pairs,
  };
}

function judgeShared(row: Row, said: Said, { same = () => false }: CompareOptions): Judged {
  const shared = sharedIn(row, same);
  if (shared.length === 0) return nothing;
  const pairs = (names: readonly string[]): readonly Pair[] => pairsOf(names).filter(([a, b]) => !same(a, b));
  const all = shared.flatMap(({ environments }) => pairs(environments));
  const undeclared = shared.filter(
    ({ environments }) => reasonFor(pairs(environments), said.holding) === null,
  );
  return {
    difference: differenceOf(row, row.kind.severity, reasonFor(all, said.holding)),
    findings:
      row.kind.severity === 'info' ? [] : undeclared.map((each) => sharedFinding(row, each, said.over)),
    pairs: all,
  };
}

function differenceOf(row: Row, severity: Difference['severity'], expected: string | null): Difference {
  const { what, kind } = row;
  return {
    what,
    environments: Object.fromEntries(cellsOf(row)),
    cause: kind.cause ?? null,
    check: kind.cause === undefined ? kind.id : null,
    severity,
    expected,
  };
}
