/** The causes and what is said of each: the entries of `causes/*.yml`, compiled at build. */
import { createRequire } from 'node:module';
import type { CauseId } from '../model.ts';

export interface Cause {
  readonly id: CauseId;
  readonly group: string;
  /** One short sentence. */
  readonly title: string;
  readonly meaning: string;
  /** What shows it. */
  readonly evidence: string;
  readonly tell_apart: readonly { readonly cause: CauseId; readonly how: string }[];
  readonly fix: string;
  /** Titles with section: `RFC 6750 section 3.1`. */
  readonly references: readonly string[];
}

let loaded: readonly Cause[] | null = null;

/** All causes; those of a group stand together. */
export function causes(): readonly Cause[] {
  loaded ??= createRequire(import.meta.url)('./causes.json') as readonly Cause[];
  return loaded;
}

export function causeOf(id: CauseId): Cause | null {
  return causes().find((cause) => cause.id === id) ?? null;
}
