/** The section of the console report that holds environments side by side. */
import type { Comparison, Difference, LeftOut } from '../model.ts';
import { paragraph, type Style } from './console-style.ts';
import { visible } from './text.ts';

export function comparisonSection(comparison: Comparison | undefined, style: Style): string[] {
  if (!comparison) return [];
  const { differences, left } = comparison;
  return [
    ...(differences.length > 0
      ? ['', style.bold('DIFFERENCES'), ...differences.flatMap((each) => rows(each, style))]
      : []),
    ...(left.length > 0
      ? ['', style.bold('NOT LOOKED AT'), ...left.flatMap((each) => leftLines(each, style))]
      : []),
  ];
}

function rows({ what, environments, cause, check, expected }: Difference, style: Style): string[] {
  const id = cause ?? check ?? '';
  const note = expected === null ? id : `expected: ${expected}`;
  return [
    `  ${visible(what)}  ${style.dim(visible(note))}`,
    ...Object.entries(environments).flatMap(([name, value]) =>
      paragraph(`${visible(name)}: ${visible(value)}`, 4, style),
    ),
  ];
}

function leftLines({ environment, what, why, fix }: LeftOut, style: Style): string[] {
  return paragraph(visible(`${environment}: ${what}: ${why}. ${fix}`), 2, style, style.dim);
}
