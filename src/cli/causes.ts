/** `why401 causes [id]`: the vocabulary of findings. */
import { type Cause, causeOf, causes } from '../diagnose/vocabulary.ts';
import type { Sink } from '../doors.ts';
import { nearest } from '../load/nearest.ts';
import type { ExitCode } from '../model.ts';
import { Problem, ProblemError } from '../problem.ts';
import { createStyle, labelled, labelledWidth, paragraph, type Style } from '../report/console-style.ts';
import { wrap } from '../report/text.ts';

/** Prints all causes, or one. Throws ProblemError for an id that is none. */
export function causesCommand(id: string | null, json: boolean, stdout: Sink): ExitCode {
  const found = id === null ? null : named(id);
  const style = createStyle(stdout);
  if (json) stdout.write(`${JSON.stringify(found ?? causes(), null, 2)}\n`);
  else stdout.write(`${(found ? one(found, style) : list(style)).join('\n')}\n`);
  return 0;
}

/** Named in a message: more would be a list. */
const mostNear = 6;

function named(id: string): Cause {
  const found = causeOf(id);
  if (found) return found;
  const near = nearIds(id);
  throw new ProblemError([
    new Problem('UNKNOWN_CAUSE', `There is no cause "${id}".`, {
      fix:
        near.length > 0
          ? `Did you mean ${near.map((each) => `"${each}"`).join(' or ')}?`
          : '"why401 causes" lists them.',
    }),
  ]);
}

/** The id that was probably meant, then those that share a word with it. */
function nearIds(id: string): string[] {
  const ids = causes().map((cause) => cause.id);
  const meant = nearest(id, ids);
  const words = new Set(id.toLowerCase().split(/[^a-z0-9]+/));
  const shared = (other: string): number => other.split('-').filter((word) => words.has(word)).length;
  const most = Math.max(...ids.map(shared));
  const alike = most === 0 ? [] : ids.filter((other) => shared(other) === most);
  return [...new Set([...(meant === null ? [] : [meant]), ...(meant === null ? alike : [])])].slice(
    0,
    mostNear,
  );
}

/** Below this many columns a title stands under its id. */
const narrow = 72;

function list(style: Style): string[] {
  const all = causes();
  const groups = [...new Set(all.map(({ group }) => group))];
  const widest = Math.max(...all.map(({ id }) => id.length));
  const lines = groups.flatMap((group) => [
    style.bold(group),
    ...all.filter((cause) => cause.group === group).flatMap((cause) => row(cause, widest, style)),
    '',
  ]);
  return [...lines, style.dim(`${all.length} causes; "why401 causes ID" tells all about one.`)];
}

function row({ id, title }: Cause, widest: number, style: Style): string[] {
  if (style.width < narrow) return [`  ${style.cyan(id)}`, ...paragraph(title, 4, style)];
  const indent = 2 + widest + 2;
  const lines = wrap(title, style.width - indent);
  return lines.map((line, index) =>
    index === 0
      ? `  ${style.cyan(id)}${' '.repeat(widest + 2 - id.length)}${line}`
      : `${' '.repeat(indent)}${line}`,
  );
}

function one(cause: Cause, style: Style): string[] {
  const room = labelledWidth(style);
  const apart = cause.tell_apart.flatMap(({ cause: other, how }) => wrap(`${other}: ${how}`, room));
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['what', wrap(cause.meaning, room)],
    ['seen', wrap(cause.evidence, room)],
    ['apart', apart],
    ['fix', wrap(cause.fix, room)],
    ['see', cause.references.length === 0 ? [] : wrap(cause.references.join('; '), room).map(style.dim)],
  ];
  return [
    `${style.bold(cause.id)}  ${style.dim(`(${cause.group})`)}`,
    ...paragraph(cause.title, 0, style),
    '',
    ...parts.flatMap(([label, lines]) => labelled(label, lines, style)),
  ];
}
