/** What the steps and findings of a comparison come to. */
import type { ExitCode, Finding, JobResult, StepResult, Summary } from '../model.ts';
import type { RunOptions } from '../run/options.ts';

export function statusOf(steps: readonly StepResult[]): JobResult['status'] {
  const worst = (['failed', 'errored'] as const).find((status) =>
    steps.some((step) => step.status === status),
  );
  return worst ?? 'passed';
}

export function summaryOf(jobs: readonly JobResult[]): Summary {
  const steps = jobs.flatMap((job) => job.steps);
  const of = (status: StepResult['status']): number => steps.filter((step) => step.status === status).length;
  const warnings = steps.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'warning');
  return {
    passed: of('passed'),
    failed: of('failed'),
    errored: of('errored'),
    skipped: of('skipped'),
    warnings: warnings.length,
  };
}

/** `ended`: by the deadline or by a signal, before all was looked at. */
export function exitCode(
  options: Pick<RunOptions, 'signal' | 'strict'>,
  jobs: readonly JobResult[],
  between: readonly Finding[],
  ended: boolean,
): ExitCode {
  if (options.signal.aborted) return 130;
  const steps = jobs.flatMap((job) => job.steps);
  const found = [...steps.flatMap(({ findings }) => findings), ...between]
    .filter(({ expected }) => !expected)
    .map(({ severity }) => severity);
  const of = (status: StepResult['status']): boolean => steps.some((step) => step.status === status);
  if (of('failed') || between.some(({ severity, expected }) => severity === 'error' && !expected)) return 1;
  if (options.strict && found.some((severity) => severity !== 'info')) return 1;
  return of('errored') || ended ? 3 : 0;
}
