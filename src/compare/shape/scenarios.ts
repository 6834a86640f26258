/** Scenarios and steps that run in some of the environments only. */
import type { Json, JsonMap } from '../../model.ts';
import { isMap } from '../../source.ts';
import { type Drift, drift } from './drift.ts';
import { nameOf, type ProjectShape } from './file.ts';

/** Told, never judged: it is how a scenario is kept out of where it would do harm. */
export function scenarioDrift(shape: ProjectShape): Drift[] {
  const names = shape.environments.map(nameOf);
  return shape.scenarios.flatMap(({ file, value }) => {
    const whole = coverage(file, value, names);
    if (whole.length > 0) return whole;
    const steps = value['steps'];
    return (Array.isArray(steps) ? (steps as readonly Json[]) : []).flatMap((step, index) =>
      isMap(step) ? coverage(`${file} step ${index + 1}`, step, names) : [],
    );
  });
}

function coverage(of: string, map: JsonMap, names: readonly string[]): Drift[] {
  const only = map['only'];
  if (!Array.isArray(only)) return [];
  const runs = names.filter((name) => only.includes(name));
  if (runs.length === 0 || runs.length === names.length) return [];
  return [
    drift({
      kind: 'file.scenario',
      of,
      says: names.map((name) => [name, runs.includes(name) ? 'runs' : 'never runs']),
      severity: 'info',
      where: names.filter((name) => !runs.includes(name)).join(', '),
      summary: '',
      source: null,
    }),
  ];
}
