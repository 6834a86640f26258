/** What a run against a server came to, in few words. */
import { causes, type Replay, type Replayed, replay } from '../support/replay.ts';

export interface Outcome {
  /** Status of each step, with what it passed after. */
  readonly steps: readonly string[];
  /** What was met instead of what was expected; credential failures among it. */
  readonly actual: readonly (string | null)[];
  /** `cause certainty` of all findings. */
  readonly findings: readonly string[];
  readonly replayed: Replayed;
}

export async function play(given: Replay): Promise<Outcome> {
  const replayed = await replay(given);
  const steps = replayed.jobs.flatMap((job) => job.steps);
  return {
    steps: steps.map(({ status, passedAfter }) => (passedAfter ? `${status} after ${passedAfter}` : status)),
    actual: steps.flatMap(({ checks }) => checks.filter(({ passed }) => !passed).map(({ actual }) => actual)),
    findings: Object.values(causes(replayed)).flat(),
    replayed,
  };
}

export interface Told extends Pick<Outcome, 'steps' | 'actual'> {
  /** The first finding of all, or null. */
  readonly first: string | null;
}

/** Short enough to be compared as a whole. */
export function told({ steps, actual, findings }: Outcome): Told {
  return { steps, actual, first: findings[0] ?? null };
}
