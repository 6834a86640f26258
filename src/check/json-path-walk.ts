/** How far a JSONPath may walk: paths that descend again and again visit more than any body has. */
import type { Json } from '../model.ts';

/** Steps that one selection may take: values visited or selected, and characters held against patterns. */
const mostSteps = 10_000_000;

/** One selection while it runs. */
export interface Walk {
  readonly root: Json;
  /** Steps that are left. */
  left: number;
}

class TooFar extends Error {}

export function spend(walk: Walk, steps: number): void {
  walk.left -= steps;
  if (walk.left < 0) throw new TooFar();
}

/** What `select` gives, or why it was ended. */
export function bounded(select: (walk: Walk) => Json[], root: Json): Json[] | { readonly error: string } {
  try {
    return select({ root, left: mostSteps });
  } catch (error) {
    if (!(error instanceof TooFar)) throw error;
    return { error: `it was ended after ${mostSteps / 1_000_000} million steps in this body` };
  }
}
