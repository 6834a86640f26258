/** Names for the parts of the tree that the JSONPath parser gives; it exports the root only. */
import type { JsonPathQuery } from 'jsonpath-rfc9535/parser';

export type Segment = JsonPathQuery['segments'][number];
type Node = Segment['node'];
export type Selector = Extract<Node, { type: 'BracketedSelection' }>['selectors'][number];
export type Filter = Extract<Selector, { type: 'FilterSelector' }>['value'];
export type Comparison = Extract<Filter, { type: 'ComparisonExpr' }>;
export type Comparable = Comparison['left'];
export type SingularQuery = Extract<Comparable, { type: 'RelSingularQuery' | 'AbsSingularQuery' }>;
export type FunctionCall = Extract<Comparable, { type: 'FunctionExpr' }>;
export type Argument = FunctionCall['arguments'][number];
