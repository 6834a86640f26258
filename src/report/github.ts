/** `--reporter github`: annotations in the log of a workflow, and the summary of the job. */
import { posix } from 'node:path';
import type { Finding, JobResult, ProblemData, Source, StepResult } from '../model.ts';
import { type Collection, createCollector } from './collection.ts';
import { markdownSummary } from './markdown.ts';
import {
  answers,
  describeCheck,
  failedChecks,
  headline,
  placeOfJob,
  runFindings,
  verdict,
  warningKey,
  warnings,
} from './outcome.ts';
import type { Reporter, ReportOutput } from './reporter.ts';
import { plainLine } from './text.ts';
import { workflowCommand } from './workflow-command.ts';

export function createGithubReporter({ sink, summarySink, workspace, redactor }: ReportOutput): Reporter {
  const collector = createCollector(redactor, 'failures');
  return {
    event: (event) => collector.event(event),
    end() {
      const run = collector.collection();
      for (const command of annotations(run, createLocate(workspace))) sink.write(`${command}\n`);
      summarySink?.write(markdownSummary(run));
    },
  };
}

function annotations(run: Collection, locate: Locate): string[] {
  const told = new Set<string>();
  const once = (finding: Finding): boolean =>
    !told.has(warningKey(finding)) && told.add(warningKey(finding)) !== null;
  const steps = run.jobs.flatMap((job) => job.steps.map((step) => ({ job, step })));
  return [
    ...(run.finished?.problems ?? []).map((problem) => problemAnnotation(problem, locate)),
    ...steps
      .filter(({ step }) => step.status === 'failed' || step.status === 'errored')
      .map(({ job, step }) => failureAnnotation(job, step, locate)),
    ...runFindings(run.finished?.findings ?? [])
      .filter(once)
      .map((finding) => findingAnnotation(finding, locate(finding.fixSource))),
    ...steps.flatMap(({ step }) =>
      warnings(step)
        .filter(once)
        .map((finding) => findingAnnotation(finding, locate(step.source))),
    ),
  ];
}

function failureAnnotation(job: JobResult, step: StepResult, locate: Locate): string {
  const [first] = answers(step);
  const title = plainLine(`${step.name} (${placeOfJob(job)}): ${headline(step)}`);
  const checks = failedChecks(step).map(describeCheck);
  const lines = first
    ? [first.summary, verdict(first), ...besideLine(step), ...fixLine(first.fix)]
    : checks.length > 0
      ? checks
      : [headline(step)];
  return workflowCommand('error', { ...locate(step.source), title }, lines.map(plainLine).join('\n'));
}

/** The difference that is the cause, or what follows from those that there are. */
function besideLine({ beside }: StepResult): string[] {
  if (!beside) return [];
  const marked = beside.differences.filter(({ cause }) => cause);
  const told = marked.map(({ what, here, there }) => `${what}: ${here} here, ${there} there`);
  return [`Beside ${beside.environment}: ${told.length > 0 ? told.join('; ') : beside.says}`];
}

function findingAnnotation(finding: Finding, place: Place): string {
  const command =
    finding.severity === 'error' ? 'error' : finding.severity === 'warning' ? 'warning' : 'notice';
  const title = plainLine(`${verdict(finding)} (${finding.environment})`);
  const lines = [finding.summary, ...fixLine(finding.fix)];
  return workflowCommand(command, { ...place, title }, lines.map(plainLine).join('\n'));
}

function problemAnnotation({ code, message, source, fix }: ProblemData, locate: Locate): string {
  const lines = [message, ...(fix === null ? [] : [fix])];
  return workflowCommand('error', { ...locate(source), title: code }, lines.map(plainLine).join('\n'));
}

function fixLine(fix: string): string[] {
  return fix === '' ? [] : [`Fix: ${fix}`];
}

type Place = Readonly<Record<string, string | number>>;
type Locate = (source: Source | null) => Place;

/** Annotations name files from the root of the repository, ours are relative to the working directory. */
function createLocate(workspace: string): Locate {
  return (source) =>
    source
      ? { file: plainLine(posix.join(workspace, source.file)), line: source.line, col: source.column }
      : {};
}
