import type { DeclaredDifference, Json, Observation, Observed, Source } from '../../src/model.ts';

export function at(line: number): Source {
  return { file: 'why401.yml', line, column: 5 };
}

export function observation(
  kind: string,
  of: string,
  value: Json,
  parts: Partial<Observation> = {},
): Observation {
  return { kind, of, value, source: null, ...parts };
}

/** One observation in each environment; undefined: not looked at. */
export function each(
  kind: string,
  of: string,
  values: Readonly<Record<string, Json | undefined>>,
): readonly Observed[] {
  return Object.entries(values).map(([environment, value], index) => ({
    environment,
    observations: value === undefined ? [] : [observation(kind, of, value, { source: at(10 * (index + 1)) })],
  }));
}

export function declared(what: string, parts: Partial<DeclaredDifference> = {}): DeclaredDifference {
  return { what, reason: 'on purpose', environments: [], until: null, source: at(1), ...parts };
}
