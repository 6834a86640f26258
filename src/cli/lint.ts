/** `why401 lint`: everything that can be known to be wrong without sending anything. */
import type { Loaded } from '../load/load.ts';
import type { ExitCode } from '../model.ts';
import { distinct } from '../plan/plan.ts';
import { type Problem, ProblemError } from '../problem.ts';
import { hardcodedSecrets } from '../scan/project.ts';
import type { RunFlags } from './flags.ts';
import { openProject, planOpened, sorted } from './project.ts';
import type { World } from './world.ts';

export async function lint(paths: readonly string[], flags: RunFlags, world: World): Promise<ExitCode> {
  const opened = await openProject(paths, flags, world, true);
  const secrets = secretsIn(opened.loaded, world.clock.now());
  const planned = await planOpened(opened).catch((error: unknown) => {
    if (error instanceof ProblemError) throw new ProblemError(sorted([...error.problems, ...secrets]));
    throw error;
  });
  if (secrets.length > 0) throw new ProblemError(sorted(secrets));
  const { plan } = planned;
  const files = opened.loaded.scenarios.length;
  world.stdout.write(
    `${files} scenario ${files === 1 ? 'file' : 'files'} and why401.yml are well-formed: ${plan.jobs.length} ${plan.jobs.length === 1 ? 'job' : 'jobs'} in ${plan.environments.map(({ name }) => name).join(', ')}.\n`,
  );
  return 0;
}

function secretsIn({ project, scenarios, lineOf }: Loaded, now: number): Problem[] {
  // A list of steps belongs to each scenario that uses it.
  return distinct([
    ...(project ? hardcodedSecrets(project, 'project', lineOf, now) : []),
    ...scenarios.flatMap((each) => hardcodedSecrets(each, 'scenario', lineOf, now)),
  ]);
}
