/** The matrix on the console: a row for each scenario, a column for each environment. */
import type { Collection } from './collection.ts';
import type { Style } from './console-style.ts';
import { causeOf, type Matrix, type MatrixRow, matrixOf } from './matrix.ts';
import { columns, cut, pad, visible } from './text.ts';

/** Columns that a title keeps at least, beside causes and beside marks. */
const leastBesideCauses = 24;
const leastTitle = 16;
const widestHeader = 14;
/** A header that is cut to less says nothing. */
const leastHeader = 4;

/** Empty where there is one environment only. */
export function matrixLines(run: Collection, style: Style): string[] {
  const matrix = matrixOf(run);
  if (!matrix) return [];
  const layout = withCauses(matrix, style) ?? marksOnly(matrix, style);
  const { headers, widths, room } = layout;
  const head = headers.map((header, index) => {
    const filling = index === headers.length - 1 ? 0 : (widths[index] ?? 0) - columns(header);
    return `  ${style.cyan(header)}${' '.repeat(Math.max(0, filling))}`;
  });
  const legend = [
    ...(layout.numbered
      ? wrapped(
          matrix.environments.map((name, at) => `${at + 1} ${visible(name)}`),
          style,
        )
      : []),
    ...(matrix.limited ? ['· not part of this run'] : []),
    ...(matrix.left > 0 ? [`${matrix.left} more, passed everywhere`] : []),
  ];
  return [
    '',
    `  ${' '.repeat(room)}${head.join('')}`,
    ...matrix.rows.map((row) => rowLine(row, layout, style)),
    ...legend.map((line) => `  ${style.dim(line)}`),
  ];
}

interface Layout {
  readonly headers: readonly string[];
  readonly widths: readonly number[];
  readonly room: number;
  readonly causes: boolean;
  readonly numbered: boolean;
}

/** Null where they do not fit. */
function withCauses({ environments, rows }: Matrix, { width }: Style): Layout | null {
  const headers = environments.map((name) => cut(visible(name), widestHeader));
  const widths = headers.map((header, index) =>
    Math.max(columns(header), ...rows.map(({ cells }) => columns(`x ${causeIn(cells[index])}`.trim()))),
  );
  if (widths.every((each, index) => each <= columns(headers[index] ?? '') && !hasCause(rows, index)))
    return null;
  const room = roomFor(rows, width - 2 - sum(widths));
  const longest = Math.max(...rows.map(({ title }) => columns(visible(title))));
  if (room < Math.min(leastBesideCauses, longest)) return null;
  return { headers, widths, room, causes: true, numbered: false };
}

function hasCause(rows: readonly MatrixRow[], index: number): boolean {
  return rows.some(({ cells }) => causeIn(cells[index]) !== '');
}

/** Names of environments are cut where there are many, and numbered where what is left is not told apart. */
function marksOnly({ environments, rows }: Matrix, { width }: Style): Layout {
  const each = Math.floor((width - 2 - leastTitle) / environments.length) - 2;
  const headers = environments.map((name) => cut(visible(name), Math.min(widestHeader, Math.max(1, each))));
  const fits = each >= leastHeader && new Set(headers).size === headers.length;
  const used = fits ? headers : environments.map((_, index) => String(index + 1));
  const widths = used.map(columns);
  const room = Math.max(leastTitle - 6, roomFor(rows, width - 2 - sum(widths)));
  return { headers: used, widths, room, causes: false, numbered: !fits };
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width + 2, 0);
}

function roomFor(rows: readonly MatrixRow[], left: number): number {
  return Math.min(left, Math.max(8, ...rows.map(({ title }) => columns(visible(title)))));
}

function causeIn(cell: MatrixRow['cells'][number] | undefined): string {
  return typeof cell === 'object' && cell !== null ? visible(causeOf(cell) ?? '') : '';
}

function rowLine({ title, cells }: MatrixRow, { widths, room, causes }: Layout, style: Style): string {
  const marks = cells.map((cell, index) => {
    const mark = cell === null ? ' ' : cell === 'limited' ? style.dim('·') : style.mark(cell.status);
    const cause = causes ? causeIn(cell) : '';
    return `  ${mark}${pad(cause === '' ? '' : ` ${cause}`, (widths[index] ?? 1) - 1)}`;
  });
  return `  ${pad(cut(visible(title), room), room)}${marks.join('')}`.trimEnd();
}

/** Lines of as many as fit. */
function wrapped(words: readonly string[], { width }: Style): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && columns(last) + columns(word) + 4 <= width)
      lines[lines.length - 1] = `${last}, ${word}`;
    else lines.push(cut(word, width - 2));
  }
  return lines;
}
