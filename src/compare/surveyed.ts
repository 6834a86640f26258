/** What a look at one environment gave. */
import type { LeftOut, Observation, StepResult } from '../model.ts';

export interface Surveyed {
  /** One for each thing that was tried: its exchanges, and what is wrong with it by itself. */
  readonly steps: readonly StepResult[];
  readonly observations: readonly Observation[];
  readonly left: readonly LeftOut[];
}

export const nothing: Surveyed = { steps: [], observations: [], left: [] };

export function together(parts: readonly Surveyed[]): Surveyed {
  return {
    steps: parts.flatMap(({ steps }) => steps),
    observations: parts.flatMap(({ observations }) => observations),
    left: parts.flatMap(({ left }) => left),
  };
}
