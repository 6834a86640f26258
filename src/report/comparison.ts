/** What reports for people take of environments that are held side by side. */
import type { Comparison, Difference, Finding, LeftOut, RunFinished } from '../model.ts';
import { runFindings } from './outcome.ts';

/** The findings of a whole run that tell a difference: they say what was seen by the names of environments. */
export function driftFindings(finished: RunFinished | null): readonly Finding[] {
  const { comparison, findings = [] } = finished ?? {};
  if (!comparison) return [];
  const drift = runFindings(findings).filter((finding) => isDrift(finding, comparison));
  return drift.toSorted((a, b) => ranks[a.severity] - ranks[b.severity]);
}

/** The others, standards checks aside. */
export function otherFindings(finished: RunFinished | null): readonly Finding[] {
  const { comparison, findings = [] } = finished ?? {};
  const others = runFindings(findings);
  return comparison ? others.filter((finding) => !isDrift(finding, comparison)) : others;
}

function isDrift({ evidence }: Finding, { observed, differences }: Comparison): boolean {
  const names = new Set([
    ...observed.map(({ environment }) => environment),
    ...differences.flatMap(({ environments }) => Object.keys(environments)),
  ]);
  return evidence.some(({ field }) => names.has(field));
}

const ranks = { error: 0, warning: 1, info: 2 };

/** Those that nobody declared and that touch what is used; errors first, then by what they are of. */
export function differencesThatMatter(comparison: Comparison | undefined): readonly Difference[] {
  const list = comparison?.differences ?? [];
  return sorted(list.filter(({ severity, expected }) => severity !== 'info' && expected === null));
}

export function expectedDifferences({ differences }: Comparison): readonly Difference[] {
  return sorted(differences.filter(({ expected }) => expected !== null));
}

/** What differs and touches nothing that the project file uses. */
export function otherDifferences({ differences }: Comparison): readonly Difference[] {
  return sorted(differences.filter(({ severity, expected }) => severity === 'info' && expected === null));
}

/** The names of all environments, in the order in which they were compared. */
export function comparedNames({ observed, differences }: Comparison): readonly string[] {
  const names = observed.map(({ environment }) => environment);
  const others = [...new Set(differences.flatMap(({ environments }) => Object.keys(environments)))].filter(
    (name) => !names.includes(name),
  );
  // `production, 2026-11-20T10:00:00Z`: its past stands before it.
  const isPast = (name: string, other: string): boolean => other.startsWith(`${name}, `);
  return [
    ...new Set([
      ...names.flatMap((name) => [...others.filter((other) => isPast(name, other)), name]),
      ...others,
    ]),
  ];
}

function sorted(differences: readonly Difference[]): Difference[] {
  const key = ({ what }: Difference): string => {
    const [, kind = what, of = ''] = /^([^[]*)\[(.*)\]$/s.exec(what) ?? [];
    return `${kind.split('.')[0]}\u0000${of}\u0000${kind}`;
  };
  return differences.toSorted(
    (a, b) => ranks[a.severity] - ranks[b.severity] || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0),
  );
}

export interface LeftGroup {
  readonly whats: readonly string[];
  readonly environments: readonly string[];
  readonly why: string;
  readonly fix: string;
}

/** Names of one group that are read; the JSON report has them all. */
const mostNames = 8;

function fewOf(names: readonly string[]): readonly string[] {
  const more = names.length - mostNames;
  return more > 1 ? [...names.slice(0, mostNames), `${more} more`] : names;
}

/** What was left for one reason, once, with all environments of which it holds. */
export function leftGroups(left: readonly LeftOut[]): readonly LeftGroup[] {
  const reasons = new Map<string, LeftOut[]>();
  for (const each of left) {
    const key = JSON.stringify([each.why, each.fix]);
    const group = reasons.get(key);
    if (group) group.push(each);
    else reasons.set(key, [each]);
  }
  return [...reasons.values()].flatMap((members) => {
    const [first] = members;
    if (!first) return [];
    return [
      {
        whats: fewOf([...new Set(members.map(({ what }) => what))]),
        environments: [...new Set(members.map(({ environment }) => environment))],
        why: first.why,
        fix: first.fix,
      },
    ];
  });
}
