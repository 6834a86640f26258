/** One failed step on the console: the title, the answer, what it rests on, what to do. */
import type { Check, Exchange, Finding, JobResult, StepResult } from '../model.ts';
import { besideLines } from './console-beside.ts';
import { clientLines } from './console-clients.ts';
import { hopSection, roleTables } from './console-hops.ts';
import { labelled, labelledWidth, paragraph, type Style } from './console-style.ts';
import {
  answers,
  checkName,
  exchangesBefore,
  failedChecks,
  findingId,
  findingKey,
  headline,
  judgedExchange,
  place,
  placeOfJob,
  verdict,
} from './outcome.ts';
import { visible, wrap } from './text.ts';

/** Findings told so far: where, and what stood beside. */
export type Told = Map<string, { readonly where: string; readonly beside: string }>;

export function failureBlock(
  job: JobResult,
  step: StepResult,
  told: Told,
  style: Style,
  show: { readonly verbose: boolean; readonly clients: boolean },
): string[] {
  const { verbose, clients } = show;
  const [first, ...further] = answers(step);
  const before = first ? told.get(findingKey(first)) : undefined;
  const title = titleLines(job, step, style);
  const beside = besideLines(step.beside, style);
  if (first && before !== undefined) {
    const again = `same cause as above: ${verdict(first)} (${before.where})`;
    return [
      ...title,
      ...paragraph(visible(again), 2, style),
      ...(beside.join('\n') === before.beside ? [] : beside),
      ...checkLines(step, style),
    ];
  }
  if (first) told.set(findingKey(first), { where: place(step.source), beside: beside.join('\n') });
  const earlier = exchangesBefore(step);
  const explained = first ? findingLines(first, step.exchanges, style) : unexplained(step, style);
  return [
    ...title,
    '',
    ...explained,
    ...beside,
    ...(verbose && earlier.length > 0 ? ['', ...roleTables(earlier, style)] : []),
    ...hopSection(judgedExchange(step), style, verbose),
    ...(clients || !isTold(first) ? clientLines(judgedExchange(step), style, clients) : []),
    ...checkLines(step, style),
    ...further.flatMap((finding) => furtherLines(finding, style)),
  ];
}

/** The finding says who else loses it. */
function isTold(finding: Finding | undefined): boolean {
  return finding?.evidence.some(({ field }) => field === 'clients') ?? false;
}

function titleLines(job: JobResult, step: StepResult, style: Style): string[] {
  const word = step.status === 'errored' ? 'ERROR' : 'FAIL';
  const where = `${visible(place(step.source))}  ${visible(step.name)}  (${visible(placeOfJob(job))})`;
  const what = visible(headline(step));
  const paint = step.status === 'errored' ? style.yellow : style.red;
  const painted = `${paint(style.bold(word))}  ${style.bold(where)}`;
  const fits = word.length + 2 + where.length + 3 + what.length <= style.width;
  return fits
    ? [`${painted}   ${paint(what)}`]
    : [painted, ...paragraph(what, word.length + 2, style, paint)];
}

/** A longer field has a line of its own. */
const widestField = 24;

/** A finding in full. */
export function findingLines(finding: Finding, exchanges: readonly Exchange[], style: Style): string[] {
  const room = labelledWidth(style);
  const place_ = finding.fixSource ? [style.dim(visible(place(finding.fixSource)))] : [];
  const fix = finding.fix === '' ? [] : [...wrap(visible(finding.fix), room), ...place_];
  const references =
    finding.references.length === 0 ? [] : wrap(visible(finding.references.join('; ')), room);
  return [
    ...paragraph(visible(finding.summary), 2, style, style.bold),
    `  ${style.dim(`${visible(findingId(finding))}, `)}${certainty(finding, style)}`,
    '',
    ...labelled('seen', evidenceLines(finding, style), style),
    ...labelled('tried', experimentLines(finding, exchanges, style), style),
    ...labelled('fix', fix, style),
    ...labelled('not', alternativeLines(finding, style), style),
    ...labelled('see', references.map(style.dim), style),
  ];
}

function certainty(finding: Finding, style: Style): string {
  const sure = finding.certainty === 'proven' || finding.certainty === 'certain';
  return (sure ? style.green : style.yellow)(finding.certainty);
}

function evidenceLines({ evidence }: Finding, style: Style): string[] {
  const widths = evidence.map(({ field }) => visible(field).length).filter((width) => width <= widestField);
  const fieldWidth = Math.max(8, ...widths);
  const hops = evidence.some(({ hop }) => hop !== null);
  return evidence.flatMap(({ hop, field, seen }) => {
    const at = hops ? `${hop === null ? '' : `hop ${hop}`}`.padEnd(7) : '';
    const name = visible(field);
    const head = `${at}${name.padEnd(fieldWidth)}  `;
    const indent = at.length + fieldWidth + 2;
    const lines = wrap(visible(seen), labelledWidth(style) - indent);
    if (name.length > fieldWidth)
      return [`${style.dim(at)}${name}`, ...lines.map((line) => `${' '.repeat(indent)}${line}`)];
    return lines.map((line, index) =>
      index === 0 ? `${style.dim(head)}${line}` : `${' '.repeat(indent)}${line}`,
    );
  });
}

/** What was done, what came of it, and whether that was foretold. */
function experimentLines({ experiments }: Finding, exchanges: readonly Exchange[], style: Style): string[] {
  return experiments.flatMap((experiment) => {
    const request =
      experiment.exchange === null ? undefined : exchanges[experiment.exchange]?.hops[0]?.request;
    const sent = request ? ` (${request.method} ${withoutQuery(request.url)})` : '';
    const result = `observed ${experiment.observed}, ${experiment.agrees ? 'as predicted' : 'not as predicted'} (${experiment.predicted})`;
    const paint = experiment.agrees ? (text: string): string => text : style.yellow;
    return [
      `${visible(experiment.id)}${style.dim(visible(sent))}`,
      ...wrap(visible(result), labelledWidth(style) - 2).map((line) => `  ${paint(line)}`),
    ];
  });
}

/** Long queries hide what was done; the JSON report has them. */
function withoutQuery(url: string): string {
  const at = url.indexOf('?');
  return at < 0 || url.length < 80 ? url : `${url.slice(0, at)}?…`;
}

function alternativeLines({ alternatives }: Finding, style: Style): string[] {
  return alternatives.flatMap(({ cause, why_not }) =>
    wrap(visible(`${cause}: ${why_not}`), labelledWidth(style)),
  );
}

/** Why there is no token, where nothing was sent that could be explained: it stands above in full. */
function lacking(step: StepResult): Check | undefined {
  if (step.status !== 'errored' || answers(step).length > 0) return undefined;
  return failedChecks(step).find(({ kind }) => kind === 'token');
}

/** Failed checks; the status stands in the title. */
function checkLines(step: StepResult, style: Style): string[] {
  const told = lacking(step);
  const failed = failedChecks(step).filter((check) => check.kind !== 'status' && check !== told);
  if (failed.length === 0) return [];
  const blocks = failed.flatMap((check) => [
    `${visible(checkName(check))}  ${style.dim(visible(place(check.source)))}`,
    ...hanging('expected ', visible(check.expected), style),
    ...hanging('got      ', visible(check.actual), style),
  ]);
  return ['', ...labelled('checks', blocks, style)];
}

function hanging(head: string, text: string, style: Style): string[] {
  const lines = wrap(text, labelledWidth(style) - head.length - 2);
  return lines.map((line, index) => `  ${index === 0 ? style.dim(head) : ' '.repeat(head.length)}${line}`);
}

function unexplained(step: StepResult, style: Style): string[] {
  if (failedChecks(step).length > 0 && step.status === 'failed')
    return paragraph('No cause was found beyond the failed checks.', 2, style, style.dim);
  const failure = judgedExchange(step)?.hops.at(-1)?.failure;
  const why = failure?.message ?? step.reason ?? lacking(step)?.actual ?? 'There was no answer to judge.';
  return paragraph(visible(why), 2, style, style.bold);
}

function furtherLines(finding: Finding, style: Style): string[] {
  const lines = [
    ...wrap(visible(finding.summary), labelledWidth(style)),
    style.dim(visible(verdict(finding))),
  ];
  const fix = finding.fix === '' ? [] : wrap(`fix: ${visible(finding.fix)}`, labelledWidth(style));
  return ['', ...labelled('also', [...lines, ...fix], style)];
}
