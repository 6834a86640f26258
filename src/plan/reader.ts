/** Reads rendered values out of loaded maps and says where one cannot be rendered. */
import type { Json, JsonMap } from '../model.ts';
import type { Problems } from '../problem.ts';
import { Secret, type Value } from '../secret.ts';
import { sourceOf } from '../source.ts';
import { type RenderedJson, renderJson, renderText, type Scope, type Unrendered } from './template.ts';
import { addUnresolved } from './unresolved.ts';

export class Reader {
  readonly #scope: Scope;
  readonly #problems: Problems;
  readonly #offline: boolean;

  constructor(scope: Scope, problems: Problems, offline: boolean) {
    this.#scope = scope;
    this.#problems = problems;
    this.#offline = offline;
  }

  /** Text, perhaps secret; null where the key is absent or a name in it is unknown (which is then a problem). */
  text(map: JsonMap, key: string): Value | null {
    if (map[key] === undefined || map[key] === null) return null;
    const result = renderText(map, key, this.#scope);
    if ('value' in result) return result.value;
    this.unrendered(result, map, key);
    return null;
  }

  /** Text that must not be secret, since it is shown everywhere (an origin, a client_id). */
  plain(map: JsonMap, key: string): string | null {
    const value = this.text(map, key);
    if (!(value instanceof Secret)) return value;
    this.#problems.add('SECRET_MISPLACED', `"${key}" is shown in reports and cannot be a secret.`, {
      source: sourceOf(map, key),
      fix: 'Use ${env.NAME} for values that are not secret.',
    });
    return null;
  }

  list(map: JsonMap, key: string): string[] {
    const value = map[key];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      const text = this.plain(map, key);
      return text === null ? [] : [text];
    }
    const items: string[] = [];
    for (const index of value.keys()) {
      const text = this.plain(value as unknown as JsonMap, String(index));
      if (text !== null) items.push(text);
    }
    return items;
  }

  map(map: JsonMap): Record<string, Json> {
    const result: Record<string, Json> = {};
    for (const key of Object.keys(map)) {
      const rendered = renderJson(map[key] ?? null, this.#scope);
      if ('value' in rendered) result[key] = unsecret(rendered.value);
      else this.unrendered(rendered, map, key);
    }
    return result;
  }

  secretText(name: string, text: string): Secret {
    return Secret.named(name, text);
  }

  unrendered(reason: Unrendered, map: JsonMap, key: string): void {
    if ('error' in reason) {
      this.#problems.add('TEMPLATE_INVALID', reason.error, { source: sourceOf(map, key) });
      return;
    }
    const source = sourceOf(map, key);
    const need = { scope: this.#scope, offline: this.#offline, source };
    for (const name of reason.unresolved) addUnresolved(name, need, this.#problems);
  }
}

function unsecret(value: RenderedJson): Json {
  if (value instanceof Secret) return value.shown;
  if (Array.isArray(value)) return value.map((item) => unsecret(item as RenderedJson));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, unsecret(item as RenderedJson)]),
    );
  }
  return value as Json;
}
