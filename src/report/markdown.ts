/** The run as Markdown (GitHub Flavored), for the summary of a CI job. */
import type { Finding, JobResult, ProblemData, StepResult } from '../model.ts';
import type { Collection } from './collection.ts';
import { driftFindings, otherFindings } from './comparison.ts';
import { summaryLine } from './console-sections.ts';
import { createStyle } from './console-style.ts';
import { answer, delivery, moves } from './hop.ts';
import { comparisonBlocks } from './markdown-comparison.ts';
import { escapeMarkdown } from './markdown-text.ts';
import { causeOf, matrixOf } from './matrix.ts';
import {
  answers,
  belated,
  describeCheck,
  failedChecks,
  headline,
  judgedExchange,
  place,
  placeOfJob,
  standardsChecks,
  verdict,
  warningKey,
  warnings,
} from './outcome.ts';

/** A summary has a limit of size; the report has them all. */
const mostFailures = 50;
const mostDifferences = 8;

export function markdownSummary(run: Collection): string {
  const style = createStyle({ write() {}, isTTY: false, width: 100, color: false });
  const steps = run.jobs.flatMap((job) => job.steps.map((step) => ({ job, step })));
  const failures = steps.filter(({ step }) => step.status === 'failed' || step.status === 'errored');
  const insecure = run.environments.filter((environment) => environment.insecure).map(({ name }) => name);
  const warned = new Map(
    [...otherFindings(run.finished), ...steps.flatMap(({ step }) => warnings(step))].map((finding) => [
      warningKey(finding),
      finding,
    ]),
  );
  const late = steps.flatMap(({ job, step }) => belatedItem(job, step)).slice(0, mostFailures);
  const left = failures.length - mostFailures;
  const blocks = [
    `## why401: ${escapeMarkdown(summaryLine(run, style))}`,
    ...(insecure.length > 0
      ? [`**Certificates are not checked in ${escapeMarkdown(insecure.join(', '))}.**`]
      : []),
    ...(run.finished?.problems ?? []).map(problemItem),
    ...matrix(run),
    ...failures.slice(0, mostFailures).flatMap(({ job, step }) => failure(job, step)),
    ...(left > 0 ? [`${left} more failed; the report has them all.`] : []),
    ...driftFindings(run.finished).slice(0, mostFailures).flatMap(drift),
    ...comparisonBlocks(run.finished?.comparison),
    ...(late.length > 0 ? ['### Not at once', late.join('\n')] : []),
    ...(warned.size > 0 ? ['### Warnings', [...warned.values()].map(warningItem).join('\n')] : []),
    ...checks(standardsChecks(run.finished?.findings ?? [])),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function failure(job: JobResult, step: StepResult): string[] {
  const [first, ...further] = answers(step);
  const mark = step.status === 'failed' ? 'FAIL' : 'ERROR';
  const checks = failedChecks(step).filter(({ kind }) => kind !== 'status');
  return [
    `### ${mark} ${escapeMarkdown(`${step.name} (${placeOfJob(job)}): ${headline(step)}`)}`,
    escapeMarkdown(`${place(step.source)}, ${job.name}`),
    ...(first ? explained(first) : []),
    ...besideTable(step),
    ...hopTable(step),
    ...(checks.length > 0
      ? [checks.map((check) => `- ${escapeMarkdown(describeCheck(check))}`).join('\n')]
      : []),
    ...(further.length > 0 ? [further.map(warningItem).join('\n')] : []),
  ];
}

function drift(finding: Finding): string[] {
  const word = finding.severity === 'error' ? 'DRIFT' : 'WARNING';
  return [`### ${word} ${escapeMarkdown(`(${finding.environment})`)}`, ...explained(finding)];
}

function explained(finding: Finding): string[] {
  const where = finding.fixSource ? ` (${escapeMarkdown(place(finding.fixSource))})` : '';
  return [
    `**${escapeMarkdown(finding.summary)}**`,
    escapeMarkdown(verdict(finding)),
    ...(finding.fix === '' ? [] : [`Fix: ${escapeMarkdown(finding.fix)}${where}`]),
  ];
}

function hopTable(step: StepResult): string[] {
  const exchange = judgedExchange(step);
  if (!exchange || exchange.hops.length === 0) return [];
  const rows = exchange.hops.map((hop) =>
    [
      String(hop.index),
      `${hop.request.method} ${hop.request.url}`,
      answer(hop),
      [...moves(exchange, hop), ...delivery(exchange, hop)].join(', '),
    ].map(escapeMarkdown),
  );
  return [table(['hop', 'request', 'answer', 'fields'], rows)];
}

/** Cells are escaped. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Scenarios against environments, with what explains each that did not pass. */
function matrix(run: Collection): string[] {
  const found = matrixOf(run);
  if (!found) return [];
  const { environments, rows, left } = found;
  const lines = rows.map(({ title, cells }) => [
    escapeMarkdown(title),
    ...cells.map((cell) => {
      if (cell === null || cell === 'limited') return cell === null ? '' : 'not part of this run';
      const cause = cell.status === 'passed' ? null : causeOf(cell);
      return cell.status === 'passed' ? 'passed' : `**${cell.status}** ${escapeMarkdown(cause ?? '')}`.trim();
    }),
  ]);
  const more = left > 0 ? [`${left} more passed everywhere.`] : [];
  return [table(['scenario', ...environments.map(escapeMarkdown)], lines), ...more];
}

/** The cause is in bold. */
function besideTable({ beside }: StepResult): string[] {
  if (!beside) return [];
  const { environment, passed, differences, says } = beside;
  const rows = differences.slice(0, mostDifferences).map(({ what, here, there, cause }) => {
    const name = escapeMarkdown(what);
    return [cause ? `**${name}**` : name, escapeMarkdown(here), escapeMarkdown(there)];
  });
  const where = `Beside ${environment}, where it ${passed ? 'passes' : 'does not pass either'}: ${says}`;
  return [
    escapeMarkdown(where),
    ...(rows.length > 0 ? [table(['difference', 'here', escapeMarkdown(environment)], rows)] : []),
  ];
}

function belatedItem(job: JobResult, { name, passedAfter }: StepResult): string[] {
  if (passedAfter === null) return [];
  return [`- ${escapeMarkdown(`${job.name}: ${name} (${job.environment}) ${belated(passedAfter)}`)}`];
}

function warningItem(finding: Finding): string {
  const fix = finding.fix === '' ? '' : ` Fix: ${finding.fix}`;
  return `- ${escapeMarkdown(`${verdict(finding)} (${finding.environment}): ${finding.summary}${fix}`)}`;
}

/** Folded: they are for whoever looks after a server, and no reason to act on this run. */
function checks(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const items = findings.map(({ check, environment, summary, fix, references }) => {
    const head = `${check} (${environment}, ${references.join(', ')})`;
    return `- ${escapeMarkdown(`${head}: ${summary} Fix: ${fix}`)}`;
  });
  const failed = findings.filter(({ severity }) => severity === 'warning').length;
  const title = `Standards checks: ${failed} failed, ${findings.length - failed} noted`;
  return [`<details><summary>${title}</summary>`, items.join('\n'), '</details>'];
}

function problemItem({ code, message, source, fix }: ProblemData): string {
  const where = source ? `${place(source)}: ` : '';
  return `- ${escapeMarkdown(`${where}${message}${fix === null ? '' : ` ${fix}`} [${code}]`)}`;
}
