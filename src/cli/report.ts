/** `why401 report FILE...`: what runs have recorded, by any reporter, as one run. */
import { resolve } from 'node:path';
import { identityOf } from '../files.ts';
import type { ExitCode } from '../model.ts';
import { Problem } from '../problem.ts';
import { createPlayback, type Playback } from '../report/playback.ts';
import type { Line } from '../report/read-result.ts';
import { type ReportFlags, reporting } from './reporting.ts';
import { readResults } from './result-file.ts';
import type { World } from './world.ts';

export interface ResultFlags extends ReportFlags {
  /** The files are shards of one run: a scenario is in one of them only. */
  readonly merge?: boolean;
}

export function reportCommand(files: readonly string[], flags: ResultFlags, world: World): Promise<ExitCode> {
  const ids = files.map((file) => identityOf(resolve(world.cwd, file)));
  const twice = files.filter((_, at) => ids[at] !== null && ids.indexOf(ids[at] ?? null) < at);
  const inputs = new Set(ids.filter((id) => id !== null));
  return reporting(
    flags,
    world,
    async (_, reporters) => {
      const playback = createPlayback((event) => reporters.event(event));
      const problems = twice.map(
        (file) => new Problem('RESULT_TWICE', `"${file}" is named twice.`, { fix: 'Name each file once.' }),
      );
      const shards = createShards(flags.merge === true);
      for (const file of new Set(files.filter((each) => !twice.includes(each)))) {
        const problem = await play(file, playback, shards, world);
        if (problem) problems.push(problem);
      }
      if (world.signal.aborted)
        problems.push(new Problem('INTERRUPTED', 'The files are not read to their end.'));
      const code = playback.end([...problems, ...shards.problems].map((problem) => problem.toData()));
      return world.signal.aborted ? 130 : code;
    },
    inputs,
  );
}

async function play(file: string, playback: Playback, shards: Shards, world: World): Promise<Problem | null> {
  const lines = readResults(file, world.cwd);
  for (let next = await lines.next(); !world.signal.aborted; next = await lines.next()) {
    if (next.done) {
      const line = typeof next.value === 'number' ? next.value : (next.value.source?.line ?? 1);
      playback.close({ file, line, column: 1 });
      return typeof next.value === 'number' ? null : next.value;
    }
    const { line, at } = next.value;
    shards.see(line, file);
    playback.line(line, { file, line: at, column: 1 });
  }
  return null;
}

interface Shards {
  readonly problems: Problem[];
  see(line: Line, file: string): void;
}

/** Told once for each pair of files: a shard of an earlier run has all its scenarios twice. */
function createShards(wanted: boolean): Shards {
  const seen = new Map<string, string>();
  const told = new Set<string>();
  const problems: Problem[] = [];
  return {
    problems,
    see(line, file) {
      if (!wanted || line.type !== 'result') return;
      const { name, environment, file: path, row } = line.scenario;
      const key = JSON.stringify([path, name, environment, row]);
      const other = seen.get(key);
      seen.set(key, file);
      if (other === undefined || told.has(`${other}\n${file}`)) return;
      told.add(`${other}\n${file}`);
      problems.push(
        new Problem(
          'RESULT_OVERLAP',
          `Scenario "${name}" (${path}) in ${environment} is in "${other}" and in "${file}": they are no shards of one run.`,
          { fix: 'Leave out the older one, or leave --merge away to show both.' },
        ),
      );
    },
  };
}
