/** The sections of the console report beside the failures. */
import type { EnvironmentRef, Finding, JobResult, StepResult } from '../model.ts';
import type { Collection } from './collection.ts';
import { differencesThatMatter, otherFindings } from './comparison.ts';
import { clientLines } from './console-clients.ts';
import { hopTable, roleTables } from './console-hops.ts';
import { paragraph, type Style } from './console-style.ts';
import {
  belated,
  exchangesBefore,
  headline,
  judgedExchange,
  place,
  verdict,
  warningKey,
  warnings,
} from './outcome.ts';
import { columns, formatDuration, plural, visible } from './text.ts';
import { unfinishedRun } from './unfinished.ts';

/** `✓ orders can be read  staging  3 steps  120 ms`. */
export function jobLine(job: JobResult, style: Style): string {
  const duration = job.steps.reduce((sum, step) => sum + step.duration, 0);
  const bad = job.steps.find(({ status }) => status === 'failed' || status === 'errored');
  const skipped = job.steps.filter(({ status }) => status === 'skipped').length;
  const after = new Set(job.steps.map(({ passedAfter }) => passedAfter).filter((how) => how !== null));
  const facts = [
    job.status === 'skipped' ? 'skipped' : plural(job.steps.length, 'step'),
    ...(skipped > 0 && job.status !== 'skipped' ? [`${skipped} skipped`] : []),
    ...(job.status === 'skipped' ? [] : [formatDuration(duration)]),
    ...(job.status === 'errored' && !bad ? ['did not end'] : []),
    ...[...after].map(belated),
  ];
  const [name, environment, said] = [visible(job.name), visible(job.environment), facts.join(', ')];
  const head = `${style.mark(job.status)} ${name}  ${style.cyan(environment)}  ${style.dim(said)}`;
  if (!bad) return head;
  const what = visible(headline(bad));
  const fits = columns(`x ${name}  ${environment}  ${said}  ${what}`) <= style.width;
  return `${head}${fits ? '  ' : '\n  '}${(job.status === 'errored' ? style.yellow : style.red)(what)}`;
}

/** The steps of a scenario with their hops and headers. */
export function stepLines(job: JobResult, style: Style, clients: boolean): string[] {
  return job.steps.flatMap((step) => {
    const time = step.status === 'skipped' ? (step.reason ?? 'skipped') : formatDuration(step.duration);
    const head = `  ${style.mark(step.status)} ${visible(step.name)}  ${style.dim(visible(time))}`;
    const exchange = step.status === 'passed' ? judgedExchange(step) : null;
    if (!exchange) return [head];
    const before = roleTables(exchangesBefore(step), style);
    const role = before.length > 0 ? [`  ${style.dim(exchange.role)}`] : [];
    const others = clientLines(exchange, style, clients);
    return [head, ...before, ...role, ...hopTable(exchange, style, true), ...others];
  });
}

/** The passing steps with what other clients make of their redirects; those that failed are told at the end. */
export function clientSteps(job: JobResult, style: Style): string[] {
  const told = new Set<string>();
  return job.steps.flatMap((step) => {
    const exchange = step.status === 'passed' ? judgedExchange(step) : null;
    if (!exchange?.clients) return [];
    const table = clientLines(exchange, style, true);
    const again = told.has(table.join('\n'));
    told.add(table.join('\n'));
    return [
      `  ${style.mark(step.status)} ${visible(step.name)}`,
      ...hopTable(exchange, style, false),
      ...(again ? [`  ${style.dim('in other clients: as above')}`] : table),
    ];
  });
}

/** Each warning once, with the number of steps that have it. */
export function warningSection(run: Collection, style: Style): string[] {
  const groups = new Map<string, { finding: Finding; first: StepResult | null; steps: number }>();
  const add = (finding: Finding, step: StepResult | null): void => {
    const key = warningKey(finding);
    const group = groups.get(key);
    if (group) group.steps += 1;
    else groups.set(key, { finding, first: step, steps: 1 });
  };
  for (const finding of otherFindings(run.finished)) add(finding, null);
  for (const step of run.jobs.flatMap((job) => job.steps))
    for (const finding of warnings(step)) add(finding, step);
  if (groups.size === 0) return [];
  const lines = [...groups.values()].flatMap(({ finding, first, steps }) => {
    const at = first
      ? `  ${place(first.source)}${steps > 1 ? ` and ${plural(steps - 1, 'more step')}` : ''}`
      : '';
    const paint = finding.severity === 'error' ? style.red : style.yellow;
    return [
      `  ${paint(visible(verdict(finding)))}  (${visible(finding.environment)})${style.dim(visible(at))}`,
      ...paragraph(visible(finding.summary), 4, style),
      ...(finding.fix === '' ? [] : paragraph(`fix: ${visible(finding.fix)}`, 4, style, style.dim)),
    ];
  });
  return ['', style.bold(style.yellow('WARNINGS')), ...lines];
}

export function insecureLines(environments: readonly EnvironmentRef[], style: Style): string[] {
  const names = environments.filter(({ insecure }) => insecure).map(({ name }) => visible(name));
  return names.length === 0
    ? []
    : [`${style.loud('INSECURE')} certificates are not checked in ${names.join(', ')}.`];
}

/** `2 failed, 10 passed, 1 skipped in 1.2 s`: steps. */
export function summaryLine(run: Collection, style: Style): string {
  const { passed, failed, errored, skipped, warnings: warned } = run.summary;
  const problems = run.finished?.problems.length ?? 0;
  if (run.started === null && run.jobs.length === 0)
    return style.red(`Nothing was sent: ${plural(problems, 'problem')}.`);
  const parts = [
    ...(failed > 0 ? [style.red(`${failed} failed`)] : []),
    ...(errored > 0 ? [style.yellow(`${errored} errored`)] : []),
    ...(passed > 0 || failed + errored === 0 ? [style.green(`${passed} passed`)] : []),
    ...(skipped > 0 ? [style.dim(`${skipped} skipped`)] : []),
    ...(warned > 0 ? [style.yellow(plural(warned, 'warning'))] : []),
    ...differenceCount(run, style),
    ...(problems > 0 ? [style.red(plural(problems, 'problem'))] : []),
  ];
  const ended = hasEnd(run)
    ? `in ${formatDuration(run.finished?.duration ?? 0)}`
    : 'before the run broke off';
  return `${parts.join(', ')} ${ended}${run.finished?.exitCode === 130 ? ', interrupted' : ''}`;
}

/** Of a recorded run it may not be known. */
function hasEnd({ finished }: Collection): boolean {
  return finished !== null && !finished.problems.some(({ code }) => code === unfinishedRun);
}

/** `2 differences`; nothing where nothing was compared. */
function differenceCount({ finished }: Collection, style: Style): string[] {
  const differences = differencesThatMatter(finished?.comparison);
  if (differences.length === 0) return [];
  const paint = differences.some(({ severity }) => severity === 'error') ? style.red : style.yellow;
  return [paint(plural(differences.length, 'difference'))];
}
