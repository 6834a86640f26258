/** XML 1.0 text. */
import { replaceUnprintable, unicodeEscape, withoutCommands } from '../printable.ts';

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly (Element | string)[] = [],
): Element {
  return { name, attributes, children };
}

/** A document with a comment before its root; elements that hold elements are indented, text is kept as it is. */
export function serializeXml(root: Element, comment: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!-- ${comment} -->\n${serialize(root, '')}\n`;
}

function serialize({ name, attributes, children }: Element, indent: string): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`);
  const start = `${indent}<${name}${written.join('')}`;
  if (children.length === 0) return `${start}/>`;
  const inner = children.map((child) =>
    typeof child === 'string' ? escapeText(child) : `\n${serialize(child, `${indent}  `)}`,
  );
  const elements = children.some((child) => typeof child !== 'string');
  return `${start}>${inner.join('')}${elements ? `\n${indent}` : ''}</${name}>`;
}

function escapeText(text: string): string {
  const escaped = allowed(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
  // Who prints the file in a CI job prints no command either.
  return withoutCommands(escaped, (character) => `&#${character.charCodeAt(0)};`);
}

/** Line breaks as references: a parser makes spaces of bare ones. */
function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

/** Of the characters that are not shown as they are only white space stays; some no XML 1.0 document may hold (section 2.2). */
function allowed(text: string): string {
  return replaceUnprintable(text.replace(/[\ufffe\uffff]/g, unicodeEscape), (character) =>
    /[\t\n\r]/.test(character) ? character : unicodeEscape(character),
  );
}
