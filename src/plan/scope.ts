/** Where `${name}` is looked up (docs/language: values). */

import type { Json, JsonMap } from '../model.ts';
import { Secret } from '../secret.ts';
import { isMap, writtenOf } from '../source.ts';
import { rowValue } from './rows.ts';
import { type RenderedJson, renderJson, type Scope } from './template.ts';

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

export function createScope(parts: ScopeParts): Scope {
  const rendered = new Map<string, RenderedJson | undefined>();
  const open = new Set<string>();
  const { row } = parts;
  const scope: Scope = {
    lookup(name) {
      if (name.startsWith('env.')) return parts.lookups.env(name.slice(4));
      if (name.startsWith('secret.')) return secret(parts.lookups, name.slice(7));
      if (row && Object.hasOwn(row, name)) return rowValue(row, name);
      const layer = parts.layers.find((map) => Object.hasOwn(map, name));
      if (!layer) return parts.named(name);
      if (rendered.has(name)) return rendered.get(name);
      if (open.has(name)) return undefined;
      open.add(name);
      const result = renderJson(layer[name] ?? null, scope);
      open.delete(name);
      const value = 'value' in result ? result.value : undefined;
      rendered.set(name, value);
      return value;
    },
    written: (name) => (row && Object.hasOwn(row, name) ? writtenOf(row, name) : null),
  };
  return scope;
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
