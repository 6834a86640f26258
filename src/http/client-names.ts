/** The names of the clients that are known, without their rules: for `redirect.as` and `survives`. Read when first asked for. */
import { createRequire } from 'node:module';

interface Names {
  /** In the order of docs/clients.md. */
  readonly ids: readonly string[];
  /** Other names, in lower case, to ids. */
  readonly also: Readonly<Record<string, string>>;
}

let names: Names | null = null;

function load(): Names {
  names ??= createRequire(import.meta.url)('./client-names.json') as Names;
  return names;
}

/** In the order of docs/clients.md. */
export function clientNames(): readonly string[] {
  return load().ids;
}

/** The id of a client that goes by `name` (`newman`: `postman`; capitals do not count), or null. */
export function clientId(name: string): string | null {
  const { ids, also } = load();
  const lower = name.toLowerCase();
  if (ids.includes(lower)) return lower;
  return Object.hasOwn(also, lower) ? (also[lower] ?? null) : null;
}

/** For a name that nobody goes by: every one of them, for the search after the one that was meant. */
export function clientSpellings(): readonly string[] {
  const { ids, also } = load();
  return [...ids, ...Object.keys(also)];
}
