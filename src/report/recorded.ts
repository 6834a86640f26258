/** One recorded run: its scenarios as they end, and those that did not. */
import type { JobRef, JobResult, ProblemData, RunEvent, Source, StepResult } from '../model.ts';
import { type Ending, type Line, readScenario, readStep } from './read-result.ts';
import { createTally } from './tally.ts';
import { unfinished } from './unfinished.ts';

export interface Recorded {
  /** Milliseconds since the Unix epoch; null where nothing was sent. */
  readonly started: number | null;
  line(line: Exclude<Line, { type: 'run' | 'end' }>): void;
  /** Null where it came to its end: each scenario has its result, and `ending` is what it says of itself. */
  finish(
    source: Source,
    ending: Ending | null,
  ): { readonly ending: Ending; readonly problem: ProblemData } | null;
  /** The first number that is higher than those of all its scenarios. */
  free(): number;
}

/** Steps of scenarios without a result that are kept whole; of more, those that failed. */
const mostKept = 5_000;

/** `jobs`: how many scenarios it said it would run. `offset` is added to their numbers, so that those of several runs differ. */
export function createRecorded(
  jobs: number,
  started: number | null,
  offset: number,
  emit: (event: RunEvent) => void,
): Recorded {
  const open = new Map<number, { readonly job: JobRef; readonly steps: StepResult[] }>();
  const tally = createTally();
  let results = 0;
  let kept = 0;
  let free = offset;
  const numbered = (index: number): number => {
    free = Math.max(free, offset + index + 1);
    return offset + index;
  };
  const ended = (job: JobResult): void => {
    tally.add(job);
    emit({ type: 'job-finished', job });
  };
  return {
    started,
    line(line) {
      const index = numbered(line.index);
      if (line.type === 'result') {
        kept -= open.get(line.index)?.steps.length ?? 0;
        open.delete(line.index);
        results += 1;
        return ended(readScenario(line.scenario, index));
      }
      const { file, name, environment, row } = line;
      const job: JobRef = { index, file, name, environment, ...(row && { row }) };
      const held = open.get(line.index) ?? { job, steps: [] };
      open.set(line.index, held);
      if (line.type === 'job') return emit({ type: 'job-started', job });
      const step = readStep(line.step, environment);
      kept += 1;
      held.steps.push(
        kept > mostKept && step.status === 'passed' ? { ...step, exchanges: [], checks: [] } : step,
      );
      emit({ type: 'step-finished', job, step });
    },
    finish(source, ending) {
      if (ending && results >= jobs && open.size === 0) return null;
      const names = [...open.values()].map(({ job }) => `${job.name} in ${job.environment}`);
      for (const { job, steps } of open.values()) ended(halfDone(job, steps));
      const said = ending ?? { exitCode: 3, duration: 0, problems: [], findings: [] };
      // Without all results nothing is as expected.
      const exitCode = said.exitCode === 0 ? 3 : said.exitCode;
      return {
        ending: { ...said, exitCode, summary: tally.summary() },
        problem: unfinished(source, { jobs, results }, names),
      };
    },
    free: () => free,
  };
}

/** As far as it came. */
function halfDone(job: JobRef, steps: readonly StepResult[]): JobResult {
  const failed = steps.some(({ status }) => status === 'failed');
  const source = steps[0]?.source ?? { file: job.file, line: 1, column: 1 };
  return { ...job, tags: [], source, steps, status: failed ? 'failed' : 'errored' };
}
