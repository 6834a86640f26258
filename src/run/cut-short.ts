/** Requests that the end of the run cut short: nothing follows from them about a server. */
import type { StepResult } from '../model.ts';

export function isCutShort({ exchanges }: Pick<StepResult, 'exchanges'>): boolean {
  return exchanges.at(-1)?.hops.at(-1)?.failure?.phase === 'aborted';
}
