/** Columns, colours and labels of the console report. */
import { createColors } from 'picocolors';
import type { Sink } from '../doors.ts';
import type { StepStatus } from '../model.ts';
import { wrap } from './text.ts';

type Paint = (text: string) => string;
export interface Style {
  readonly width: number;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  /** Cannot be overlooked. */
  readonly loud: Paint;
  readonly mark: (status: StepStatus) => string;
}

/** Narrower is not readable, wider is not read. */
const narrowest = 40;
const widest = 140;
/** Columns of a label and what stands before it. */
const labelIndent = 2;
const labelWidth = 7;

export function createStyle(sink: Sink): Style {
  const colors = createColors(sink.color);
  const marks: Readonly<Record<StepStatus, string>> = {
    passed: colors.green('✓'),
    failed: colors.red('✗'),
    errored: colors.yellow('!'),
    skipped: colors.dim('–'),
  };
  return {
    width: Math.min(widest, Math.max(narrowest, sink.width)),
    bold: colors.bold,
    dim: colors.dim,
    red: colors.red,
    green: colors.green,
    yellow: colors.yellow,
    cyan: colors.cyan,
    loud: (text) => colors.bold(colors.inverse(colors.red(` ${text} `))),
    mark: (status) => marks[status],
  };
}

/** Text wrapped behind an indent, painted a line at a time. */
export function paragraph(text: string, indent: number, style: Style, paint: Paint = plain): string[] {
  return wrap(text, style.width - indent).map((line) => `${' '.repeat(indent)}${paint(line)}`);
}

/** Lines behind a label: `  fix    Call ...`. */
export function labelled(label: string, lines: readonly string[], style: Style): string[] {
  const blank = ' '.repeat(labelIndent + labelWidth);
  const first = `${' '.repeat(labelIndent)}${style.cyan(label)}${' '.repeat(labelWidth - label.length)}`;
  return lines.map((line, index) => `${index === 0 ? first : blank}${line}`);
}

/** What `labelled` leaves for a line. */
export function labelledWidth(style: Style): number {
  return style.width - labelIndent - labelWidth;
}

function plain(text: string): string {
  return text;
}
