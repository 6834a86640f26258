/** `why401 lint`: everything that can be known to be wrong without sending anything. */
import type { ExitCode } from '../model.ts';
import type { RunFlags } from './flags.ts';
import { planProject } from './project.ts';
import type { World } from './world.ts';

export async function lint(paths: readonly string[], flags: RunFlags, world: World): Promise<ExitCode> {
  const { loaded, plan } = await planProject(paths, flags, world, true);
  const files = loaded.scenarios.length;
  world.stdout.write(
    `${files} scenario ${files === 1 ? 'file' : 'files'} and why401.yml are well-formed: ${plan.jobs.length} ${plan.jobs.length === 1 ? 'job' : 'jobs'} in ${plan.environments.map(({ name }) => name).join(', ')}.\n`,
  );
  return 0;
}
