/** Recorded runs as the events of one run: what a run that was killed had finished is told, and that it did not end. */
import type { EnvironmentRef, ExitCode, ProblemData, RunEvent, Source } from '../model.ts';
import { joinEndings } from './join.ts';
import { type Ending, type Line, readEnding } from './read-result.ts';
import { createRecorded, type Recorded } from './recorded.ts';

export interface Playback {
  /** One line of a file, at `source`. */
  line(line: Line, source: Source): void;
  /** A file is read to its end. */
  close(source: Source): void;
  /** All are read. `problems`: what was wrong with them. Returns the exit code that is deserved. */
  end(problems: readonly ProblemData[]): ExitCode;
}

export function createPlayback(emit: (event: RunEvent) => void): Playback {
  const environments = new Map<string, EnvironmentRef>();
  const endings: { started: number | null; ending: Ending }[] = [];
  const problems: ProblemData[] = [];
  let run: Recorded | null = null;
  let first: { started: number; version: string } | null = null;
  /** No scenario has this number yet, nor a higher one. */
  let free = 0;

  /** `ending`: what the run says of it, or null. */
  const finish = (source: Source, ending: Ending | null): void => {
    if (!run) return;
    const { started } = run;
    const broken = run.finish(source, ending);
    if (broken) problems.push(broken.problem);
    const known = broken?.ending ?? ending;
    if (known) endings.push({ started, ending: known });
    free = run.free();
    run = null;
  };
  const begin = (line: Extract<Line, { type: 'run' }>): void => {
    for (const name of line.environments) {
      const insecure = line.insecure.includes(name) || environments.get(name)?.insecure === true;
      environments.set(name, { name, insecure });
    }
    const started = line.started === null ? null : Date.parse(line.started);
    run = createRecorded(line.jobs, started, free, emit);
    if (started === null) return;
    first ??= { started, version: line.tool.version ?? '' };
    emit({ type: 'run-started', ...first, environments: [...environments.values()], jobs: line.jobs });
  };

  return {
    line(line, source) {
      if (line.type === 'run') {
        finish(source, null);
        begin(line);
        return;
      }
      run ??= createRecorded(0, null, free, emit);
      if (line.type === 'end') finish(source, readEnding(line));
      else run.line(line);
    },
    close: (source) => finish(source, null),
    end(wrong) {
      const joined = joinEndings(endings);
      const exitCode = wrong.length > 0 ? 2 : joined.exitCode;
      const all = [...wrong, ...problems, ...joined.problems];
      emit({ ...joined, type: 'run-finished', problems: all, exitCode });
      return exitCode;
    },
  };
}
