/** Reporters of the command line, and the files that they write. */
import { relative, resolve } from 'node:path';
import { formatProblem } from '../load/frame.ts';
import type { ExitCode, RunFinished } from '../model.ts';
import { Problem, ProblemError } from '../problem.ts';
import { createReporter, createReporters, type Reporters, reporterNames } from '../report/reporter.ts';
import { createRedactor, type Redactor } from '../secret.ts';
import type { RunFlags } from './flags.ts';
import type { FileSink, World } from './world.ts';

/** Bytes of a body to keep. */
export const bodyLimit = 10_000_000;

/** Opens the reporters, does `work`, and ends them, whatever comes of it; a reporter that crashed makes it a bug. */
export async function reporting(
  flags: RunFlags,
  world: World,
  work: (redactor: Redactor, reporters: Reporters) => Promise<ExitCode>,
): Promise<ExitCode> {
  const redactor = createRedactor();
  const files: FileSink[] = [];
  const reporters = await openReporters(flags, world, redactor, files);
  let code: ExitCode;
  try {
    code = await work(redactor, reporters);
  } catch (error) {
    if (error instanceof Error) error.stack = redactor.redact(error.stack ?? error.message);
    throw error;
  } finally {
    await reporters.end();
    for (const file of files) file.close();
  }
  for (const { name, error } of reporters.crashes) {
    world.stderr.write(
      redactor.redact(
        `why401: the reporter ${name} crashed, its report is incomplete: ${error.stack ?? error.message}\n`,
      ),
    );
  }
  return reporters.crashes.length > 0 ? 70 : code;
}

export function nothingSent(found: readonly Problem[]): RunFinished {
  const problems = found.map((problem) => problem.toData());
  const summary = { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 };
  return { type: 'run-finished', duration: 0, summary, findings: [], problems, exitCode: 2 };
}

/** Where this folder lies in the repository that the annotations of GitHub are about. */
function workspaceOf(world: World): { workspace?: string } {
  const root = world.env['GITHUB_WORKSPACE'];
  return root ? { workspace: relative(root, world.cwd).replaceAll('\\', '/') } : {};
}

/** What they write to is added to `files`. Throws ProblemError for a name that there is not. */
async function openReporters(
  flags: RunFlags,
  world: World,
  redactor: Redactor,
  files: FileSink[],
): Promise<Reporters> {
  const specs = flags.reporter?.length ? flags.reporter : ['console'];
  const unknown = specs
    .map((spec) => spec.split('=')[0] ?? '')
    .filter((name) => !reporterNames.includes(name));
  if (unknown.length > 0) {
    throw new ProblemError(
      unknown.map(
        (name) =>
          new Problem('UNKNOWN_REPORTER', `There is no reporter "${name}".`, {
            fix: `There are: ${reporterNames.join(', ')}.`,
          }),
      ),
    );
  }
  const open = (path: string, append = false): FileSink => {
    try {
      const file = world.openFile(resolve(world.cwd, path), append);
      files.push(file);
      return file;
    } catch (error) {
      throw new ProblemError([
        new Problem(
          'REPORT_UNWRITABLE',
          `The report "${path}" cannot be written: ${(error as Error).message}.`,
        ),
      ]);
    }
  };
  const summary = world.env['GITHUB_STEP_SUMMARY'];
  const made = specs.map((spec) => {
    const at = spec.indexOf('=');
    const name = at < 0 ? spec : spec.slice(0, at);
    const sink = at < 0 ? world.stdout : open(spec.slice(at + 1));
    const summarySink = name === 'github' && summary ? { summarySink: open(summary, true) } : {};
    return createReporter({
      name,
      ...workspaceOf(world),
      sink,
      ...summarySink,
      redactor,
      options: {
        verbose: flags.verbose === true,
        checks: flags.checks === true,
        clients: flags.clients === true,
        formatProblem,
      },
    });
  });
  return createReporters(await Promise.all(made));
}
