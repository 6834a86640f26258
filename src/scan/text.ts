/** One text: what credentials it holds, and its lines without them. */

import type { ProblemData } from '../model.ts';
import { callsIn } from './calls.ts';
import { type Candidate, mostCandidates } from './candidate.ts';
import { type FileKind, fileKind } from './ground.ts';
import { namedIn } from './named.ts';
import { tellingName } from './names.ts';
import { shapesIn } from './shapes.ts';

export interface ScannedText {
  /** In the order of the text, none over another; without those that the file calls public. */
  readonly found: readonly Candidate[];
  /** `line` and `column` start at 1, in UTF-16 units. */
  placeOf(offset: number): { readonly line: number; readonly column: number };
  /** A line of the text; every credential in it is stars, as many as it has characters. null: it is too long to be read. */
  masked(line: number): string | null;
}

/** Says that what stands in this line, or in the next one where this one holds nothing, is no secret. */
const publicMark = /why401:\s?public\b/;

/** Whether a line says that what it holds is no secret. */
export function isPublicMark(line: string): boolean {
  return publicMark.test(line);
}

/** `secrets`: values that are known to be secret; they are found wherever they stand. */
export function scanText(text: string, path: string, secrets: readonly string[] = []): ScannedText {
  const all = candidates(text, fileKind(path, text), secrets);
  let known: number[] | null = null;
  const starts = (): number[] => (known ??= lineStarts(text));
  const lineOf = (offset: number): number => lineAt(starts(), offset);
  const lineText = (line: number): string => {
    const end = starts()[line] ?? text.length + 1;
    return text.slice(starts()[line - 1] ?? 0, end - 1).replace(/\r$/, '');
  };
  const lines = new Set(all.map(({ start }) => lineOf(start)));
  const marks = new Map<number, boolean>();
  const isMarked = (line: number): boolean => {
    const mark = marks.get(line) ?? publicMark.test(lineText(line));
    marks.set(line, mark);
    return mark;
  };
  const isPublic = (line: number): boolean =>
    isMarked(line) || (line > 1 && !lines.has(line - 1) && isMarked(line - 1));
  return {
    found: all.filter(({ start }) => !isPublic(lineOf(start))),
    placeOf(offset) {
      const line = lineOf(offset);
      return { line, column: offset - (starts()[line - 1] ?? 0) + 1 };
    },
    masked(line) {
      const text = lineText(line);
      if (text.length > longestLine) return null;
      // What stands beside it is shown with it, though it may not be told by itself.
      return masked(masked(text, starts()[line - 1] ?? 0, all), 0, inLine(text));
    },
  };
}

/** A name and its value as they would stand in a file by themselves; `parent` is the map that holds them. */
export function settingLine(parent: string | undefined, name: string, value: string): string {
  const isCookie = parent === 'cookies' && tellingName(name) === null;
  const [key, text] = isCookie ? ['cookie', `${name}=${value}`] : [name, value];
  return `${JSON.stringify(key)}: ${JSON.stringify(text)}`;
}

/** One line of a project or scenario file, with stars in the place of what looks like a secret. */
export function maskedLine(line: string): string {
  return line.length > longestLine ? '' : masked(line, 0, inLine(line));
}

/** What is wrong with the line may be its quotation marks: it is read without them as well. */
function inLine(line: string): Candidate[] {
  const file = fileKind('line.env', line);
  const bare = line.replace(/["'`]/g, ' ');
  const known = candidates(line, file, []);
  return bare === line ? known : [...known, ...candidates(bare, file, [])];
}

/** With stars in the place of what looks like a secret in its line, also where its words quote it. */
export function maskedProblem(problem: ProblemData): ProblemData {
  const { line, message, fix } = problem;
  if (line === null) return problem;
  const secrets = [...inLine(line), ...besideTypingMistake(problem, line)];
  const clean = (text: string): string =>
    secrets.reduce((left, { value }) => left.replaceAll(value, '*'.repeat(value.length)), text);
  return {
    ...problem,
    line: line.length > longestLine ? '' : masked(line, 0, secrets),
    message: clean(message),
    fix: fix === null ? null : clean(fix),
  };
}

/** Beside `pasword` stands what belongs beside `password`. */
function besideTypingMistake({ source, fix }: ProblemData, line: string): Candidate[] {
  const [, meant] = /^Did you mean "(\w+)"\?/.exec(fix ?? '') ?? [];
  if (source === null || meant === undefined) return [];
  const from = source.column - 1;
  const end = from + (/^["']?[\w-]+/.exec(line.slice(from))?.[0].length ?? 0);
  const blank = ' '.repeat(Math.max(0, end - meant.length));
  // The name that is meant ends where the wrong one does.
  const moved = Math.max(0, meant.length - end);
  return inLine(`${blank}${meant}${line.slice(end)}`).map((each) => ({
    ...each,
    start: each.start - moved,
    end: each.end - moved,
  }));
}

/** Longer ones are made by programs: nobody reads them. */
const longestLine = 4000;

function masked(line: string, offset: number, all: readonly Candidate[]): string {
  let text = line;
  for (const { start, end } of all) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, line.length);
    if (from < to) text = text.slice(0, from) + '*'.repeat(to - from) + text.slice(to);
  }
  return text;
}

function candidates(text: string, file: FileKind, secrets: readonly string[]): Candidate[] {
  const all = [
    ...shapesIn(text, file.ground),
    ...callsIn(text, file),
    ...namedIn(text, file),
    ...secrets.flatMap((value) => occurrences(text, value)),
  ];
  // Of two at one place the first is that which knows more.
  const ordered = all
    .map((each, rank) => ({ each, rank }))
    .sort((a, b) => a.each.start - b.each.start || a.rank - b.rank);
  const kept: Ranked[] = [];
  for (const next of ordered) {
    const last = kept.at(-1);
    if (!last || next.each.start >= last.each.end) kept.push(next);
    else kept[kept.length - 1] = joined(last, next);
  }
  return kept.slice(0, mostCandidates).map(({ each }) => each);
}

function occurrences(text: string, value: string): Candidate[] {
  const found: Candidate[] = [];
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
    found.push({
      kind: 'known-secret',
      what: 'a secret',
      name: null,
      value,
      start: at,
      end: at + value.length,
    });
    if (found.length >= mostCandidates) break;
  }
  return found;
}

interface Ranked {
  readonly each: Candidate;
  readonly rank: number;
}

/** Both places, what the better one knows, and the name where only one has it. */
function joined(a: Ranked, b: Ranked): Ranked {
  const [{ each: better, rank }, { each: other }] = a.rank <= b.rank ? [a, b] : [b, a];
  const [start, end] = [Math.min(a.each.start, b.each.start), Math.max(a.each.end, b.each.end)];
  return { rank, each: { ...better, name: better.name ?? other.name, start, end } };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
