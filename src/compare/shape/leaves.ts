/** The single values of a map, with the path and the place at which they are written. */
import type { Json, Source } from '../../model.ts';
import { isMap, sourceOf } from '../../source.ts';

export interface Leaf {
  /** `clients.web.client_secret`. */
  readonly path: string;
  readonly text: string;
  readonly source: Source | null;
}

export function leavesOf(value: Json, path = '', source: Source | null = null): readonly Leaf[] {
  if (typeof value === 'string') return [{ path, text: value, source }];
  const below = (name: string | number, item: Json): readonly Leaf[] =>
    leavesOf(item, path === '' ? String(name) : `${path}.${name}`, sourceOf(value as object, name) ?? source);
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item, index) => below(index, item));
  if (isMap(value)) return Object.entries(value).flatMap(([name, item]) => below(name, item));
  return [];
}

/** Names in `${secret.NAME}`. */
export function secretsIn({ text }: Leaf): readonly string[] {
  return [...text.matchAll(/(?<!\$)\$\{secret\.([\w.-]+)/g)].map(([, name = '']) => name);
}
