/** Reporters of the command line: from before anything is sent to the exit code. */
import type { ExitCode, ProblemData, RunEvent, RunFinished } from '../model.ts';
import { type Problem, ProblemError } from '../problem.ts';
import type { Reporters } from '../report/reporter.ts';
import { createTally } from '../report/tally.ts';
import type { Redactor } from '../secret.ts';
import type { RunFlags } from './flags.ts';
import { lackOf } from './lack.ts';
import { printProblems } from './print-problems.ts';
import { redactorOf } from './redactor.ts';
import { Unwritable } from './report-file.ts';
import { type Opened, openReporters } from './reporters.ts';
import type { World } from './world.ts';

/** Bytes of a body to keep. */
export const bodyLimit = 10_000_000;

export type ReportFlags = Pick<RunFlags, 'reporter' | 'verbose' | 'checks' | 'clients'>;

/**
 * Opens the reporters, does `work`, and ends them, whatever comes of it. A reporter that crashed makes it a bug; a
 * report that could not be written is never green. `inputs`: ids of files that are read, which no report may replace.
 */
export async function reporting(
  flags: ReportFlags,
  world: World,
  work: (redactor: Redactor, reporters: Reporters) => Promise<ExitCode>,
  inputs: ReadonlySet<string> = new Set(),
): Promise<ExitCode> {
  const redactor = redactorOf(world);
  const opened = await openReporters(flags, world, redactor, inputs);
  const { reporters, problems, ended } = endingOnce(opened.reporters);
  if (opened.problems.length > 0) {
    reporters.event(await nothingSent(opened.problems));
    await close(opened);
    if (opened.printed) return 2;
    throw new ProblemError(opened.problems);
  }
  let code: ExitCode;
  try {
    code = await work(redactor, reporters);
    const [uncaught] = world.uncaught?.() ?? [];
    if (uncaught !== undefined) throw uncaught;
    if (!opened.printed) await printProblems(problems(), world);
  } catch (error) {
    ended(error);
    tell(await close(opened), world, redactor);
    throw error;
  }
  return judge(tell(await close(opened), world, redactor), code);
}

/** What kept a report from being whole. */
interface Failure {
  readonly name: string;
  readonly error: Error;
}

async function close({ reporters, files }: Opened): Promise<readonly Failure[]> {
  await reporters.end();
  const late: Failure[] = [];
  for (const file of files) {
    try {
      file.close();
    } catch (error) {
      late.push({ name: '', error: error as Error });
    }
  }
  return [...reporters.crashes, ...late];
}

function tell(failures: readonly Failure[], world: World, redactor: Redactor): readonly Failure[] {
  for (const { name, error } of failures) {
    const what =
      error instanceof Unwritable
        ? error.message
        : `the reporter ${name} crashed, its report is incomplete: ${error.stack ?? error.message}`;
    world.stderr.write(redactor.redact(`why401: ${what}\n`));
  }
  return failures;
}

function judge(failures: readonly Failure[], code: ExitCode): ExitCode {
  if (failures.some(({ error }) => !(error instanceof Unwritable))) return 70;
  return failures.length > 0 && code === 0 ? 3 : code;
}

/** Reporters that hear of an end in any case: a report without one may look green. */
function endingOnce(reporters: Reporters): {
  readonly reporters: Reporters;
  /** That the run ended with. */
  readonly problems: () => readonly ProblemData[];
  readonly ended: (error: unknown) => void;
} {
  const tally = createTally();
  let over: RunFinished | null = null;
  const event = (each: RunEvent): void => {
    if (each.type === 'job-finished') tally.add(each.job);
    if (each.type === 'run-finished') over = each;
    reporters.event(each);
  };
  return {
    reporters: { ...reporters, crashes: reporters.crashes, event },
    problems: () => over?.problems ?? [],
    ended(error) {
      if (over) return;
      const message = error instanceof Error ? error.message : String(error);
      const lack = lackOf(error);
      const problem: ProblemData = {
        code: lack ? 'LACK' : 'BUG',
        message: lack?.message ?? `why401 broke off: ${message}`,
        source: null,
        line: null,
        fix: lack?.fix ?? 'This is a bug of why401. Please report it.',
      };
      event({ ...unsent, problems: [problem], summary: tally.summary(), exitCode: lack ? 3 : 70 });
    },
  };
}

const unsent: RunFinished = {
  type: 'run-finished',
  duration: 0,
  summary: { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 },
  findings: [],
  problems: [],
  exitCode: 2,
};

/** A secret in plain text may stand where something else is wrong: it is not shown. */
export async function nothingSent(found: readonly Problem[]): Promise<RunFinished> {
  const { maskedProblem } = await import('../scan/text.ts');
  return { ...unsent, problems: found.map((problem) => maskedProblem(problem.toData())) };
}
