/** Finds an element in HTML by a selector. A scanner of tags, no parser: enough for what is captured. */
import { type HtmlCompound, type HtmlSelector, matchesCompound } from '../http/html-selector.ts';

export interface Element {
  readonly tag: string;
  /** Lower-case names, values unescaped. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Text up to the end of a textarea, option, title or button; null for others. */
  readonly text: string | null;
}
const empty = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
/** What ends the elements whose content is text whatever it looks like. */
const raw = new Map(['script', 'style', 'textarea', 'title'].map((tag) => [tag, RegExp(`</${tag}`, 'gi')]));
const textual = new Set(['textarea', 'title', 'option', 'button']);
const closingTag = /<\/([A-Za-z][^\s/>]{0,63})/y;
/** Open elements that are remembered; deeper ones are found, but are nobody's descendants. */
const deepest = 256;

/** The first element that matches, in the order of the document; null where none does. */
export function findElement(html: string, selector: HtmlSelector): Element | null {
  const open: Element[] = [];
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at)) {
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 4);
      if (end === -1) return null;
      at = end + 3;
      continue;
    }
    closingTag.lastIndex = at;
    const closing = html[at + 1] === '/' ? closingTag.exec(html)?.[1]?.toLowerCase() : undefined;
    if (closing !== undefined) {
      const index = open.findLastIndex(({ tag }) => tag === closing);
      if (index !== -1) open.length = index;
      at += 2;
      continue;
    }
    const start = scanTag(html, at);
    if (!start) {
      at += 1;
      continue;
    }
    at = start.end;
    const end = endOfContent(html, start.tag, at);
    const text = textual.has(start.tag) ? unescapeHtml(html.slice(at, end)) : null;
    const element: Element = { tag: start.tag, attributes: start.attributes, text };
    if (matchesPath(selector, element, open)) return element;
    if (raw.has(start.tag)) at = end;
    else if (!empty.has(start.tag) && open.length < deepest) open.push(element);
  }
  return null;
}

/** Where the text of an element ends that begins there: at its end tag if it is raw, else at the next tag. */
function endOfContent(html: string, tag: string, start: number): number {
  const close = raw.get(tag);
  if (close) close.lastIndex = start;
  const end = close ? close.exec(html)?.index : html.indexOf('<', start);
  return end === undefined || end === -1 ? html.length : end;
}

/** Longer tags than this are cut: nobody writes them, and a hostile page must not be scanned again for each `<`. */
const longestTag = 16_384;

function scanTag(
  html: string,
  start: number,
): { tag: string; attributes: Map<string, string>; end: number } | null {
  if (!/[A-Za-z]/.test(html.charAt(start + 1))) return null;
  const text = html.slice(start, start + longestTag);
  const name = /^<([A-Za-z][^\s/>]*)/.exec(text);
  const tag = name?.[1]?.toLowerCase();
  if (!name || tag === undefined) return null;
  const attributes = new Map<string, string>();
  const attribute = /[\s/]*(?:(>)|([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?)/y;
  attribute.lastIndex = name[0].length;
  for (let found = attribute.exec(text); found; found = attribute.exec(text)) {
    const [, end, key, double, single, bare] = found;
    if (end !== undefined) return { tag, attributes, end: start + attribute.lastIndex };
    const lower = (key ?? '').toLowerCase();
    if (!attributes.has(lower)) attributes.set(lower, unescapeHtml(double ?? single ?? bare ?? ''));
  }
  return { tag, attributes, end: start + text.length };
}

function matchesPath(selector: HtmlSelector, element: Element, open: readonly Element[]): boolean {
  let next = selector.length - 1;
  if (!matches(selector[next], element)) return false;
  for (let i = open.length - 1; i >= 0 && next > 0; i -= 1) {
    if (matches(selector[next - 1], open[i])) next -= 1;
  }
  return next === 0;
}

function matches(compound: HtmlCompound | undefined, element: Element | undefined): boolean {
  if (!compound || !element) return false;
  return matchesCompound(compound, element.tag, (name) => element.attributes.get(name));
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** The named references that markup itself needs, and all numeric ones. */
export function unescapeHtml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
