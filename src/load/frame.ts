/** Problems as people read them: place, message, source line with a caret, fix. */
import type { ProblemData, Source } from '../model.ts';
import { replaceUnprintable, unicodeEscape } from '../printable.ts';
import { Problem } from '../problem.ts';

/** Characters of a source line that are shown. */
const width = 100;
const tab = '    ';

/** Characters of a sentence that are shown; what it quotes may be as long as a file. */
const sentence = 1000;

/** Several lines, no line end at the end. Control characters of the user's file are made visible. */
export function formatProblem(problem: ProblemData, color = false): string {
  const paint = (code: number, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { source } = problem;
  const place = source ? `${visible(source.file)}:${source.line}:${source.column}: ` : '';
  const lines = [`${paint(1, place)}${visible(cut(problem.message))}`];
  if (source && problem.line !== null && problem.line.trim() !== '') {
    const { text, caret } = excerpt(problem.line, source.column);
    const number = String(source.line).padStart(4);
    lines.push(
      `${paint(2, `${number} |`)} ${text}`,
      `${paint(2, `${' '.repeat(number.length)} |`)} ${caret}${paint(31, '^')}`,
    );
  }
  if (problem.fix !== null) lines.push(`  ${paint(36, 'fix')}  ${visible(cut(problem.fix))}`);
  return lines.join('\n');
}

/** The problems with their source lines, where they have a place and no line yet. */
export function withLines(
  problems: readonly Problem[],
  readLine: (source: Source) => string | null,
): Problem[] {
  return problems.map((problem) => {
    if (problem.source === null || problem.line !== null) return problem;
    const { code, message, source, fix } = problem;
    return new Problem(code, message, { source, fix, line: readLine(source) });
  });
}

/** Without its middle where it is long: both ends say something. */
function cut(text: string): string {
  if (text.length <= sentence) return text;
  const half = sentence / 2;
  return `${text.slice(0, boundary(text, half))}...${text.slice(boundary(text, text.length - half))}`;
}

/** The part of the line around the column, and the blanks under it up to the column. */
function excerpt(line: string, column: number): { text: string; caret: string } {
  const at = Math.min(column - 1, line.length);
  const start =
    line.length <= width ? 0 : boundary(line, Math.max(0, Math.min(at - width / 2, line.length - width)));
  const end = line.length <= width ? line.length : boundary(line, start + width);
  const head = start > 0 ? '...' : '';
  const tail = end < line.length ? '...' : '';
  const before = `${head}${visible(line.slice(start, at))}`;
  return { text: `${before}${visible(line.slice(at, end))}${tail}`, caret: ' '.repeat(columns(before)) };
}

/** Not inside of a surrogate pair. */
function boundary(line: string, at: number): number {
  return /[\udc00-\udfff]/.test(line.charAt(at)) && at > 0 ? at - 1 : at;
}

/** Tabs as blanks; control and bidirectional characters as escapes, so that a file cannot write to the terminal. */
function visible(text: string): string {
  return replaceUnprintable(text.replaceAll('\t', tab), unicodeEscape);
}

/** Terminal columns: wide characters take two, combining ones none. */
function columns(text: string): number {
  let count = 0;
  for (const character of text) {
    if (/\p{Mn}/u.test(character)) continue;
    count +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return count;
}
