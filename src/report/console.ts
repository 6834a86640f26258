/** The console: explanation first. */
import type { JobResult, StepStatus } from '../model.ts';
import { createCollector } from './collection.ts';
import { answers, findingId, headline, place } from './outcome.ts';
import type { Reporter, ReportOutput } from './reporter.ts';
import { formatDuration, plural, visible } from './text.ts';

const marks: Readonly<Record<StepStatus, string>> = { passed: '✓', failed: '✗', errored: '!', skipped: '–' };

export function createConsoleReporter({ sink, formatProblem }: ReportOutput): Reporter {
  const collector = createCollector();
  return {
    event(event) {
      collector.event(event);
      if (event.type === 'job-finished') sink.write(`${jobLine(event.job)}\n`);
    },
    end() {
      const run = collector.collection();
      for (const job of run.jobs) {
        for (const step of job.steps.filter(({ status }) => status === 'failed' || status === 'errored')) {
          sink.write(
            `\nFAIL  ${place(step.source)}  ${visible(step.name)}  (${job.environment})   ${visible(headline(step))}\n`,
          );
          for (const finding of answers(step))
            sink.write(
              `  ${visible(finding.summary)}\n  ${findingId(finding)}, ${finding.certainty}\n  fix  ${visible(finding.fix)}\n`,
            );
        }
      }
      for (const problem of run.finished?.problems ?? [])
        sink.write(`${formatProblem(problem, sink.color)}\n`);
      const { passed, failed, errored, skipped } = run.summary;
      sink.write(
        `\n${failed} failed, ${errored} errored, ${passed} passed, ${skipped} skipped in ${formatDuration(run.finished?.duration ?? 0)}\n`,
      );
    },
  };
}

function jobLine(job: JobResult): string {
  const duration = job.steps.reduce((sum, step) => sum + step.duration, 0);
  return `${marks[job.status]} ${visible(job.name)}  ${job.environment}  ${plural(job.steps.length, 'step')}  ${formatDuration(duration)}`;
}
