/** Which values are the same, as their kind says. */
import { stringifyJson } from '../http/json.ts';
import type { Json } from '../model.ts';
import { isMap } from '../source.ts';
import type { Kind } from './kind.ts';
import type { Row } from './rows.ts';

/** JSON text by which values are equal: members of maps in one order, those of a set too, each once. */
export function canonical(value: Json, set = false): string {
  if (Array.isArray(value)) {
    const members = value.map((member: Json) => canonical(member));
    return `[${(set ? [...new Set(members)].sort() : members).join(',')}]`;
  }
  if (!isMap(value)) return stringifyJson(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
}

/** The environments of a row by value; groups and their members in the order of the row. */
export function groupsOf({ kind, seen }: Row): readonly (readonly string[])[] {
  const steps = stepsOf(
    kind,
    [...seen.values()].map(({ value }) => value),
  );
  const groups = new Map<string, string[]>();
  for (const [environment, { value }] of seen) {
    const key = steps.get(value) ?? canonical(value, kind.set);
    groups.set(key, [...(groups.get(key) ?? []), environment]);
  }
  return [...groups.values()];
}

/** Numbers within the tolerance of the least of them, as one. */
function stepsOf({ tolerance }: Kind, values: readonly Json[]): ReadonlyMap<Json, string> {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const steps = new Map<Json, string>();
  if (tolerance === undefined) return steps;
  let least = Number.NEGATIVE_INFINITY;
  for (const number of numbers) {
    if (number - least > tolerance) least = number;
    steps.set(number, String(least));
  }
  return steps;
}

/** Numbers that differ by less than the kind minds. */
export function isNear({ kind: { factor }, seen }: Row): boolean {
  const values = [...seen.values()].map(({ value }) => value);
  const numbers = values.filter((value) => typeof value === 'number');
  if (factor === undefined || numbers.length < values.length) return false;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least > 0 && most <= least * factor;
}

/** What is in several environments of a row that must not be, with those in which it is. */
export interface Shared {
  readonly values: readonly Json[];
  readonly environments: readonly string[];
}

/** `same`: whether two environments are one system, which must share. Members of a set one by one. */
export function sharedIn({ kind, seen }: Row, same: (a: string, b: string) => boolean): readonly Shared[] {
  const holders = new Map<string, { value: Json; environments: string[] }>();
  for (const [environment, { value }] of seen) {
    const members: readonly Json[] = kind.set && Array.isArray(value) ? value : value === null ? [] : [value];
    for (const [text, member] of new Map(members.map((each) => [canonical(each), each]))) {
      const holder = holders.get(text) ?? { value: member, environments: [] };
      holder.environments.push(environment);
      holders.set(text, holder);
    }
  }
  const groups = new Map<string, { values: Json[]; environments: readonly string[] }>();
  for (const { value, environments } of holders.values()) {
    if (pairsOf(environments).every(([a, b]) => same(a, b))) continue;
    const key = JSON.stringify(environments);
    const group = groups.get(key) ?? { values: [], environments };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export type Pair = readonly [string, string];

export function pairsOf(names: readonly string[]): readonly Pair[] {
  return names.flatMap((a, index) => names.slice(index + 1).map((b): Pair => [a, b]));
}
