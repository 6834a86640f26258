/** The standards checks on the console: one line, or all of them where they are asked for. */
import type { Finding } from '../model.ts';
import type { Collection } from './collection.ts';
import { paragraph, type Style } from './console-style.ts';
import { standardsChecks } from './outcome.ts';
import { plural, visible } from './text.ts';

export function checksSection(run: Collection, style: Style, all: boolean): string[] {
  const byCheck = new Map<string, Finding[]>();
  for (const finding of standardsChecks(run.finished?.findings ?? [])) {
    const id = finding.check ?? '';
    byCheck.set(id, [...(byCheck.get(id) ?? []), finding]);
  }
  const groups = [...byCheck.values()].sort((a, b) => rank(a) - rank(b));
  const failed = groups.filter((group) => rank(group) === 0).length;
  if (!all) return failed === 0 ? [] : ['', style.yellow(quiet(failed))];
  const notes = groups.length - failed;
  const count = [
    ...(failed > 0 || notes === 0 ? [`${failed} failed`] : []),
    ...(notes > 0 ? [plural(notes, 'note')] : []),
  ].join(', ');
  const head = `${style.bold('STANDARDS CHECKS')}  ${style.dim(count)}`;
  return ['', head, ...groups.flatMap((group) => lines(group, style))];
}

/** `3 standards checks failed; --checks shows them`. */
function quiet(failed: number): string {
  return `${plural(failed, 'standards check')} failed; --checks shows ${failed === 1 ? 'it' : 'them'}`;
}

function rank(group: readonly Finding[]): number {
  return group.some(({ severity }) => severity === 'warning') ? 0 : 1;
}

/** What is asked for once, then who does not do it. */
function lines(group: readonly Finding[], style: Style): string[] {
  const [first] = group;
  if (!first) return [];
  const paint = rank(group) === 0 ? style.yellow : style.cyan;
  return [
    `  ${paint(visible(first.check ?? ''))}  ${style.dim(visible(first.references.join(', ')))}`,
    ...group.flatMap(({ environment, summary }) =>
      paragraph(`${visible(environment)}: ${visible(summary)}`, 4, style),
    ),
    ...paragraph(`fix: ${visible(first.fix)}`, 4, style, style.dim),
  ];
}
