/** The sections of the console report that hold environments side by side. */
import type { Difference, RunFinished } from '../model.ts';
import {
  comparedNames,
  differencesThatMatter,
  driftFindings,
  expectedDifferences,
  type LeftGroup,
  leftGroups,
  otherDifferences,
} from './comparison.ts';
import { findingLines } from './console-failure.ts';
import { paragraph, type Style } from './console-style.ts';
import { columns, cut, pad, plural, visible } from './text.ts';

/** Each difference that is a finding, in full. */
export function driftSection(finished: RunFinished | null, style: Style): string[] {
  return driftFindings(finished).flatMap((finding) => {
    const paint = finding.severity === 'error' ? style.red : style.yellow;
    const word = finding.severity === 'error' ? 'DRIFT' : 'WARNING';
    return [
      '',
      `${paint(style.bold(word))}  ${style.bold(`(${visible(finding.environment)})`)}`,
      '',
      ...findingLines(finding, [], style),
    ];
  });
}

export function comparisonSection(finished: RunFinished | null, verbose: boolean, style: Style): string[] {
  const { comparison, exitCode } = finished ?? {};
  if (!comparison) return [];
  const matter = differencesThatMatter(comparison);
  const others = otherDifferences(comparison);
  const names = comparedNames(comparison);
  const shown = verbose ? [...matter, ...others] : matter;
  const expected = expectedDifferences(comparison);
  const left = leftGroups(comparison.left);
  return [
    ...(shown.length > 0 ? ['', style.bold('DIFFERENCES'), ...table(shown, names, style)] : []),
    ...(matter.length === 0 ? ['', none(exitCode, style)] : []),
    ...(verbose || others.length === 0 ? [] : [style.dim(unseen(others.length))]),
    ...(expected.length > 0
      ? ['', style.bold('EXPECTED TO DIFFER'), ...expected.flatMap((each) => expectedLines(each, style))]
      : []),
    ...(left.length > 0
      ? ['', style.bold('NOT LOOKED AT'), ...left.flatMap((each) => leftLines(each, style))]
      : []),
  ];
}

/** What had no answer, or was not asked any more, may differ. */
function none(exitCode: RunFinished['exitCode'] | undefined, style: Style): string {
  return exitCode === 3 || exitCode === 130
    ? style.yellow('No differences that matter in what answered.')
    : style.green('No differences that matter.');
}

function unseen(count: number): string {
  return `${plural(count, 'more difference')} that nothing depends on: -v shows ${count === 1 ? 'it' : 'them'}.`;
}

/** Columns before the label: the mark. */
const before = 4;
/** The widest label in a table; a longer one has lines of its own. */
const widestLabel = 34;
/** Columns between two cells. */
const gap = 2;

/** Environments as columns; what does not fit has a line for each environment. */
function table(rows: readonly Difference[], names: readonly string[], style: Style): string[] {
  const cells = rows.map((row) => names.map((name) => visible(row.environments[name] ?? '')));
  const label = Math.min(widestLabel, Math.max(...rows.map(({ what }) => columns(visible(what)))));
  const most = Math.floor((style.width - before - label) / names.length) - gap;
  const widths = names.map((name, index) => {
    const all = [visible(name), ...cells.map((row) => row[index] ?? '')].map(columns);
    return Math.min(most, Math.max(...all.filter((width) => width <= most), 1));
  });
  const fits = rows.map(
    ({ what }, at) =>
      columns(visible(what)) <= label &&
      (cells[at] ?? []).every((cell, index) => columns(cell) <= (widths[index] ?? 0)),
  );
  const head = names.map((name, index) => pad(cut(visible(name), widths[index] ?? 0), widths[index] ?? 0));
  return [
    ...(fits.includes(true)
      ? [`${' '.repeat(before + label)}${head.map((cell) => `  ${style.cyan(cell)}`).join('')}`.trimEnd()]
      : []),
    ...rows.flatMap((row, at) =>
      fits[at]
        ? [
            `  ${mark(row, style)} ${pad(visible(row.what), label)}${(cells[at] ?? []).map((cell, index) => `  ${pad(cell, widths[index] ?? 0)}`).join('')}`.trimEnd(),
          ]
        : block(row, names, style),
    ),
  ];
}

function block(row: Difference, names: readonly string[], style: Style): string[] {
  const told = names.filter((name) => row.environments[name] !== undefined);
  const width = Math.max(...told.map((name) => columns(visible(name))), 1);
  const indent = before + 2 + width + gap;
  return [
    `  ${mark(row, style)} ${visible(row.what)}`,
    ...told.flatMap((name) => {
      const [first = '', ...further] = paragraph(visible(row.environments[name] ?? ''), indent, style);
      const label = `${' '.repeat(before + 2)}${style.cyan(pad(visible(name), width))}${' '.repeat(gap)}`;
      return [`${label}${first.trimStart()}`, ...further];
    }),
  ];
}

function mark({ severity }: Difference, style: Style): string {
  if (severity === 'info') return style.dim('·');
  return style.mark(severity === 'error' ? 'failed' : 'errored');
}

function expectedLines({ what, expected }: Difference, style: Style): string[] {
  return paragraph(visible(`${what}: ${expected}`), 2, style, style.dim);
}

function leftLines({ whats, environments, why, fix }: LeftGroup, style: Style): string[] {
  const sentence = `${whats.join(', ')} (${environments.join(', ')}): ${why}${/[.!?]$/.test(why) ? '' : '.'} ${fix}`;
  return paragraph(visible(sentence), 2, style, style.dim);
}
