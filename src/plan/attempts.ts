/** What is not to be tried in two places at once: passwords are counted, and a refresh token may be good for one use. */

import { stringifyJson } from '../http/json.ts';
import type { Json, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';

/**
 * A key for each password and each refresh token that the credential `name` and those that it takes in use: by how it is
 * written, so that no secret is needed, and the same in environments that share it.
 */
export function attemptKeys(
  name: string,
  credentials: ReadonlyMap<string, JsonMap>,
  environment: string,
  above: readonly string[] = [],
): string[] {
  const map = credentials.get(name);
  if (!map || above.includes(name)) return [];
  const own = keyOf(map, name, environment);
  const taken = ['subject_token', 'actor_token', 'assertion'].flatMap((key) => namesIn(map[key]));
  const further = taken.flatMap((each) => attemptKeys(each, credentials, environment, [...above, name]));
  return [...(own === null ? [] : [own]), ...further];
}

function keyOf(map: JsonMap, name: string, environment: string): string | null {
  const written = (...keys: readonly string[]): string =>
    stringifyJson([keys[0], ...keys.map((key) => map[key] ?? null)]);
  switch (map['type']) {
    case 'basic':
    case 'digest':
      return written('password', 'username');
    case 'session':
      return map['login'] === undefined ? null : written('login');
    case 'oauth2':
      if (map['store'] === true) return stringifyJson(['store', name, environment]);
      if (map['grant_type'] === 'password') return written('password', 'username');
      if (map['grant_type'] === 'refresh_token') return written('refresh_token');
      return map['login'] === undefined ? null : written('login');
    default:
      return null;
  }
}

/** `{credential: NAME}`, where a token is that of another credential. */
function namesIn(value: Json | undefined): string[] {
  const other = value !== undefined && isMap(value) ? value['credential'] : undefined;
  return typeof other === 'string' ? [other] : [];
}
