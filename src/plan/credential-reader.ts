/** Reads the keys of one credential: what is missing or no duration is a problem at its place. */
import type { Credential, Environment, JsonMap, Source } from '../model.ts';
import type { Problems } from '../problem.ts';
import type { Value } from '../secret.ts';
import { sourceOf } from '../source.ts';
import type { PlannedEnvironment, ProjectContext } from './environment.ts';
import { mapAt, sourcesOf, unplaced } from './maps.ts';
import { Reader } from './reader.ts';
import { parseDuration } from './units.ts';

export class CredentialReader {
  readonly name: string;
  readonly map: JsonMap;
  readonly planned: PlannedEnvironment;
  readonly context: ProjectContext;
  readonly problems: Problems;
  readonly read: Reader;
  /** Renders another credential of the environment, whose token this one takes in. */
  readonly other: (name: string, source: Source) => Credential | null;

  constructor(
    name: string,
    map: JsonMap,
    planned: PlannedEnvironment,
    context: ProjectContext,
    problems: Problems,
    other: (name: string, source: Source) => Credential | null,
  ) {
    this.name = name;
    this.map = map;
    this.planned = planned;
    this.context = context;
    this.problems = problems;
    this.other = other;
    this.read = new Reader(planned.scope, problems, context.offline);
  }

  get environment(): Environment {
    return this.planned.environment;
  }

  get base(): Pick<Credential, 'name' | 'source' | 'sources'> {
    return { name: this.name, source: this.source(), sources: sourcesOf(this.map) };
  }

  /** The place of `key`, or of the credential. */
  source(key?: string): Source {
    const placed = key === undefined ? null : sourceOf(this.map, key);
    return placed ?? sourceOf(this.map) ?? unplaced;
  }

  has(key: string): boolean {
    return this.map[key] !== undefined && this.map[key] !== null;
  }

  /** A key that must be there; empty where it is missing, which is then a problem. */
  need(key: string): Value {
    this.require(key);
    return this.read.text(this.map, key) ?? '';
  }

  needPlain(key: string): string {
    this.require(key);
    return this.read.plain(this.map, key) ?? '';
  }

  text(key: string): Value | null {
    return this.read.text(this.map, key);
  }

  plain(key: string): string | null {
    return this.read.plain(this.map, key);
  }

  /** One of the words that the schema allows. */
  word<T extends string>(key: string, otherwise: T): T {
    const value = this.map[key];
    return typeof value === 'string' ? (value as T) : otherwise;
  }

  /** Milliseconds; null where the key is absent. */
  duration(key: string): number | null {
    const value = this.map[key];
    return typeof value === 'string' ? parseDuration(value) : null;
  }

  /** The texts of a map, rendered. */
  texts(key: string): Record<string, Value> {
    const map = mapAt(this.map, key);
    const result: Record<string, Value> = {};
    for (const name of Object.keys(map)) {
      const value = this.read.text(map, name);
      if (value !== null) result[name] = value;
    }
    return result;
  }

  problem(code: string, message: string, fix: string, key?: string): void {
    this.problems.add(code, message, { source: this.source(key), fix });
  }

  /** Whether the value of `key` is a problem already, or not known here. */
  isTold(key: string): boolean {
    const { file, line, column } = this.source(key);
    const told = ({ source }: { readonly source: Source | null }): boolean =>
      source?.file === file && source.line === line && source.column === column;
    return this.context.offline || this.problems.list.some(told);
  }

  private require(key: string): void {
    if (this.has(key)) return;
    const { name } = this.environment;
    this.problem(
      'CREDENTIAL_INCOMPLETE',
      `Credential "${this.name}" has no "${key}" in environment "${name}".`,
      `Add "${key}" to the credential, or to environments.${name}.credentials.${this.name}.`,
    );
  }
}
