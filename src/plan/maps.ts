/** Reading loaded maps whose shape the schema has checked. */
import type { JsonMap, Source } from '../model.ts';
import { isMap, sourceOf } from '../source.ts';

export const unplaced: Source = { file: '', line: 1, column: 1 };

export function mapAt(map: JsonMap, name: string): JsonMap {
  const value = map[name];
  return value !== undefined && isMap(value) ? value : {};
}

export function sourcesOf(map: JsonMap): Record<string, Source> {
  const sources: Record<string, Source> = {};
  for (const name of Object.keys(map)) {
    const source = sourceOf(map, name);
    if (source) sources[name] = source;
  }
  return sources;
}
