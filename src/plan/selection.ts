/** Which environments there are and which are meant: `extends`, `--env`, `only`, `in`. */
import { nearest } from '../load/nearest.ts';
import type { Json, JsonMap } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, merge, sourceOf } from '../source.ts';
import { mapAt } from './maps.ts';

/** `extends` applied; a cycle or an unknown name is a problem. */
export function extended(environments: JsonMap, problems: Problems): Map<string, JsonMap> {
  const result = new Map<string, JsonMap>();
  const resolve = (name: string, path: readonly string[]): JsonMap => {
    const raw = mapAt(environments, name);
    const base = raw['extends'];
    if (typeof base !== 'string') return raw;
    const source = sourceOf(raw, 'extends');
    if (path.includes(base)) {
      problems.add('EXTENDS_CYCLE', `"${name}" extends itself: ${[...path, base].join(' extends ')}.`, {
        source,
        fix: 'Let one of them stand alone.',
      });
      return raw;
    }
    if (!Object.hasOwn(environments, base)) {
      unknownEnvironment(base, Object.keys(environments), source, problems);
      return raw;
    }
    return merge(merge(resolve(base, [...path, base]), { default: null }), merge(raw, { extends: null }));
  };
  for (const name of Object.keys(environments)) result.set(name, resolve(name, [name]));
  return result;
}

export function selectEnvironments(
  raws: ReadonlyMap<string, JsonMap>,
  names: readonly string[],
  problems: Problems,
): Set<string> {
  if (names.length === 0)
    return new Set([...raws].filter(([, raw]) => raw['default'] !== false).map(([name]) => name));
  for (const name of names) if (!raws.has(name)) unknownEnvironment(name, [...raws.keys()], null, problems);
  return new Set([...raws.keys()].filter((name) => names.includes(name)));
}

function unknownEnvironment(
  name: string,
  known: readonly string[],
  source: ReturnType<typeof sourceOf>,
  problems: Problems,
): void {
  const near = nearest(name, known);
  problems.add('UNKNOWN_ENVIRONMENT', `There is no environment "${name}".`, {
    source,
    fix: near ? `Did you mean "${near}"?` : `There are: ${known.join(', ')}.`,
  });
}

export function checkEnvironmentNames(scenario: JsonMap, known: readonly string[], problems: Problems): void {
  const steps = scenario['steps'];
  const maps = [scenario, ...(Array.isArray(steps) ? steps.filter(isMap) : [])];
  for (const map of [...maps, ...maps.map((each) => mapAt(each, 'expect'))]) {
    const only = map['only'];
    if (Array.isArray(only)) {
      only.forEach((name: Json, index: number) => {
        if (!known.includes(String(name)))
          unknownEnvironment(String(name), known, sourceOf(only, index), problems);
      });
    }
    const inside = mapAt(map, 'in');
    for (const name of Object.keys(inside)) {
      if (!known.includes(name)) unknownEnvironment(name, known, sourceOf(inside, name, 'key'), problems);
    }
  }
}
