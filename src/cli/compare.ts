/** `why401 compare`. */
import type { ExitCode, RunEvent, RunFinished } from '../model.ts';
import { ProblemError, Problems } from '../problem.ts';
import type { Reporters } from '../report/reporter.ts';
import type { Redactor } from '../secret.ts';
import { checkFlags } from './compare-flags.ts';
import { type Comparable, planComparison } from './compare-plan.ts';
import type { CompareFlags } from './flags.ts';
import { duration } from './project.ts';
import { bodyLimit, nothingSent, reporting } from './reporting.ts';
import { type OpenDoors, openDoors, sending } from './sending.ts';
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
  let planned: Comparable;
  let deadline: number | null;
  let doors: OpenDoors;
  try {
    const problems = new Problems();
    deadline = flags.deadline === undefined ? null : duration('--deadline', flags.deadline, problems);
    problems.list.push(...checkFlags(flags));
    problems.throwIfAny();
    planned = await planComparison(paths, flags, world, (name, value) => redactor.learn(name, value));
    if (planned.problems.length > 0) return refused(planned, world, reporters);
    const jobs = flags.offline ? [] : planned.jobs;
    doors = await openDoors(jobs, { redactor, lookups: planned.context.lookups }, world);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    reporters.event(await nothingSent(error.problems));
    return 2;
  }
  const emit = (event: RunEvent): void => reporters.event(event);
  const finished = flags.offline
    ? await offline(planned, flags, world, emit)
    : await look(planned, flags, world, doors, deadline, emit);
  return finished.exitCode;
}

/** Wrong input, told beside what the shape of the file shows. */
async function refused(
  { problems, drift, declared, environments }: Comparable,
  { clock }: World,
  reporters: Reporters,
): Promise<ExitCode> {
  const { declaredDrift } = await import('../compare/shape/declared.ts');
  const { differences, findings } = declaredDrift(
    drift,
    declared,
    environments,
    new Date(clock.now()).toISOString().slice(0, 10),
  );
  const observed = environments.map(({ name }) => ({ environment: name, observations: [] }));
  reporters.event({
    ...(await nothingSent(problems)),
    findings,
    ...(findings.length > 0 ? { comparison: { differences, observed, left: [] } } : {}),
  });
  return 2;
}

async function offline(
  planned: Comparable,
  flags: CompareFlags,
  world: World,
  emit: (event: RunEvent) => void,
): Promise<RunFinished> {
  const { compareOffline } = await import('../survey/offline.ts');
  return compareOffline({ ...common(planned, flags, world), emit }, world.clock);
}

function common(
  { environments, known, drift, declared, loaded }: Comparable,
  flags: CompareFlags,
  { signal }: World,
) {
  return {
    version: version(),
    environments,
    known,
    strict: flags.strict === true,
    signal,
    shape: drift,
    declared,
    source: { file: loaded.project?.file ?? '', line: 1, column: 1 },
  };
}

/** Everything that only a comparison needs is loaded here. */
async function look(
  planned: Comparable,
  flags: CompareFlags,
  world: World,
  doors: OpenDoors,
  deadline: number | null,
  emit: (event: RunEvent) => void,
): Promise<RunFinished> {
  const { survey } = await import('../survey/survey.ts');
  return sending(doors, world, (open) =>
    survey(
      {
        ...common(planned, flags, world),
        root: planned.loaded.root,
        folders: planned.loaded.folders,
        jobs: planned.jobs,
        concurrency: 8,
        bail: false,
        experiments: flags.experiments !== false,
        bodyLimit,
        timeout: planned.timeout,
        deadline,
        emit,
        left: planned.left,
        ...(planned.past && { past: planned.past }),
        scenarios: flags.scenarios === true,
      },
      open,
    ),
  );
}
