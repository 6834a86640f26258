/** `why401 compare`. */
import type { ExitCode, RunEvent, RunFinished } from '../model.ts';
import { ProblemError, Problems } from '../problem.ts';
import type { Reporters } from '../report/reporter.ts';
import type { RunDoors } from '../run/options.ts';
import type { Redactor } from '../secret.ts';
import { credentialDoors } from './credential-doors.ts';
import type { CompareFlags } from './flags.ts';
import { duration, type Planned, planProject } from './project.ts';
import { bodyLimit, nothingSent, reporting } from './reporting.ts';
import { credentialsOf, prompting } from './run.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

export function compareCommand(
  paths: readonly string[],
  flags: CompareFlags,
  world: World,
): Promise<ExitCode> {
  return reporting(flags, world, (redactor, reporters) =>
    planAndCompare(paths, flags, world, redactor, reporters),
  );
}

async function planAndCompare(
  paths: readonly string[],
  flags: CompareFlags,
  world: World,
  redactor: Redactor,
  reporters: Reporters,
): Promise<ExitCode> {
  let planned: Planned;
  let deadline: number | null;
  let doors: Omit<RunDoors, 'send' | 'clock' | 'random'>;
  try {
    const problems = new Problems();
    deadline = flags.deadline === undefined ? null : duration('--deadline', flags.deadline, problems);
    problems.throwIfAny();
    planned = await planProject(paths, flags, world, false, (name, value) => redactor.learn(name, value));
    const opened = await credentialDoors(credentialsOf(planned), world);
    doors = { ...opened, ...prompting(world), redactor, lookups: planned.lookups };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    reporters.event(nothingSent(error.problems.map((problem) => problem.toData())));
    return 2;
  }
  return (await look(planned, flags, world, doors, deadline, (event) => reporters.event(event))).exitCode;
}

/** Everything that only a comparison needs is loaded here. */
async function look(
  planned: Planned,
  flags: CompareFlags,
  world: World,
  doors: Omit<RunDoors, 'send' | 'clock' | 'random'>,
  deadline: number | null,
  emit: (event: RunEvent) => void,
): Promise<RunFinished> {
  const [{ survey }, { createSend }] = await Promise.all([
    import('../survey/survey.ts'),
    import('../replay/send.ts'),
  ]);
  const { clock, random, signal } = world;
  const sender = createSend({ clock, redactor: doors.redactor });
  const { loaded, plan, timeout } = planned;
  try {
    return await survey(
      {
        version: version(),
        root: loaded.root,
        jobs: plan.jobs,
        environments: plan.environments,
        known: plan.known,
        concurrency: 8,
        bail: false,
        strict: flags.strict === true,
        experiments: flags.experiments !== false,
        bodyLimit,
        timeout,
        deadline,
        signal,
        emit,
        declared: planned.declared,
        scenarios: false,
        source: { file: loaded.project?.file ?? '', line: 1, column: 1 },
      },
      { ...doors, send: sender.send, clock, random },
    );
  } finally {
    await sender.close();
  }
}
