/** What a look at one environment gave. */
import type { LeftOut, Observation, StepResult } from '../model.ts';

export interface Surveyed {
  /** One for each thing that was tried: its exchanges, and what is wrong with it by itself. */
  readonly steps: readonly StepResult[];
  readonly observations: readonly Observation[];
  readonly left: readonly LeftOut[];
  /** Ids of the standards checks that the steps' findings say already, or have judged better; absent: none. */
  readonly told?: readonly string[];
}

export const nothing: Surveyed = { steps: [], observations: [], left: [] };

export function together(parts: readonly Surveyed[]): Surveyed {
  return {
    steps: parts.flatMap(({ steps }) => steps),
    observations: parts.flatMap(({ observations }) => observations),
    left: parts.flatMap(({ left }) => left),
    told: parts.flatMap(({ told }) => told ?? []),
  };
}
