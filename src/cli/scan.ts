/** `why401 lint --scan PATH...`: credentials in files that nobody runs as scenarios. Sends nothing. */
import { resolve } from 'node:path';
import { formatProblem } from '../load/frame.ts';
import type { ExitCode } from '../model.ts';
import { replaceUnprintable } from '../printable.ts';
import { Problems } from '../problem.ts';
import type { Known } from '../scan/environments.ts';
import { findingsIn, type ScanFinding } from '../scan/finding.ts';
import { type Passed, walk } from '../scan/walk.ts';
import { readKnown } from './scan-known.ts';
import type { World } from './world.ts';

export interface ScanFlags {
  readonly config?: string;
  readonly envFile?: string;
  readonly scan: readonly string[];
  readonly json?: boolean;
}

/** 0: nothing was found; 1: something was. Throws ProblemError for a path that there is not. */
export async function scanCommand(flags: ScanFlags, world: World): Promise<ExitCode> {
  const problems = new Problems();
  const walked = walk(flags.scan, resolve(world.cwd), problems);
  problems.throwIfAny();
  const { known, notes } = await readKnown(flags, world);
  for (const note of notes) world.stderr.write(`why401: ${note}\n`);
  const total: Total = { files: 0, findings: 0, in: 0, stale: 0, foreign: 0 };
  const kept: ScanFinding[] = [];
  for (const file of walked.files()) {
    if (world.signal.aborted) return 130;
    const findings = findingsIn(file, known, world.clock.now());
    count(total, findings);
    if (flags.json === true) kept.push(...findings);
    else
      for (const { problem } of findings)
        world.stdout.write(`${formatProblem(problem, world.stdout.color)}\n\n`);
  }
  if (flags.json === true)
    world.stdout.write(`${JSON.stringify(report(total, kept, walked.passed, known), null, 2)}\n`);
  else world.stdout.write(`${[...passedLines(walked.passed), ...summary(total)].join('\n')}\n`);
  return total.findings > 0 ? 1 : 0;
}

interface Total {
  files: number;
  findings: number;
  /** Files with findings. */
  in: number;
  stale: number;
  foreign: number;
}

function count(total: Total, findings: readonly ScanFinding[]): void {
  const of = (code: string): number => findings.filter(({ problem }) => problem.code === code).length;
  total.files += 1;
  total.findings += findings.length;
  total.in += findings.length > 0 ? 1 : 0;
  total.stale += of('STALE_CREDENTIAL');
  total.foreign += of('FOREIGN_CREDENTIAL');
}

function summary({ files, findings, in: holding, stale, foreign }: Total): string[] {
  const looked = `${files} ${files === 1 ? 'file' : 'files'}`;
  if (findings === 0) return [`No credential in ${looked}.`];
  const parts = [
    ...(stale > 0 ? [`${stale} stale`] : []),
    ...(foreign > 0 ? [`${foreign} of another environment`] : []),
  ];
  return [
    `${findings} ${findings === 1 ? 'credential' : 'credentials'} in ${holding} of ${looked}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`,
    'What is no secret can say so: a comment "why401: public" in its line, or in the line above.',
  ];
}

/** Of paths that were not looked at. */
const mostPassed = 20;

function passedLines(passed: readonly Passed[]): string[] {
  const lines = passed.slice(0, mostPassed).map(({ file, why }) => `Not looked at: ${visible(file)} ${why}.`);
  const left = passed.length - lines.length;
  return left > 0 ? [...lines, `Not looked at: ${left} more.`] : lines;
}

function visible(file: string): string {
  return replaceUnprintable(file, () => '?');
}

/** The machine contract of `--json`: `why401.scan/1`. */
function report(
  total: Total,
  findings: readonly ScanFinding[],
  passed: readonly Passed[],
  known: Known | null,
): object {
  return {
    schema: 'why401.scan/1',
    files: total.files,
    environments: known ? known.environments.map(({ name }) => name) : null,
    findings: findings.map(({ problem: { code, message, source, fix }, ...rest }) => ({
      code,
      message,
      source,
      fix,
      ...rest,
    })),
    passed_over: passed,
  };
}
