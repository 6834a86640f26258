/** The members of the JSON report that hold environments side by side. */
import type { Comparison, Difference, JsonMap, LeftOut, Observation, RunFinished } from '../model.ts';

/** `observed` and `left_out` only where something was compared. */
export function reportComparison(comparison: Comparison | undefined): JsonMap {
  if (!comparison) return { comparison: [] };
  return {
    comparison: comparison.differences.map(reportDifference),
    observed: comparison.observed.map(({ environment, observations }) => ({
      environment,
      observations: observations.map(reportObservation),
    })),
    left_out: comparison.left.map(reportLeftOut),
  };
}

function reportDifference({ what, environments, cause, check, severity, expected }: Difference): JsonMap {
  return {
    what,
    environments: { ...environments },
    cause,
    check,
    severity,
    expected_to_differ: expected !== null,
    reason: expected,
  };
}

function reportObservation({ kind, of, value, seen }: Observation): JsonMap {
  return { kind, of, value, ...(seen === undefined ? {} : { seen }) };
}

function reportLeftOut({ environment, what, why, fix }: LeftOut): JsonMap {
  return { environment, what, why, fix };
}

/** What was asked for, and what came of it; a run that ended without saying so met a bug. */
export function reportVerdict(finished: RunFinished | null): JsonMap {
  return { command: finished?.comparison ? 'compare' : 'run', exit_code: finished?.exitCode ?? 70 };
}
