/** Which characters of other people's text are not printed as they are: they move, hide or command. */

/**
 * Control characters (C0, C1), those that nobody sees or that turn the direction of a line, line separators, and halves
 * of surrogate pairs. Joiners stay where a script or an emoji needs them.
 */
const unprintable =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|[\u200c\u200d](?![\u0600-\u06ff\u0900-\u0dff\p{Extended_Pictographic}])/gu;

/** The text with each of them as `write` shows it. */
export function replaceUnprintable(text: string, write: (character: string) => string): string {
  return plain.test(text) ? text : text.replace(unprintable, write);
}

/** Most texts: they need no closer look. */
const plain = /^[\u0020-\u007e]*$/;

/** `\u001b`: an escape that JSON reads as the same character, of two units where it needs two. */
export function unicodeEscape(character: string): string {
  let escaped = '';
  for (let at = 0; at < character.length; at += 1)
    escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return escaped;
}

/** Sequences of ours: colours, and the line of a terminal that is drawn anew. */
const esc = String.fromCodePoint(0x1b);
const ours = new RegExp(`^\\r${esc}\\[2K|${esc}\\[\\d{1,3}m|[\\n\\t]`, 'g');
const leading = new RegExp(`^((?:[^\\S\\n]|${esc}\\[\\d{1,3}m)*):(?=:)`, 'gm');

/**
 * Finished text on its way to a terminal or a log: whatever was forgotten on the way here drives neither. Colours, line
 * breaks and tabs stay; JSON stays the same JSON.
 */
export function printable(text: string): string {
  if (/^[\n\u0020-\u007e]*$/.test(text) && !/^ *::|##\w*\[/m.test(text)) return text;
  let written = '';
  let last = 0;
  for (const { 0: sequence, index } of text.matchAll(ours)) {
    written += replaceUnprintable(text.slice(last, index), unicodeEscape) + sequence;
    last = index + sequence.length;
  }
  written += replaceUnprintable(text.slice(last), unicodeEscape);
  return withoutCommands(written, unicodeEscape);
}

/** CI systems take commands from the log (`::error::`, `##[error]`, `##vso[...]`): words of a server must not be one. */
export function withoutCommands(text: string, write: (character: string) => string): string {
  return text
    .replace(leading, (_, blanks: string) => `${blanks}${write(':')}`)
    .replace(/##(?=\w*\[)/g, () => `#${write('#')}`);
}
