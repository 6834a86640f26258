/** How each format begins, so that no report is written over a file that is none. */

/** Formats without a beginning of their own get a line before all else. */
const ownLines: ReadonlySet<string> = new Set(['console', 'github']);

/** What a file of this format begins with before its reporter writes. */
export function firstLine(format: string): string {
  return ownLines.has(format) ? `why401 ${format} report\n` : '';
}

/** A comment, which every reader of JUnit XML passes over. */
export const junitMark = 'why401 junit report';

const marks: readonly RegExp[] = [
  /^\s{0,100}$/,
  /^\{"schema":"why401\.report\//,
  /^\{"type":"(?:run|end)",/,
  /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<!-- why401 junit report -->/,
  /^why401 (?:console|github) report\n/,
];

/** Characters of a file that are looked at. */
export const longestMark = 120;

/** Whether a file that begins so may be written over: one of our reports, or nothing. */
export function isReport(beginning: string): boolean {
  return marks.some((mark) => mark.test(beginning));
}
