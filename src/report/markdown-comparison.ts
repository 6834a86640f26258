/** Environments side by side, as tables of Markdown. */
import type { Comparison, Difference } from '../model.ts';
import {
  comparedNames,
  differencesThatMatter,
  expectedDifferences,
  leftGroups,
  otherDifferences,
} from './comparison.ts';
import { escapeMarkdown } from './markdown-text.ts';
import { cut, plural } from './text.ts';

/** A summary has a limit of size; the report has all of it. */
const mostRows = 100;
const widestCell = 200;

export function comparisonBlocks(comparison: Comparison | undefined): string[] {
  if (!comparison) return [];
  const names = comparedNames(comparison);
  const matter = differencesThatMatter(comparison);
  const others = otherDifferences(comparison);
  const expected = expectedDifferences(comparison);
  const left = leftGroups(comparison.left);
  return [
    ...(matter.length > 0 ? ['### Differences', table(matter, names)] : ['No differences that matter.']),
    ...(expected.length > 0
      ? ['### Expected to differ', list(expected.map(({ what, expected: reason }) => `${what}: ${reason}`))]
      : []),
    ...(others.length > 0
      ? folded(`${plural(others.length, 'more difference')} that nothing depends on`, table(others, names))
      : []),
    ...(left.length > 0
      ? folded(
          'Not looked at',
          list(
            left.map(
              ({ whats, environments, why, fix }) =>
                `${whats.join(', ')} (${environments.join(', ')}): ${why}. ${fix}`,
            ),
          ),
        )
      : []),
  ];
}

function table(rows: readonly Difference[], names: readonly string[]): string {
  const lines = [
    ['what', ...names, 'cause'].map(escapeMarkdown),
    ['---', ...names.map(() => '---'), '---'],
    ...rows
      .slice(0, mostRows)
      .map(({ what, environments, cause, check }) =>
        [what, ...names.map((name) => environments[name] ?? ''), cause ?? check ?? ''].map((cell) =>
          escapeMarkdown(cut(cell, widestCell)),
        ),
      ),
  ];
  const more = rows.length - mostRows;
  return [
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    ...(more > 0 ? ['', `${more} more; the report has them all.`] : []),
  ].join('\n');
}

function list(items: readonly string[]): string {
  return items
    .slice(0, mostRows)
    .map((item) => `- ${escapeMarkdown(item)}`)
    .join('\n');
}

function folded(title: string, block: string): string[] {
  return [`<details><summary>${title}</summary>`, block, '</details>'];
}
