/** A failed step beside the same step in another environment, as a section of its block. */
import type { Beside, StepDifference } from '../model.ts';
import { labelled, labelledWidth, type Style } from './console-style.ts';
import { columns, cut, cutMiddle, pad, visible, wrap } from './text.ts';

/** Rows that are told; the JSON report has them all. */
const mostRows = 5;
/** Lines of a cell of the cause; the others have one. */
const tallest = 2;
const widestWhat = 24;

export function besideLines(beside: Beside | undefined, style: Style): string[] {
  if (!beside) return [];
  const { environment, passed, differences, says } = beside;
  const shown = differences.slice(0, mostRows);
  const left = differences.length - shown.length;
  const name = visible(environment);
  const lines = [
    ...wrap(`${name}, where it ${passed ? 'passes' : 'does not pass either'}`, labelledWidth(style)),
    ...table(shown, name, style),
    ...(left > 0 ? [style.dim(`  ${left} more in the JSON report`)] : []),
    ...wrap(visible(says), labelledWidth(style)),
  ];
  return ['', ...labelled('beside', lines, style)];
}

/** What, here, there: the cause has an arrow. */
function table(rows: readonly StepDifference[], environment: string, style: Style): string[] {
  if (rows.length === 0) return [];
  const what = Math.min(widestWhat, Math.max(...rows.map((row) => columns(visible(row.what)))));
  const room = Math.max(8, Math.floor((labelledWidth(style) - 2 - what - 4) / 2));
  const here = Math.max(4, Math.min(room, Math.max(...rows.map((row) => columns(visible(row.here))))));
  const there = Math.max(8, labelledWidth(style) - 2 - what - 4 - here);
  const head = `  ${pad('', what)}  ${pad('here', here)}  ${cut(environment, there)}`;
  return [style.dim(head), ...rows.flatMap((row) => rowLines(row, { what, here, there }, style))];
}

function rowLines(
  row: StepDifference,
  widths: { readonly what: number; readonly here: number; readonly there: number },
  style: Style,
): string[] {
  const height = row.cause ? tallest : 1;
  const [left, right] = [cell(row.here, widths.here, height), cell(row.there, widths.there, height)];
  const title = pad(cutMiddle(visible(row.what), widths.what), widths.what);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const mark = index === 0 && row.cause ? style.yellow('→') : ' ';
    const name = index === 0 ? title : pad('', widths.what);
    return `${mark} ${name}  ${pad(left[index] ?? '', widths.here)}  ${right[index] ?? ''}`.trimEnd();
  });
}

function cell(text: string, width: number, height: number): string[] {
  const shown = visible(text);
  if (height === 1) return [cut(shown, width)];
  const lines = wrap(shown, width).map((line) => cutMiddle(line, width));
  if (lines.length <= height) return lines;
  return [...lines.slice(0, height - 1), cut(`${lines[height - 1]} …`, width)];
}
