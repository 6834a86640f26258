/** Text of others made safe to print, and text of ours made to fit. */
import { replaceUnprintable, withoutCommands } from '../printable.ts';

/** Control, invisible and bidirectional characters shown as escapes: what a server sends never drives a terminal. */
export function visible(text: string): string {
  return replaceUnprintable(text, escapeCharacter);
}

/** As `visible`, and no command to a CI system that reads the log. */
export function plainLine(text: string): string {
  return withoutCommands(visible(text), escapeCharacter);
}

/** As `visible`, for text of several lines. */
export function visibleLines(text: string): string {
  return text
    .split(/\r\n|\n/)
    .map((line) => line.split('\t').map(visible).join('\t'))
    .join('\n');
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return (
    short[character] ??
    (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
  );
}

/** Columns of a terminal: wide characters take two, combining ones none. */
export function columns(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let count = 0;
  for (const character of text) count += columnsOf(character);
  return count;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

function columnsOf(character: string): number {
  if (/[\p{Mn}\p{Me}\u200b-\u200d]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Filled with blanks on the right. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** Columns: what a server says in more is not read. */
const longestText = 4000;

/** The middle of a text of more than 4,000 columns goes. */
export function readable(text: string): string {
  return text.length <= longestText ? text : cutMiddle(text, longestText);
}

/**
 * Lines of at most `width` columns, broken at spaces; a longer word keeps a line of its own. The middle of a text of more
 * than 4,000 columns goes.
 */
export function wrap(whole: string, width: number): string[] {
  const text = readable(whole);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** At most `width` columns, the end replaced by an ellipsis. */
export function cut(text: string, width: number): string {
  return columns(text) <= width ? text : `${prefix([...text], width - 1)}…`;
}

/** At most `width` columns; the middle of a longer text goes. */
export function cutMiddle(text: string, width: number): string {
  if (columns(text) <= width) return text;
  const kept = Math.max(0, width - 1);
  const head = Math.ceil(kept * 0.6);
  const tail = [...prefix([...text].reverse(), kept - head)].reverse().join('');
  return `${prefix([...text], head)}…${tail}`;
}

/** As many characters as fit, none of them in part. */
function prefix(characters: readonly string[], width: number): string {
  let kept = '';
  let left = width;
  for (const character of characters) {
    left -= columnsOf(character);
    if (left < 0) break;
    kept += character;
  }
  return kept;
}

/** Milliseconds as people say them: `120 ms`, `1.2 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1 step`, `2 steps`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
