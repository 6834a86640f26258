/** The console: a line per scenario as it ends, then why what failed did. */
import type { JobResult, RunEvent, StepResult } from '../model.ts';
import { withoutCommands } from '../printable.ts';
import { createCollector } from './collection.ts';
import { checksSection } from './console-checks.ts';
import { comparisonSection, driftSection } from './console-comparison.ts';
import { failureBlock, type Told } from './console-failure.ts';
import { matrixLines } from './console-matrix.ts';
import {
  clientSteps,
  insecureLines,
  jobLine,
  stepLines,
  summaryLine,
  warningSection,
} from './console-sections.ts';
import { createStyle, type Style } from './console-style.ts';
import { createProgress } from './progress.ts';
import type { Reporter, ReportOutput } from './reporter.ts';

const hexadecimal = (character: string): string => `\\x${character.charCodeAt(0).toString(16)}`;

export function createConsoleReporter({
  sink,
  verbose,
  checks,
  clients = false,
  formatProblem,
  redactor,
  openSpool,
}: ReportOutput): Reporter {
  const collector = createCollector(redactor, 'aside', openSpool);
  const progress = createProgress(sink);
  const print = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    progress.clear();
    sink.write(`${lines.map((line) => withoutCommands(line, hexadecimal)).join('\n')}\n`);
  };
  const shownSteps = (job: JobResult, style: Style): string[] => {
    if (verbose) return stepLines(job, style, clients);
    return clients ? clientSteps(job, style) : [];
  };
  return {
    event(event: RunEvent) {
      collector.event(event);
      const style = createStyle(sink);
      if (event.type === 'run-started') print(insecureLines(event.environments, style));
      if (event.type === 'job-finished') print([jobLine(event.job, style), ...shownSteps(event.job, style)]);
      progress.event(event);
    },
    end() {
      const style = createStyle(sink);
      const run = collector.collection();
      const told: Told = new Map();
      for (const job of run.jobs) {
        const isBad = ({ status }: StepResult): boolean => status === 'failed' || status === 'errored';
        if (!job.steps.some(isBad)) continue;
        const whole = run.whole(job);
        for (const step of whole.steps.filter(isBad))
          print(['', ...failureBlock(whole, step, told, style, { verbose, clients })]);
      }
      collector.close();
      for (const problem of run.finished?.problems ?? [])
        print([formatProblem(problem, sink.color).trimEnd(), '']);
      print([
        ...driftSection(run.finished, style),
        ...warningSection(run, style),
        ...checksSection(run, style, checks === true),
        ...matrixLines(run, style),
        ...comparisonSection(run.finished, verbose, style),
      ]);
      const gap = run.jobs.length > 0 ? [''] : [];
      print([...gap, ...insecureLines(run.environments, style), summaryLine(run, style)]);
    },
  };
}
