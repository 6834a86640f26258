/** `why401 run`. */
import type { ExitCode, RunEvent, RunFinished } from '../model.ts';
import { ProblemError, Problems } from '../problem.ts';
import type { Reporters } from '../report/reporter.ts';
import type { Redactor } from '../secret.ts';
import type { RunFlags } from './flags.ts';
import { duration, type Planned, planProject } from './project.ts';
import { bodyLimit, nothingSent, reporting } from './reporting.ts';
import { type OpenDoors, openDoors, sending } from './sending.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

export function runCommand(paths: readonly string[], flags: RunFlags, world: World): Promise<ExitCode> {
  return reporting(flags, world, (redactor, reporters) =>
    planAndRun(paths, flags, world, redactor, reporters),
  );
}

async function planAndRun(
  paths: readonly string[],
  flags: RunFlags,
  world: World,
  redactor: Redactor,
  reporters: Reporters,
): Promise<ExitCode> {
  let planned: Planned;
  let doors: OpenDoors;
  let deadline: number | null;
  try {
    const problems = new Problems();
    deadline = flags.deadline === undefined ? null : duration('--deadline', flags.deadline, problems);
    problems.throwIfAny();
    planned = await planProject(paths, flags, world, false, (name, value) => redactor.learn(name, value));
    doors = await openDoors(planned.plan.jobs, { redactor, lookups: planned.lookups }, world);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    reporters.event(await nothingSent(error.problems));
    return 2;
  }
  for (const note of await notesOf(planned, world)) world.stderr.write(redactor.redact(`why401: ${note}\n`));
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
  doors: OpenDoors,
  deadline: number | null,
  emit: (event: RunEvent) => void,
): Promise<RunFinished> {
  const { run } = await import('../run/run.ts');
  return sending(doors, world, (open) =>
    run(
      {
        version: version(),
        root: planned.loaded.root,
        folders: planned.loaded.folders,
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
        signal: world.signal,
        emit,
      },
      open,
    ),
  );
}
