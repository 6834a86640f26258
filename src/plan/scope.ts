/** Where `${name}` is looked up (docs/language: values). */

import type { Json, JsonMap } from '../model.ts';
import { Secret } from '../secret.ts';
import { isMap, writtenOf } from '../source.ts';
import { rowValue } from './rows.ts';
import {
  longestText,
  type Rendered,
  type RenderedJson,
  renderJson,
  type Scope,
  tooLong,
} from './template.ts';

export interface Lookups {
  /** Process environment. */
  env(name: string): string | undefined;
  secret(name: string): string | undefined;
}

export interface ScopeParts {
  readonly lookups: Lookups;
  /** Maps of variables, innermost first. Templates inside are rendered at the first use, once. */
  readonly layers: readonly JsonMap[];
  /** A row of data: before the layers, and its values are no templates. */
  readonly row?: JsonMap | undefined;
  /** Dotted names and functions: `environment`, `origin.app`, `uuid`, ... */
  readonly named: (name: string) => RenderedJson | undefined;
}

/** Variables within variables. */
const deepest = 20;

export function createScope(parts: ScopeParts): Scope {
  const rendered = new Map<string, Rendered>();
  const open = new Set<string>();
  const { row } = parts;
  const variable = (name: string, layer: JsonMap): Rendered => {
    const known = rendered.get(name);
    if (known) return known;
    open.add(name);
    const result = bounded(renderJson(layer[name] ?? null, scope));
    open.delete(name);
    // What was found out below is the reason: here it only says that something has no value.
    const own = rendered.get(name) ?? result;
    rendered.set(name, own);
    return own;
  };
  const broken = (name: string): boolean => {
    const names = [...open];
    const error = open.has(name)
      ? `it is made of itself, by ${[...names.slice(names.indexOf(name)), name].join(', ')}`
      : `it stands more than ${deepest} variables deep`;
    if (open.has(name)) for (const each of names.slice(names.indexOf(name))) rendered.set(each, { error });
    else if (open.size >= deepest) rendered.set(name, { error });
    else return false;
    return true;
  };
  const scope: Scope = {
    lookup(name) {
      if (name.startsWith('env.')) return parts.lookups.env(name.slice(4));
      if (name.startsWith('secret.')) return secret(parts.lookups, name.slice(7));
      if (row && Object.hasOwn(row, name)) return rowValue(row, name);
      const layer = parts.layers.find((map) => Object.hasOwn(map, name));
      if (!layer) return parts.named(name);
      if (!rendered.has(name) && broken(name)) return undefined;
      const result = variable(name, layer);
      return 'value' in result ? result.value : undefined;
    },
    written: (name) => (row && Object.hasOwn(row, name) ? writtenOf(row, name) : null),
    unrendered(name) {
      const result = rendered.get(name);
      return result && !('value' in result) ? result : null;
    },
  };
  return scope;
}

function bounded(result: Rendered): Rendered {
  return 'value' in result && weigh(result.value) > longestText ? { error: tooLong } : result;
}

/** Characters and values; what stands in several places is counted in each. */
function weigh(value: RenderedJson, known = new Map<object, number>()): number {
  if (typeof value === 'string' || value instanceof Secret) return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = known.get(value);
  if (sum === undefined) {
    sum = 1;
    for (const item of Object.values(value)) sum += weigh(item, known);
    known.set(value, sum);
  }
  return sum;
}

function secret(lookups: Lookups, name: string): Secret | undefined {
  const value = lookups.secret(name);
  return value === undefined ? undefined : Secret.named(name, value);
}

/** `a.b.c` inside nested maps, or undefined. */
export function dig(value: Json | undefined, path: readonly string[]): Json | undefined {
  let at = value;
  for (const name of path) {
    if (at === undefined || !isMap(at)) return undefined;
    at = at[name];
  }
  return at;
}
