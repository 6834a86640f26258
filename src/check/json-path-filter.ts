/** Filters and functions of JSONPath (RFC 9535 sections 2.3.5 and 2.4). */
import { compilePattern } from '../http/regexp.ts';
import type { Json } from '../model.ts';
import { isMap } from '../source.ts';
import { selectAll } from './json-path.ts';
import type {
  Argument,
  Comparable,
  Comparison,
  Filter,
  FunctionCall,
  Segment,
  Selector,
  SingularQuery,
} from './json-path-syntax.ts';
import { spend, type Walk } from './json-path-walk.ts';
import { compareNumbers, equalsValue, isNumber } from './rendered.ts';

/** undefined is the RFC's Nothing. */
type Result = Json | undefined;
type Kind = 'value' | 'nodes' | 'logical';

const functions: Readonly<Record<string, { readonly takes: readonly Kind[]; readonly gives: Kind }>> = {
  length: { takes: ['value'], gives: 'value' },
  count: { takes: ['nodes'], gives: 'value' },
  value: { takes: ['nodes'], gives: 'value' },
  match: { takes: ['value', 'value'], gives: 'logical' },
  search: { takes: ['value', 'value'], gives: 'logical' },
};

export function holdsFilter(filter: Filter, node: Json, walk: Walk): boolean {
  switch (filter.type) {
    case 'LogicalNotExpr':
      return !holdsFilter(filter.expression, node, walk);
    case 'LogicalAndExpr':
      return holdsFilter(filter.left, node, walk) && holdsFilter(filter.right, node, walk);
    case 'LogicalOrExpr':
      return holdsFilter(filter.left, node, walk) || holdsFilter(filter.right, node, walk);
    case 'ComparisonExpr':
      return holdsComparison(filter, node, walk);
    case 'TestExpr':
      return filter.expression.type === 'FilterQuery'
        ? nodesOf(filter.expression, node, walk).length > 0
        : callFunction(filter.expression, node, walk) === true;
  }
}

function nodesOf(query: Extract<Argument, { type: 'FilterQuery' }>, node: Json, walk: Walk): Json[] {
  const { type, segments } = query.value;
  return selectAll(segments, type === 'RelQuery' ? node : walk.root, walk);
}

function holdsComparison(comparison: Comparison, node: Json, walk: Walk): boolean {
  const left = valueOfComparable(comparison.left, node, walk);
  const right = valueOfComparable(comparison.right, node, walk);
  switch (comparison.op) {
    case '==':
      return same(left, right);
    case '!=':
      return !same(left, right);
    case '<':
      return less(left, right);
    case '>':
      return less(right, left);
    case '<=':
      return less(left, right) || same(left, right);
    case '>=':
      return less(right, left) || same(left, right);
  }
}

/** A literal beyond 2^53 was read as a double by the parser, so it is compared with a bigint as a double. */
function same(a: Result, b: Result): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (typeof a === 'bigint' && typeof b === 'number') return Number(a) === b;
  if (typeof a === 'number' && typeof b === 'bigint') return a === Number(b);
  return equalsValue(a, b, String);
}

function less(a: Result, b: Result): boolean {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) < 0 && !same(a, b);
  return typeof a === 'string' && typeof b === 'string' && lessText(a, b);
}

/** By Unicode scalar values, not UTF-16 units (RFC 9535 section 2.3.5.2.2). */
function lessText(a: string, b: string): boolean {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return left.length < right.length;
}

function valueOfComparable(comparable: Comparable, node: Json, walk: Walk): Result {
  switch (comparable.type) {
    case 'Literal':
      return comparable.value;
    case 'FunctionExpr':
      return callFunction(comparable, node, walk);
    default:
      return valueOfQuery(comparable, comparable.type === 'RelSingularQuery' ? node : walk.root);
  }
}

function valueOfQuery(query: SingularQuery, start: Json): Result {
  let at: Result = start;
  for (const { node } of query.segments) {
    if (node.type === 'IndexSelector')
      at = Array.isArray(at) ? (at as readonly Json[]).at(indexOf(node)) : undefined;
    else at = isMap(at) && Object.hasOwn(at, node.value) ? at[node.value] : undefined;
  }
  return at;
}

/** In a comparison the parser wraps the index once more, against its own types. */
function indexOf(node: { readonly value: number; readonly selector?: { readonly value: number } }): number {
  return node.selector?.value ?? node.value;
}

function callFunction(call: FunctionCall, node: Json, walk: Walk): Result {
  const [first, second] = argumentsOf(call);
  if (first === undefined) return undefined;
  if (call.name === 'count')
    return first.type === 'FilterQuery' ? nodesOf(first, node, walk).length : undefined;
  const value = valueOfArgument(first, node, walk);
  if (call.name === 'value') return value;
  if (call.name === 'length') return lengthOf(value);
  return second !== undefined && matchesPattern(call.name, value, valueOfArgument(second, node, walk), walk);
}

/** The parser gives null where there are none, against its own types. */
function argumentsOf(call: FunctionCall): readonly Argument[] {
  return (call.arguments as readonly Argument[] | null) ?? [];
}

/** A query that selects exactly one node is its value, otherwise Nothing. */
function valueOfArgument(argument: Argument, node: Json, walk: Walk): Result {
  if (argument.type === 'Literal') return argument.value;
  if (argument.type === 'FunctionExpr') return callFunction(argument, node, walk);
  if (argument.type !== 'FilterQuery') return holdsFilter(argument, node, walk);
  const nodes = nodesOf(argument, node, walk);
  return nodes.length === 1 ? nodes[0] : undefined;
}

function lengthOf(value: Result): Result {
  if (typeof value === 'string') return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : undefined;
}

function matchesPattern(name: string, text: Result, pattern: Result, walk: Walk): boolean {
  if (typeof text !== 'string' || typeof pattern !== 'string') return false;
  spend(walk, text.length);
  const inner = translate(pattern);
  const compiled = compilePattern(name === 'match' ? `^(?:${inner})$` : inner);
  return 'test' in compiled && compiled.test(text);
}

/** From RFC 9485 to RE2: the dot matches neither LF nor CR. */
function translate(pattern: string): string {
  return pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\./gsu, (part) => (part === '.' ? '[^\\n\\r]' : part));
}

/** What the grammar cannot tell: unknown functions and ill-typed calls (RFC 9535 section 2.4.3), bad patterns. */
export function findFault(segments: readonly Segment[]): string | null {
  for (const { node } of segments) {
    if (node.type !== 'BracketedSelection') continue;
    for (const selector of node.selectors) {
      const fault = selector.type === 'FilterSelector' ? faultOf(selector.value) : faultOfIndex(selector);
      if (fault !== null) return fault;
    }
  }
  return null;
}

/** Indexes stay within the exact integers of I-JSON (RFC 9535 section 2.1). */
function faultOfIndex(selector: Selector): string | null {
  const indexes = selector.type === 'SliceSelector' ? [selector.start, selector.end, selector.step] : [];
  if (selector.type === 'IndexSelector') indexes.push(selector.value);
  const far = indexes.find((index) => index !== null && !Number.isSafeInteger(index));
  return far === undefined ? null : `${far} is beyond the exact integers`;
}

function faultOf(part: Filter | Argument | Comparable): string | null {
  switch (part.type) {
    case 'LogicalNotExpr':
      return faultOf(part.expression);
    case 'LogicalAndExpr':
    case 'LogicalOrExpr':
      return faultOf(part.left) ?? faultOf(part.right);
    case 'ComparisonExpr':
      return faultOfOperand(part.left) ?? faultOfOperand(part.right);
    case 'TestExpr':
      if (part.expression.type === 'FilterQuery') return findFault(part.expression.value.segments);
      return faultOfCall(part.expression, 'logical');
    case 'FilterQuery':
      return findFault(part.value.segments);
    default:
      return null;
  }
}

function faultOfOperand(part: Comparable): string | null {
  return part.type === 'FunctionExpr' ? faultOfCall(part, 'value') : null;
}

function faultOfCall(call: FunctionCall, wanted: Kind): string | null {
  const known = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
  if (!known) return `there is no function "${call.name}"`;
  if (known.gives !== wanted) {
    return wanted === 'value'
      ? `${call.name}() gives no value to compare`
      : `${call.name}() must be compared`;
  }
  const given = argumentsOf(call);
  if (given.length !== known.takes.length) {
    return `${call.name}() takes ${known.takes.length} argument${known.takes.length === 1 ? '' : 's'}`;
  }
  for (const [index, argument] of given.entries()) {
    const fault = faultOfArgument(argument, known.takes[index] ?? 'value', call.name);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfArgument(argument: Argument, kind: Kind, name: string): string | null {
  if (argument.type === 'FilterQuery') {
    if (kind === 'value' && !isSingular(argument.value.segments)) return `${name}() takes a single value`;
    return findFault(argument.value.segments);
  }
  if (kind === 'nodes') return `${name}() takes a query`;
  if (argument.type === 'Literal') return null;
  return argument.type === 'FunctionExpr' ? faultOfCall(argument, 'value') : `${name}() takes a value`;
}

function isSingular(segments: readonly Segment[]): boolean {
  return segments.every(({ type, node }) => {
    if (type !== 'ChildSegment' || node.type === 'WildcardSelector') return false;
    if (node.type === 'MemberNameShorthand') return true;
    const [only, ...others] = node.selectors;
    return others.length === 0 && (only?.type === 'NameSelector' || only?.type === 'IndexSelector');
  });
}
