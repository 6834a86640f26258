/** An HTML page as a tree (parse5), with the owners of its form controls as the HTML standard finds them. */

import type { DefaultTreeAdapterMap, DefaultTreeAdapterTypes } from 'parse5';
import { type HtmlSelector, matchesCompound } from '../../http/html-selector.ts';
import { parseRefresh } from '../../http/refresh.ts';
import { isUrl } from '../../http/url.ts';

export type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.Node;

export interface HtmlPage {
  readonly url: URL;
  /** Against which its links and actions are resolved. */
  readonly base: URL;
  /** All elements in tree order, those of templates left out. */
  readonly elements: readonly Element[];
  /** HTML standard, "reset the form owner". */
  readonly owner: (control: Element) => Element | null;
  /** Why more may stand there than was read, in a sentence. Null: it was read whole. */
  readonly unread: string | null;
}

/** Characters: more takes minutes where it is made to, and is no login page. */
const longestPage = 2_000_000;
export const tooLong = 'It is longer than is read.';

/** `unread`: why `html` is not all of the page, or none of it. */
export async function parsePage(html: string, url: URL, unread: string | null = null): Promise<HtmlPage> {
  const { Parser, defaultTreeAdapter } = await import('parse5');
  const parsed = new Map<Element, Element>();
  const parser = new Parser<DefaultTreeAdapterMap>({
    treeAdapter: {
      ...defaultTreeAdapter,
      createElement(tag, namespace, attributes) {
        const element = defaultTreeAdapter.createElement(tag, namespace, attributes);
        // A form in a table is closed at once; what follows still belongs to it.
        if (parser.formElement) parsed.set(element, parser.formElement);
        return element;
      },
    },
  });
  parser.tokenizer.write(html.slice(0, longestPage), true);
  const elements = [...below(parser.document)];
  return {
    url,
    base: baseOf(elements, url),
    elements,
    owner: ownerIn(elements, parsed),
    unread: html.length > longestPage ? tooLong : unread,
  };
}

/** Not recursive: pages nest as deep as they like. */
function* below(root: Node): Generator<Element> {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ('tagName' in node) yield node;
    if ('childNodes' in node) for (const child of node.childNodes.toReversed()) waiting.push(child);
  }
}

function baseOf(elements: readonly Element[], url: URL): URL {
  const base = elements.find((each) => each.tagName === 'base' && attribute(each, 'href') !== null);
  const href = base ? (attribute(base, 'href') ?? '') : '';
  return isUrl(href, url.href) ? new URL(href, url.href) : url;
}

function ownerIn(elements: readonly Element[], parsed: ReadonlyMap<Element, Element>): HtmlPage['owner'] {
  const ids = new Map<string, Element>();
  for (const each of elements) {
    const id = attribute(each, 'id');
    if (id !== null && !ids.has(id)) ids.set(id, each);
  }
  return (control) => {
    const id = attribute(control, 'form');
    if (id !== null) {
      const found = ids.get(id);
      return found?.tagName === 'form' ? found : null;
    }
    return parsed.get(control) ?? ancestor(control, (each) => each.tagName === 'form');
  };
}

export function attribute(element: Element, name: string): string | null {
  return element.attrs.find((each) => each.name === name)?.value ?? null;
}

/** Whether a boolean attribute is there. */
export function has(element: Element, name: string): boolean {
  return attribute(element, name) !== null;
}

/** The nearest element above that passes. */
export function ancestor(element: Element, passes: (element: Element) => boolean): Element | null {
  for (let node: Node | null = element.parentNode; node !== null; ) {
    if ('tagName' in node && passes(node)) return node;
    node = 'parentNode' in node ? node.parentNode : null;
  }
  return null;
}

/** All text below an element, as it stands there. */
export function rawText(element: Node): string {
  const texts: string[] = [];
  const waiting: Node[] = [element];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ('childNodes' in node) for (const child of node.childNodes.toReversed()) waiting.push(child);
    else if ('value' in node && node !== element) texts.push(node.value);
  }
  return texts.join('');
}

/** All text below an element, white space collapsed. */
export function textOf(element: Element): string {
  return rawText(element).replace(/\s+/g, ' ').trim();
}

/** The elements that a selector finds. */
export function select(page: HtmlPage, selector: HtmlSelector): Element[] {
  return page.elements.filter((element) => matches(selector, selector.length - 1, element));
}

function matches(selector: HtmlSelector, at: number, element: Element): boolean {
  const compound = selector[at];
  const attributeOf = (name: string) => attribute(element, name) ?? undefined;
  if (!compound || !matchesCompound(compound, element.tagName, attributeOf)) return false;
  return at === 0 || ancestor(element, (each) => matches(selector, at - 1, each)) !== null;
}

/** Text of the title; empty where there is none. */
export function titleOf(page: HtmlPage): string {
  const title = page.elements.find(({ tagName }) => tagName === 'title');
  return title ? textOf(title) : '';
}

/** Where `<meta http-equiv=refresh>` leads at once; null where it does not. */
export function refreshOf(page: HtmlPage): URL | null {
  for (const element of page.elements) {
    if (element.tagName !== 'meta' || attribute(element, 'http-equiv')?.toLowerCase() !== 'refresh') continue;
    const found = parseRefresh(attribute(element, 'content') ?? '');
    const target = found?.delay === 0 ? found.reference : null;
    if (target !== null && isUrl(target, page.base.href)) return new URL(target, page.base.href);
  }
  return null;
}
