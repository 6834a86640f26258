/** A loaded file against its schema. */
import type { Json, JsonMap } from '../model.ts';
import type { Problem } from '../problem.ts';
import { project, scenario } from '../schemas/validators.js';
import { isMap } from '../source.ts';
import { explain } from './explain.ts';

export type Kind = 'project' | 'scenario';

/** One problem for each mistake; none for a value that the schema accepts. */
export function validate(kind: Kind, value: Json): Problem[] {
  const validator = kind === 'project' ? project : scenario;
  const plain = kind === 'project' ? withoutRemovalsOfProject(value) : withoutRemovalsOfScenario(value);
  return validator(plain) ? [] : explain(validator.errors ?? [], value);
}

/** Where maps are merged a null takes a key away: it is no value that the schema could judge. */
function withoutRemovalsOfProject(value: Json): Json {
  return change(value, 'environments', (environments) =>
    mapValues(environments, (environment) => {
      if (isMap(environment) && environment['extends'] !== undefined) return withoutNulls(environment);
      return change(environment, 'credentials', withoutNulls);
    }),
  );
}

function withoutRemovalsOfScenario(value: Json): Json {
  const overridden = change(value, 'in', (overrides) =>
    mapValues(overrides, (override) => change(withoutNulls(override), 'steps', stepsWithoutRemovals)),
  );
  return change(overridden, 'steps', stepsWithoutRemovals);
}

function stepsWithoutRemovals(steps: Json): Json {
  if (!Array.isArray(steps)) return steps;
  const list = steps.map((step: Json) =>
    change(change(step, 'in', overridesWithoutNulls), 'expect', (expect) =>
      change(expect, 'in', overridesWithoutNulls),
    ),
  );
  return list.some((step, index) => step !== steps[index]) ? list : steps;
}

function overridesWithoutNulls(overrides: Json): Json {
  return mapValues(overrides, withoutNulls);
}

/** Itself where there is no null in a map of it. */
function withoutNulls(value: Json): Json {
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  const map = kept.length < Object.keys(value).length ? fromEntries(kept) : value;
  return mapValues(map, withoutNulls);
}

function mapValues(value: Json, f: (member: Json) => Json): Json {
  if (!isMap(value)) return value;
  let changed: JsonMap = value;
  for (const name of Object.keys(value)) changed = change(changed, name, f) as JsonMap;
  return changed;
}

function change(value: Json, name: string, f: (member: Json) => Json): Json {
  if (!isMap(value)) return value;
  const before = value[name];
  if (before === undefined) return value;
  const after = f(before);
  if (after === before) return value;
  return fromEntries(Object.entries(value).map(([key, member]) => [key, key === name ? after : member]));
}

/** Without a prototype, so that `__proto__` is a key like any other. */
function fromEntries(entries: readonly [string, Json][]): JsonMap {
  const map = Object.create(null) as Record<string, Json>;
  for (const [name, member] of entries) map[name] = member;
  return map;
}
