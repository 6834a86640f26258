/** `why401 list`: what run would replay. */

import type { ExitCode, Job } from '../model.ts';
import { nameOf } from '../plan/jobs.ts';
import { visible } from '../report/text.ts';
import type { RunFlags } from './flags.ts';
import { planProject } from './project.ts';
import type { World } from './world.ts';

export async function list(paths: readonly string[], flags: RunFlags, world: World): Promise<ExitCode> {
  const { plan, loaded } = await planProject(paths, flags, world, true);
  const byFile = grouped(plan.jobs, ({ file }) => file);
  for (const scenario of loaded.scenarios) {
    const jobs = byFile.get(scenario.file) ?? [];
    const [first] = jobs;
    if (!first) continue;
    const tags = first.tags.length > 0 ? `  #${first.tags.join(' #')}` : '';
    world.stdout.write(`${visible(`${nameOf(scenario)}  (${scenario.file})${tags}`)}\n`);
    for (const [name, own] of grouped(jobs, ({ environment }) => environment.name))
      world.stdout.write(environmentLines(name, own, scenario.file));
  }
  return 0;
}

function grouped(jobs: readonly Job[], keyOf: (job: Job) => string): Map<string, Job[]> {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const group = groups.get(keyOf(job));
    if (group) group.push(job);
    else groups.set(keyOf(job), [job]);
  }
  return groups;
}

/** Rows that are named; of more, how many there are. */
const mostNamed = 20;

/** The steps are the same for each row of the data. */
function environmentLines(name: string, jobs: readonly Job[], file: string): string {
  const rows = jobs.flatMap(({ row }) => (row ? [row] : []));
  const told = rows.slice(0, mostNamed).map((row) => visible(`${row.number} ${row.name ?? ''}`.trimEnd()));
  const more = rows.length > told.length ? [`${rows.length - told.length} more`] : [];
  const data =
    rows.length === 0 ? '' : `  ${rows.length === 1 ? 'row' : 'rows'} ${[...told, ...more].join(', ')}`;
  const steps = (jobs[0]?.steps ?? []).map(({ source, name: step }) =>
    source.file === file ? `${source.line}  ${step}` : `${source.file}:${source.line}  ${step}`,
  );
  return [`  ${visible(name)}${data}`, ...steps.map((step) => `    ${visible(step)}`), ''].join('\n');
}
