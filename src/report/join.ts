/** The ends of several runs as that of one. */
import type { Comparison, ExitCode, RunFinished, Summary } from '../model.ts';
import type { Ending } from './read-result.ts';

/** From the worst to the best; a failure that is known is told before what is not. */
const order: readonly ExitCode[] = [70, 1, 2, 130, 3, 0];

/** Findings that several runs have are one. `started`: milliseconds since the epoch. */
export function joinEndings(
  runs: readonly { readonly started: number | null; readonly ending: Ending }[],
): Omit<RunFinished, 'type'> {
  const endings = runs.map(({ ending }) => ending);
  const comparison = joinComparisons(endings.map((each) => each.comparison));
  const runComparison = joinComparisons(endings.map((each) => each.runComparison));
  const codes = endings.map(codeOf);
  return {
    duration: span(runs),
    summary: endings.map(({ summary }) => summary).reduce(sum, none),
    findings: unique(endings.flatMap(({ findings }) => findings)),
    problems: unique(endings.flatMap(({ problems }) => problems)),
    exitCode: order.find((code) => codes.includes(code)) ?? 3,
    ...(comparison ? { comparison } : {}),
    ...(runComparison ? { runComparison } : {}),
  };
}

/** A file may have been changed by hand: what failed is not green. */
function codeOf({ exitCode, summary }: Ending): ExitCode {
  if (exitCode !== 0 && exitCode !== 3) return exitCode;
  if (summary.failed > 0) return 1;
  return summary.errored > 0 ? 3 : exitCode;
}

/** From the first start to the last end. */
function span(runs: readonly { readonly started: number | null; readonly ending: Ending }[]): number {
  const [only] = runs;
  if (only && runs.length === 1) return only.ending.duration;
  const known = runs.flatMap(({ started, ending }) =>
    started === null ? [] : [{ started, ended: started + ending.duration }],
  );
  const from = known.reduce((least, { started }) => Math.min(least, started), Number.POSITIVE_INFINITY);
  const to = known.reduce((most, { ended }) => Math.max(most, ended), 0);
  return known.length === 0 ? 0 : to - from;
}

const none: Summary = { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 };

function sum(a: Summary, b: Summary): Summary {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    errored: a.errored + b.errored,
    skipped: a.skipped + b.skipped,
    warnings: a.warnings + b.warnings,
  };
}

function joinComparisons(list: readonly (Comparison | undefined)[]): Comparison | undefined {
  const [first, ...others] = list.filter((each) => each !== undefined);
  if (!first || others.length === 0) return first;
  const all = [first, ...others];
  return {
    differences: unique(all.flatMap(({ differences }) => differences)),
    observed: all.flatMap(({ observed }) => observed),
    left: unique(all.flatMap(({ left }) => left)),
  };
}

function unique<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((each) => [JSON.stringify(each), each])).values()];
}
