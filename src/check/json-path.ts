/**
 * JSONPath (RFC 9535). The library parses; the evaluation is ours, because the library's one throws at bigint and runs
 * match() and search() on a backtracking engine.
 */
import { createRequire } from 'node:module';
import type { JsonPathQuery } from 'jsonpath-rfc9535/parser';
import type { Json, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';
import { findFault, holdsFilter } from './json-path-filter.ts';
import type { Segment, Selector } from './json-path-syntax.ts';
import { bounded, spend, type Walk } from './json-path-walk.ts';

export interface JsonPath {
  /** It can select one node at most: names and indexes only (RFC 9535 section 2.3.5.1). */
  readonly singular: boolean;
  /** The last name of the path, where it ends in one. */
  readonly name: string | null;
  /** The selected values, in the order of the document; `error` where finding them takes too many steps. */
  select(root: Json): Json[] | { readonly error: string };
}

type Parser = { readonly default: (text: string) => JsonPathQuery };

const require = createRequire(import.meta.url);
let parser: Parser | null = null;

/** Characters: a filter may nest with each of them. */
const longest = 2000;

/** Loads the parser at the first call. `error` says what is wrong and where (column from 1). */
export function compileJsonPath(text: string): JsonPath | { readonly error: string } {
  if (text.length > longest) return { error: `it has more than ${longest} characters` };
  parser ??= require('jsonpath-rfc9535/parser') as Parser;
  let query: JsonPathQuery;
  try {
    query = parser.default(text);
  } catch (error) {
    return { error: describeFault(text, error) };
  }
  const segments = query.segments;
  const fault = findFault(segments);
  if (fault !== null) return { error: fault };
  return {
    singular: segments.every(isSingularSegment),
    name: lastName(segments.at(-1)),
    select: (root) => bounded((walk) => selectAll(segments, root, walk), root),
  };
}

function describeFault(text: string, error: unknown): string {
  if (!text.startsWith('$')) return 'a JSONPath begins with "$"';
  const at = (error as { location?: { start?: { column?: number } } }).location?.start?.column;
  if (at === undefined) return 'it is no JSONPath';
  const found = at > text.length ? 'the end' : `"${text.slice(at - 1, at + 9)}"`;
  return `${found} is not expected at character ${at}`;
}

function isSingularSegment(segment: Segment): boolean {
  return segment.type === 'ChildSegment' && selectorOf(segment) !== null;
}

/** The only selector of a segment, where that is a name or an index. */
function selectorOf(segment: Segment): string | number | null {
  const { node } = segment;
  if (node.type === 'MemberNameShorthand') return node.value;
  if (node.type !== 'BracketedSelection' || node.selectors.length !== 1) return null;
  const [selector] = node.selectors;
  return selector?.type === 'NameSelector' || selector?.type === 'IndexSelector' ? selector.value : null;
}

function lastName(segment: Segment | undefined): string | null {
  const selector = segment ? selectorOf(segment) : null;
  return typeof selector === 'string' ? selector : null;
}

export function selectAll(segments: readonly Segment[], start: Json, walk: Walk): Json[] {
  let nodes: Json[] = [start];
  for (const segment of segments) {
    const next: Json[] = [];
    for (const node of nodes) {
      const inputs = segment.type === 'DescendantSegment' ? descendants(node, walk) : [node];
      for (const input of inputs) {
        const before = next.length;
        selectChildren(segment, input, walk, next);
        spend(walk, 1 + next.length - before);
      }
    }
    nodes = next;
  }
  return nodes;
}

/** The node and everything below it, parents first; not recursive, bodies nest as deep as they like. */
function descendants(node: Json, walk: Walk): Json[] {
  const found: Json[] = [];
  const waiting: Json[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    found.push(next);
    spend(walk, 1);
    const children = childrenOf(next);
    for (let i = children.length - 1; i >= 0; i -= 1) waiting.push(children[i] as Json);
  }
  return found;
}

function childrenOf(node: Json): readonly Json[] {
  if (Array.isArray(node)) return node as readonly Json[];
  return isMap(node) ? Object.values(node) : [];
}

function selectChildren(segment: Segment, node: Json, walk: Walk, into: Json[]): void {
  const child = segment.node;
  if (child.type === 'BracketedSelection') {
    for (const selector of child.selectors) select(selector, node, walk, into);
  } else if (child.type === 'WildcardSelector') select(child, node, walk, into);
  else selectName(child.value, node, into);
}

function select(selector: Selector, node: Json, walk: Walk, into: Json[]): void {
  switch (selector.type) {
    case 'NameSelector':
      selectName(selector.value, node, into);
      break;
    case 'IndexSelector':
      if (Array.isArray(node)) {
        const item = (node as readonly Json[]).at(selector.value);
        if (item !== undefined) into.push(item);
      }
      break;
    case 'WildcardSelector':
      for (const child of childrenOf(node)) into.push(child);
      break;
    case 'SliceSelector':
      if (Array.isArray(node)) selectSlice(selector, node, into);
      break;
    case 'FilterSelector':
      for (const child of childrenOf(node)) {
        spend(walk, 1);
        if (holdsFilter(selector.value, child, walk)) into.push(child);
      }
      break;
  }
}

function selectName(name: string, node: Json, into: Json[]): void {
  if (isMap(node) && Object.hasOwn(node, name)) into.push((node as JsonMap)[name] as Json);
}

/** RFC 9535 section 2.3.4.2.2. */
function selectSlice(
  slice: Extract<Selector, { type: 'SliceSelector' }>,
  list: readonly Json[],
  into: Json[],
): void {
  const step = slice.step ?? 1;
  if (step === 0) return;
  const { length } = list;
  const normal = (index: number): number => (index >= 0 ? index : length + index);
  const clamp = (index: number, low: number, high: number): number => Math.min(Math.max(index, low), high);
  const start = normal(slice.start ?? (step > 0 ? 0 : length - 1));
  const end = slice.end === null ? (step > 0 ? length : -1) : normal(slice.end);
  if (step > 0) {
    const upper = clamp(end, 0, length);
    for (let i = clamp(start, 0, length); i < upper; i += step) into.push(list[i] as Json);
  } else {
    const lower = clamp(end, -1, length - 1);
    for (let i = clamp(start, -1, length - 1); i > lower; i += step) into.push(list[i] as Json);
  }
}
