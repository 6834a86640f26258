/** `--reporter jsonl=FILE`: an event a line, written as it happens, so that a killed run leaves what it had. */
import type { JsonMap, RunEvent, RunFinished } from '../model.ts';
import { jsonText } from './json-text.ts';
import type { Reporter, ReportOutput } from './reporter.ts';
import {
  milliseconds,
  reportFinding,
  reportJob,
  reportJobRef,
  reportProblem,
  reportStep,
  schemaId,
} from './result.ts';
import { reportComparison, reportVerdict } from './result-comparison.ts';

export function createJsonLinesReporter({ sink }: ReportOutput): Reporter {
  return {
    event(event) {
      sink.write(`${jsonText(lineOf(event))}\n`);
    },
    end() {},
  };
}

function lineOf(event: RunEvent): JsonMap {
  switch (event.type) {
    case 'run-started':
      return {
        type: 'run',
        schema: schemaId,
        tool: { name: 'why401', version: event.version },
        started: new Date(event.started).toISOString(),
        environments: event.environments.map(({ name }) => name),
        insecure: event.environments.filter(({ insecure }) => insecure).map(({ name }) => name),
        jobs: event.jobs,
      };
    case 'job-started':
      return { type: 'job', index: event.job.index, ...reportJobRef(event.job) };
    case 'step-finished':
      return {
        type: 'step',
        index: event.job.index,
        ...reportJobRef(event.job),
        step: reportStep(event.step),
      };
    case 'job-finished':
      return { type: 'result', index: event.job.index, scenario: reportJob(event.job) };
    case 'run-finished':
      return {
        type: 'end',
        duration_ms: milliseconds(event.duration),
        summary: { ...event.summary },
        problems: event.problems.map(reportProblem),
        findings: event.findings.map(reportFinding),
        ...reportedComparison(event),
        ...reportVerdict(event),
      };
  }
}

function reportedComparison({ comparison, runComparison }: RunFinished): JsonMap {
  const known = comparison ?? runComparison;
  return known ? reportComparison(known) : {};
}
