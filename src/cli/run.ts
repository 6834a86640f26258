/** `why401 run`. */
import type { Credential, ExitCode, RunEvent, RunFinished } from '../model.ts';
import { ProblemError, Problems } from '../problem.ts';
import { eraseLine } from '../report/progress.ts';
import type { Reporters } from '../report/reporter.ts';
import type { RunDoors } from '../run/options.ts';
import type { Redactor } from '../secret.ts';
import { type CredentialDoors, credentialDoors } from './credential-doors.ts';
import type { RunFlags } from './flags.ts';
import { duration, type Planned, planProject } from './project.ts';
import { bodyLimit, nothingSent, reporting } from './reporting.ts';
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
export function prompting({ stdout, stderr, env }: World): { prompt?: (text: string) => void } {
  if (!stderr.isTTY || env['CI']) return {};
  // The line that says what is running stands at the foot of the same terminal.
  const fresh = stdout.isTTY ? eraseLine : '';
  return { prompt: (text) => stderr.write(`${fresh}why401: ${text}\n`) };
}

export function credentialsOf({ plan }: Planned): Credential[] {
  return plan.jobs.flatMap(({ environment }) => [...environment.credentials.values()]);
}
