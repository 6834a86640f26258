/** Rendering of templates in values (LANGUAGE.md section 5). */
import { percentEncoded } from '../http/url.ts';
import type { Json } from '../model.ts';
import { Secret, type Value } from '../secret.ts';
import { isMap, place, placeEntry, sourceOf, writtenOf } from '../source.ts';
import { type Placeholder, parseTemplate, type Template, type TemplateFault } from './template-syntax.ts';

/** A JSON value with templates rendered; a Secret stays one until it is serialised. */
export type RenderedJson =
  | null
  | boolean
  | number
  | bigint
  | Value
  | readonly RenderedJson[]
  | { readonly [key: string]: RenderedJson };

/** What names stand for. */
export interface Scope {
  lookup(name: string): RenderedJson | undefined;
  /** The text of a number as it stands in the file (`007`), for places where text is meant. */
  written?(name: string): string | null;
  /** Why a variable that is defined has no value; null for any other name. */
  unrendered?(name: string): Unrendered | null;
  /** What an answer or a document said: a capture, or metadata that the project file does not state. Absent: nothing. */
  answered?(name: string): boolean;
}

/** Names without a value, or why the text cannot be rendered at all. */
export type Unrendered = { readonly unresolved: readonly string[] } | { readonly error: string };
export type Rendered = { readonly value: RenderedJson } | Unrendered;
/** Applied to each value that is put into a text. */
export type Encode = (value: Value, part: Placeholder) => Value;
export type RenderedText = { readonly value: Value } | Unrendered;

/** A placeholder, or a fault, with the container and the key of the text in which it stands. */
export interface Reference extends Placeholder {
  readonly container: object | null;
  readonly key: string | number | null;
}
export interface PlacedFault extends TemplateFault {
  readonly container: object | null;
  readonly key: string | number | null;
}

/** All placeholders in the texts of a value (keys are no templates), in the order of the file. */
export function references(value: Json): Reference[] {
  const found: Reference[] = [];
  visit(value, null, null, (text, container, key) => {
    const template = parseTemplate(text);
    if ('error' in template) return;
    for (const part of template) if (typeof part !== 'string') found.push({ ...part, container, key });
  });
  return found;
}

/** All texts of a value that are no templates. */
export function templateFaults(value: Json): PlacedFault[] {
  const found: PlacedFault[] = [];
  visit(value, null, null, (text, container, key) => {
    const template = parseTemplate(text);
    if ('error' in template) found.push({ ...template, container, key });
  });
  return found;
}

function visit(
  value: Json,
  container: object | null,
  key: string | number | null,
  seen: (text: string, container: object | null, key: string | number | null) => void,
): void {
  if (typeof value === 'string') {
    if (value.includes('${')) seen(value, container, key);
  } else if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries()) visit(item, value, index, seen);
  } else if (isMap(value)) {
    for (const [member, item] of Object.entries(value)) visit(item, value, member, seen);
  }
}

/**
 * Renders one text. A text that is exactly one `${x}` keeps the type of its value; otherwise the parts are joined,
 * and one secret part makes the whole a Secret. `encode` is applied to every value put into the text.
 */
export function render(text: string, scope: Scope, encode: Encode = same): Rendered {
  if (!text.includes('${')) return { value: text };
  const template = parseTemplate(text);
  if ('error' in template) return { error: template.error };
  const [only] = template;
  if (template.length === 1 && only !== undefined && typeof only !== 'string') {
    const value = resolve(only, scope);
    if (value === undefined) return { unresolved: [only.name] };
    return { value: isText(value) ? encode(value, only) : value };
  }
  return joinParts(template, scope, encode);
}

/** As `render`, and always text: `${x}` alone is joined like any other part. */
export function renderAsText(text: string, scope: Scope, encode: Encode = same): RenderedText {
  const template = parseTemplate(text);
  if ('error' in template) return { error: template.error };
  return joinParts(template, scope, encode);
}

/** Characters of a text that is put together; a variable of variables doubles quickly. */
export const longestText: number = 10_000_000;
export const tooLong: string = `it is longer than ${longestText / 1_000_000} MB`;

function joinParts(template: Template, scope: Scope, encode: Encode): RenderedText {
  const parts: Value[] = [];
  const unresolved: string[] = [];
  for (const part of template) {
    if (typeof part === 'string') parts.push(part);
    else appendValue(part);
  }
  if (unresolved.length > 0) return { unresolved };
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return length > longestText ? { error: tooLong } : { value: Secret.join(parts) };

  function appendValue(part: Placeholder): void {
    const value = textOf(part, scope);
    if (value === null) unresolved.push(part.name);
    else parts.push(encode(value, part));
  }
}

function same(value: Value): Value {
  return value;
}

function isText(value: unknown): value is Value {
  return typeof value === 'string' || value instanceof Secret;
}

/** undefined where there is neither a value nor a default. */
function resolve(part: Placeholder, scope: Scope): RenderedJson | undefined {
  const value = scope.lookup(part.name);
  const empty = value === undefined || value === null || value === '';
  return empty && part.default !== null ? part.default : value;
}

/** The text that is put in the place of `part`; null where there is none: a missing value, null, a list or a map. */
function textOf(part: Placeholder, scope: Scope): Value | null {
  const value = resolve(part, scope);
  if (isText(value)) return value;
  if (value === undefined || value === null || typeof value === 'object') return null;
  return scope.written?.(part.name) ?? String(value);
}

/** Renders all texts of a nested value; places go along. What holds no template comes back as it is. */
export function renderJson(value: Json, scope: Scope): Rendered {
  const unresolved: string[] = [];
  let error: string | null = null;
  const rendered = walk(value);
  if (error !== null) return { error };
  return unresolved.length > 0 ? { unresolved: [...new Set(unresolved)] } : { value: rendered };

  function walk(part: Json): RenderedJson {
    if (typeof part === 'string') return leaf(part);
    if (Array.isArray(part)) {
      const items = (part as readonly Json[]).map(walk);
      return items.every((item, index) => item === part[index]) ? part : placed(part, items);
    }
    if (!isMap(part)) return part;
    const copy: Record<string, RenderedJson> = Object.create(null) as Record<string, RenderedJson>;
    let changed = false;
    for (const [key, item] of Object.entries(part)) {
      const member = walk(item);
      copy[key] = member;
      changed ||= member !== item;
    }
    return changed ? placed(part, copy) : part;
  }

  function leaf(text: string): RenderedJson {
    const result = render(text, scope);
    if ('value' in result) return result.value;
    if ('error' in result) error ??= result.error;
    else unresolved.push(...result.unresolved);
    return null;
  }
}

function placed<T extends object>(original: object, copy: T): T {
  const self = sourceOf(original);
  if (!self) return copy;
  place(copy, self);
  const keys = Array.isArray(original) ? original.keys() : Object.keys(original);
  for (const key of keys) {
    const keySource = sourceOf(original, key, 'key');
    const valueSource = sourceOf(original, key);
    if (keySource && valueSource) placeEntry(copy, key, keySource, valueSource, writtenOf(original, key));
  }
  return copy;
}

/**
 * The text of one entry of `headers`, `query`, `form` or `cookies`: a number as it was written, a boolean by its word.
 * null, a list or a map is an error; a list is rendered item by item (`container` is then the list).
 */
export function renderText(container: object, key: string | number, scope: Scope): RenderedText {
  const value = (container as Readonly<Record<string | number, RenderedJson | undefined>>)[key];
  if (typeof value === 'string') return renderAsText(value, scope);
  if (value instanceof Secret) return { value };
  if (value === undefined || value === null) return { error: 'there is no value' };
  if (typeof value === 'object')
    return { error: Array.isArray(value) ? 'a list is no text' : 'a map is no text' };
  return { value: writtenOf(container, key) ?? String(value) };
}

/**
 * The text of a URL or of a part of one. Values are percent-encoded (RFC 3986 section 2.1), unless the text is exactly
 * one `${x}`, and except an `${origin.x}` or `${issuer.x}` with which it begins. A value `.` or `..` is an error: in a
 * path it would name another resource, encoded or not.
 */
export function renderUrl(text: string, scope: Scope): RenderedText {
  const template = parseTemplate(text);
  if ('error' in template) return { error: template.error };
  if (template.length === 1 && typeof template[0] !== 'string') return joinParts(template, scope, same);
  let fault: string | null = null;
  const rendered = joinParts(template, scope, (value, part) => {
    if (value === '.' || value === '..') {
      fault ??= `the value of "${part.name}" is "${value}", which a URL leaves out`;
    }
    return part.offset === 0 && /^(?:origin|issuer)\./.test(part.name) ? value : encodePercent(value);
  });
  return fault === null ? rendered : { error: fault };
}

function encodePercent(value: Value): Value {
  return value instanceof Secret ? value.map(percentEncoded) : percentEncoded(value);
}
