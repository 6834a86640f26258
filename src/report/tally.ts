/** Steps of a run, counted as their scenarios end. */
import type { JobResult, Summary } from '../model.ts';

export interface Tally {
  add(job: JobResult): void;
  summary(): Summary;
}

export function createTally(): Tally {
  const counts = { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 };
  return {
    add({ steps }) {
      for (const { status, findings } of steps) {
        counts[status] += 1;
        counts.warnings += findings.filter(({ severity }) => severity === 'warning').length;
      }
    },
    summary: () => ({ ...counts }),
  };
}
