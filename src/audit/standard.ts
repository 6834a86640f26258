/** The standards checks: their words as data, their predicates beside them by id. */
import { createRequire } from 'node:module';
import type { Seen } from './seen.ts';

/** Says what was seen that should not be, as a clause whose subject is the origin, or null. Never a secret. */
export type Predicate = (seen: Seen) => string | null;
export interface Family {
  /** Whether the hop is of the kind that the family looks at: what keeps most hops cheap. */
  readonly concerns: (seen: Seen) => boolean;
  readonly checks: Readonly<Record<string, Predicate>>;
}

/** One check as its data file says it. */
export interface Standard {
  /** Public id. */
  readonly id: string;
  readonly spec: string;
  readonly section: string;
  readonly level: string;
  readonly severity: 'warning' | 'info';
  readonly side: 'resource server' | 'authorization server' | 'client' | 'session' | 'edge';
  readonly title: string;
  readonly fix: string;
}

let loaded: ReadonlyMap<string, Standard> | null = null;

/** All checks by id; read at the first call. */
export function standards(): ReadonlyMap<string, Standard> {
  if (loaded === null) {
    const list = createRequire(import.meta.url)('./checks.json') as Standard[];
    loaded = new Map(list.map((each) => [each.id, each]));
  }
  return loaded;
}

/** The check with that id. Throws for one that there is not. */
export function standard(id: string): Standard {
  const found = standards().get(id);
  if (!found) throw new Error(`There is no check "${id}".`);
  return found;
}

/** `RFC 9110 section 15.5.2`. */
export function reference({ spec, section }: Standard): string {
  return section === '' ? spec : `${spec} section ${section}`;
}
