/** Observations of several environments to differences and findings. Pure. */
import { stringifyJson } from '../http/json.ts';
import type { DeclaredDifference, Difference, Finding, Observation, Observed } from '../model.ts';
import { type Kind, kind } from './kind.ts';

export interface Compared {
  readonly differences: readonly Difference[];
  readonly findings: readonly Finding[];
}

/** In the order of `observed`. What only one environment was asked is not compared. */
export function compareObserved(
  observed: readonly Observed[],
  declared: readonly DeclaredDifference[],
): Compared {
  const differences: Difference[] = [];
  const findings: Finding[] = [];
  for (const [what, seen] of aligned(observed)) {
    const [first] = seen.values();
    if (!first || seen.size < 2) continue;
    const rule = kind(first.kind);
    if (!isDifference(rule, [...seen.values()])) continue;
    const expected = declared.find((each) => each.what === what || each.what === first.kind)?.reason ?? null;
    const severity = isNear(rule, [...seen.values()]) ? 'info' : rule.severity;
    const difference: Difference = {
      what,
      environments: Object.fromEntries([...seen].map(([name, each]) => [name, shown(each)])),
      cause: rule.cause ?? null,
      check: rule.cause === undefined ? rule.id : null,
      severity,
      expected,
    };
    differences.push(difference);
    if (expected === null && severity !== 'info') findings.push(findingOf(rule, first, difference, seen));
  }
  return { differences, findings };
}

type Aligned = ReadonlyMap<string, ReadonlyMap<string, Observation>>;

/** By what it is of, then by environment. */
function aligned(observed: readonly Observed[]): Aligned {
  const rows = new Map<string, Map<string, Observation>>();
  for (const { environment, observations } of observed) {
    for (const each of observations) {
      const what = each.of === '' ? each.kind : `${each.kind}[${each.of}]`;
      const row = rows.get(what) ?? new Map<string, Observation>();
      rows.set(what, row.set(environment, each));
    }
  }
  return rows;
}

function isDifference({ rule }: Kind, seen: readonly Observation[]): boolean {
  const values = new Set(seen.map(({ value }) => stringifyJson(value)));
  if (rule === 'distinct') return values.size < seen.filter(({ value }) => value !== null).length;
  return values.size > 1;
}

/** Numbers that differ by less than the kind minds. */
function isNear({ factor }: Kind, seen: readonly Observation[]): boolean {
  const numbers = seen.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  if (factor === undefined || numbers.length < seen.length) return false;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least > 0 && most <= least * factor;
}

function shown({ seen, value }: Observation): string {
  if (seen !== undefined) return seen;
  if (value === null) return 'none';
  return typeof value === 'string' ? value : stringifyJson(value);
}

function findingOf(
  rule: Kind,
  first: Observation,
  difference: Difference,
  seen: ReadonlyMap<string, Observation>,
): Finding {
  const subject = `${rule.title}${first.of === '' ? '' : ` of ${first.of}`}`;
  const told = Object.entries(difference.environments);
  const last = [...seen.values()].at(-1);
  return {
    cause: difference.cause,
    check: difference.check,
    environment: [...seen.keys()].join(', '),
    severity: rule.severity,
    expected: false,
    certainty: 'possible',
    summary:
      rule.rule === 'distinct'
        ? `${capital(subject)} is the same in ${told.map(([name]) => name).join(' and ')}: ${told[0]?.[1]}.`
        : `${capital(subject)} differs: ${told.map(([name, value]) => `${value} in ${name}`).join(', ')}.`,
    hop: null,
    evidence: told.map(([name, value]) => ({ hop: null, field: name, seen: value })),
    experiments: [],
    fix: rule.fix,
    fixSource: last?.source ?? null,
    references: rule.references,
    alternatives: [],
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
