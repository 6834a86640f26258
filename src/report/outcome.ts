/** What reports for people say of a step in a few words. */
import type { Check, Exchange, Finding, Source, StepResult } from '../model.ts';

/** `file:line:column`. */
export function place({ file, line, column }: Source): string {
  return `${file}:${line}:${column}`;
}

/** The exchange that was judged: the last that is neither an experiment nor metadata. */
export function judgedExchange(step: StepResult): Exchange | null {
  return step.exchanges.findLast(({ role }) => role !== 'experiment' && role !== 'metadata') ?? null;
}

/** `expected 200, got 401`, or what went wrong where there is no check to say it. */
export function headline(step: StepResult): string {
  if (step.status === 'errored') {
    const failure = judgedExchange(step)?.hops.at(-1)?.failure;
    return failure ? `no answer: ${failure.code}` : 'no answer to judge';
  }
  const failed = step.checks.filter(({ passed }) => !passed);
  const first = failed.find(({ kind }) => kind === 'status') ?? failed[0];
  if (!first) return step.status;
  const more = failed.length > 1 && first.kind !== 'status' ? ` (and ${failed.length - 1} more)` : '';
  return `${describeCheck(first)}${more}`;
}

/** `expected 200, got 401`; what is not the status is named. */
export function describeCheck({ kind, subject, expected, actual }: Check): string {
  const what = kind === 'status' ? '' : `${subject === '' ? kind : `${kind} ${subject}`}: `;
  return `${what}expected ${expected}, got ${actual}`;
}

/** The findings that say why a step failed, the answer first; warnings and expected ones only where there is nothing else. */
export function answers(step: StepResult): readonly Finding[] {
  return step.findings.filter(({ severity, expected }) => severity === 'error' && !expected);
}

/** Findings that are told without a failure. */
export function warnings(step: StepResult): readonly Finding[] {
  return step.findings.filter(({ severity, expected }) => severity === 'warning' && !expected);
}

/** The public id of what a finding says. */
export function findingId({ cause, check }: Finding): string {
  return cause ?? check ?? 'unknown';
}
