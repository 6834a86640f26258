/** `why401 list`: what run would replay. */
import type { ExitCode, Job } from '../model.ts';
import type { RunFlags } from './flags.ts';
import { planProject } from './project.ts';
import type { World } from './world.ts';

export async function list(paths: readonly string[], flags: RunFlags, world: World): Promise<ExitCode> {
  const { plan } = await planProject(paths, flags, world, true);
  const byFile = new Map<string, Job[]>();
  for (const job of plan.jobs) byFile.set(job.file, [...(byFile.get(job.file) ?? []), job]);
  for (const [file, jobs] of byFile) {
    const [first] = jobs;
    if (!first) continue;
    const tags = first.tags.length > 0 ? `  #${first.tags.join(' #')}` : '';
    world.stdout.write(`${first.name}  (${file})${tags}\n`);
    for (const job of jobs) {
      world.stdout.write(`  ${job.environment.name}\n`);
      for (const step of job.steps) world.stdout.write(`    ${step.source.line}  ${step.name}\n`);
    }
  }
  return 0;
}
