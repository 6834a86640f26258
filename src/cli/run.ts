/** `why401 run`. */
import { relative, resolve } from 'node:path';
import { formatProblem } from '../load/frame.ts';
import type { Credential, ExitCode, ProblemData, RunEvent, RunFinished } from '../model.ts';
import { Problem, ProblemError, Problems } from '../problem.ts';
import { eraseLine } from '../report/progress.ts';
import { createReporter, createReporters, type Reporters, reporterNames } from '../report/reporter.ts';
import type { RunDoors } from '../run/options.ts';
import { createRedactor, type Redactor } from '../secret.ts';
import { type CredentialDoors, credentialDoors } from './credential-doors.ts';
import type { RunFlags } from './flags.ts';
import { duration, type Planned, planProject } from './project.ts';
import { version } from './version.ts';
import type { FileSink, World } from './world.ts';

/** Bytes of a body to keep. */
const bodyLimit = 10_000_000;

export async function runCommand(paths: readonly string[], flags: RunFlags, world: World): Promise<ExitCode> {
  const redactor = createRedactor();
  const files: FileSink[] = [];
  const reporters = await openReporters(flags, world, redactor, files);
  let code: ExitCode;
  try {
    code = await planAndRun(paths, flags, world, redactor, reporters);
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

async function planAndRun(
  paths: readonly string[],
  flags: RunFlags,
  world: World,
  redactor: Redactor,
  reporters: Reporters,
): Promise<ExitCode> {
  let planned: Planned;
  let opened: CredentialDoors;
  let deadline: number | null;
  try {
    const problems = new Problems();
    deadline = flags.deadline === undefined ? null : duration('--deadline', flags.deadline, problems);
    problems.throwIfAny();
    planned = await planProject(paths, flags, world, false, (name, value) => redactor.learn(name, value));
    opened = await credentialDoors(credentialsOf(planned), world);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    reporters.event(nothingSent(error.problems.map((problem) => problem.toData())));
    return 2;
  }
  for (const note of await notesOf(planned, world)) world.stderr.write(redactor.redact(`why401: ${note}\n`));
  const doors = { ...opened, ...prompting(world), redactor, lookups: planned.lookups };
  return (await replay(planned, flags, world, doors, deadline, (event) => reporters.event(event))).exitCode;
}

async function notesOf({ notes, plan }: Planned, { clock }: World): Promise<readonly string[]> {
  const { notesOf: ofJobs } = await import('../run/notes.ts');
  return [...notes, ...ofJobs(plan.jobs, clock.now())];
}

/** Everything that only a run needs is loaded here. */
async function replay(
  planned: Planned,
  flags: RunFlags,
  world: World,
  doors: Omit<RunDoors, 'send' | 'clock' | 'random'>,
  deadline: number | null,
  emit: (event: RunEvent) => void,
): Promise<RunFinished> {
  const [{ run }, { createSend }] = await Promise.all([import('../run/run.ts'), import('../replay/send.ts')]);
  const { clock, random, signal } = world;
  const sender = createSend({ clock, redactor: doors.redactor });
  try {
    return await run(
      {
        version: version(),
        root: planned.loaded.root,
        jobs: planned.plan.jobs,
        environments: planned.plan.environments,
        known: planned.plan.known,
        concurrency: flags.jobs ?? 8,
        bail: flags.bail === true,
        strict: flags.strict === true,
        experiments: flags.experiments !== false,
        bodyLimit,
        timeout: planned.timeout,
        deadline,
        signal,
        emit,
      },
      { ...doors, send: sender.send, clock, random },
    );
  } finally {
    await sender.close();
  }
}

/** A person is there only where a terminal is, and no CI system says otherwise. */
function prompting({ stdout, stderr, env }: World): { prompt?: (text: string) => void } {
  if (!stderr.isTTY || env['CI']) return {};
  // The line that says what is running stands at the foot of the same terminal.
  const fresh = stdout.isTTY ? eraseLine : '';
  return { prompt: (text) => stderr.write(`${fresh}why401: ${text}\n`) };
}

function credentialsOf({ plan }: Planned): Credential[] {
  return plan.jobs.flatMap(({ environment }) => [...environment.credentials.values()]);
}

function nothingSent(problems: readonly ProblemData[]): RunFinished {
  const summary = { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 };
  return { type: 'run-finished', duration: 0, summary, findings: [], problems, exitCode: 2 };
}

/** Where this folder lies in the repository that the annotations of GitHub are about. */
function workspaceOf(world: World): { workspace?: string } {
  const root = world.env['GITHUB_WORKSPACE'];
  return root ? { workspace: relative(root, world.cwd).replaceAll('\\', '/') } : {};
}

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
