/** `--reporter github`: annotations in the log of a workflow, and the summary of the job. */
import type { Finding, JobResult, ProblemData, Source, StepResult } from '../model.ts';
import { type Collection, createCollector } from './collection.ts';
import { markdownSummary } from './markdown.ts';
import { answers, describeCheck, failedChecks, findingKey, headline, verdict, warnings } from './outcome.ts';
import type { Reporter, ReportOutput } from './reporter.ts';
import { visible } from './text.ts';
import { workflowCommand } from './workflow-command.ts';

export function createGithubReporter({ sink, summarySink, redactor }: ReportOutput): Reporter {
  const collector = createCollector(redactor);
  return {
    event: (event) => collector.event(event),
    end() {
      const run = collector.collection();
      for (const command of annotations(run)) sink.write(`${command}\n`);
      summarySink?.write(markdownSummary(run));
    },
  };
}

function annotations(run: Collection): string[] {
  const told = new Set<string>();
  const once = (finding: Finding): boolean =>
    !told.has(findingKey(finding)) && told.add(findingKey(finding)) !== null;
  const steps = run.jobs.flatMap((job) => job.steps.map((step) => ({ job, step })));
  return [
    ...(run.finished?.problems ?? []).map(problemAnnotation),
    ...steps
      .filter(({ step }) => step.status === 'failed' || step.status === 'errored')
      .map(failureAnnotation),
    ...(run.finished?.findings ?? [])
      .filter(once)
      .map((finding) => findingAnnotation(finding, finding.fixSource)),
    ...steps.flatMap(({ step }) =>
      warnings(step)
        .filter(once)
        .map((finding) => findingAnnotation(finding, step.source)),
    ),
  ];
}

function failureAnnotation({ job, step }: { job: JobResult; step: StepResult }): string {
  const [first] = answers(step);
  const title = visible(`${step.name} (${job.environment}): ${headline(step)}`);
  const checks = failedChecks(step).map(describeCheck);
  const lines = first
    ? [first.summary, verdict(first), ...fixLine(first.fix)]
    : checks.length > 0
      ? checks
      : [headline(step)];
  return workflowCommand('error', { ...at(step.source), title }, lines.map(visible).join('\n'));
}

function findingAnnotation(finding: Finding, source: Source | null): string {
  const command =
    finding.severity === 'error' ? 'error' : finding.severity === 'warning' ? 'warning' : 'notice';
  const title = visible(`${verdict(finding)} (${finding.environment})`);
  const lines = [finding.summary, ...fixLine(finding.fix)];
  return workflowCommand(command, { ...at(source), title }, lines.map(visible).join('\n'));
}

function problemAnnotation({ code, message, source, fix }: ProblemData): string {
  return workflowCommand(
    'error',
    { ...at(source), title: code },
    [message, ...(fix === null ? [] : [fix])].map(visible).join('\n'),
  );
}

function fixLine(fix: string): string[] {
  return fix === '' ? [] : [`Fix: ${fix}`];
}

function at(source: Source | null): Record<string, string | number> {
  return source ? { file: source.file, line: source.line, col: source.column } : {};
}
