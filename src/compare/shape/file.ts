/** The project file as its shape is judged: `extends` applied, nothing rendered but what an environment is called by. */
import type { Environment, Job, JsonMap } from '../../model.ts';
import type { Problem } from '../../problem.ts';
import { isMap } from '../../source.ts';

export interface ShapeEnvironment {
  readonly environment: Environment;
  /** As written, `extends` applied. */
  readonly raw: JsonMap;
  /** Names of the environments that it extends, directly or not. */
  readonly above: ReadonlySet<string>;
  /** Common credentials completed by its own, as written. */
  readonly credentials: ReadonlyMap<string, JsonMap>;
  readonly jobs: readonly Job[];
  /** What the plan could not make of it and could of another one. */
  readonly problems: readonly Problem[];
}

export interface ProjectShape {
  /** Those that are compared, in order. */
  readonly environments: readonly ShapeEnvironment[];
  /** All of the file. */
  readonly known: readonly Environment[];
  /** `variables` of the project, and those of the command line. */
  readonly variables: JsonMap;
  readonly scenarios: readonly { readonly file: string; readonly value: JsonMap }[];
  /** Servers are not asked, and what is observed for it is not compared: of clients the shape tells all it can. */
  readonly offline: boolean;
}

export function nameOf({ environment }: ShapeEnvironment): string {
  return environment.name;
}

/** Neither extends the other: what one has and the other has not may be an oversight. */
export function areApart(a: ShapeEnvironment, b: ShapeEnvironment): boolean {
  return nameOf(a) !== nameOf(b) && !a.above.has(nameOf(b)) && !b.above.has(nameOf(a));
}

/** Two by two, in order, those that are apart. */
export function pairsOf({ environments }: ProjectShape): (readonly [ShapeEnvironment, ShapeEnvironment])[] {
  return environments.flatMap((a, index) =>
    environments
      .slice(index + 1)
      .filter((b) => areApart(a, b))
      .map((b) => [a, b] as const),
  );
}

export function mapIn(map: JsonMap, name: string): JsonMap {
  const value = map[name];
  return value !== undefined && isMap(value) ? value : {};
}
