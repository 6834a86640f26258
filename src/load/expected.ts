/** What a schema accepts, and what stands there instead, in words. */
import type { Json } from '../model.ts';
import { writtenOf } from '../source.ts';

/** The parts of a JSON Schema that our own schemas use. `x-expected` continues "must be" and "write". */
export interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly { readonly required?: readonly string[] }[];
  readonly minimum?: number;
  readonly 'x-expected'?: string;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
};

export function describeExpected(schema: Schema): string {
  if (schema['x-expected'] !== undefined) return schema['x-expected'];
  if (schema.enum) return join(schema.enum.map((word) => `"${word}"`));
  const types = typesOf(schema).map((type) => typeWords[type] ?? type);
  const bound = schema.minimum === undefined ? '' : `, ${schema.minimum} or more`;
  return types.length === 0 ? 'a value' : `${join(types)}${bound}`;
}

/** Words of which one may have been meant. */
export function wordsOf(schema: Schema): readonly string[] {
  return schema.enum ?? [];
}

/** How to write what was probably meant, where the type tells it; otherwise null. */
export function describeType(
  schema: Schema,
  container: object | null,
  key: string | number,
  value: Json | undefined,
): string | null {
  if (typeof value === 'object') return null;
  const types = typesOf(schema);
  const scalar = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  const written = container ? (writtenOf(container, key) ?? String(value)) : String(value);
  if (
    schema['x-expected']?.startsWith('a duration') &&
    (typeof value === 'number' || /^\d+$/.test(written))
  ) {
    return `Add the unit: ${written}s or ${written}ms`;
  }
  if (scalar && types.includes('string') && !schema['x-expected'])
    return `Quote it if text is meant: "${written}"`;
  if (typeof value === 'string' && types.length === 1 && types[0] === 'array')
    return `Write a list: [${value}]`;
  if (typeof value === 'string' && types.includes('boolean') && /^(?:true|false)$/.test(value))
    return 'Write it without quotes.';
  if (typeof value === 'string' && types.includes('boolean') && /^(?:yes|no|on|off)$/i.test(value)) {
    return `Write ${/^(?:yes|on)$/i.test(value)}: in YAML 1.2 "${value}" is a text.`;
  }
  if (
    schema['x-expected']?.startsWith('an origin') &&
    typeof value === 'string' &&
    /^https?:\/\/[^@]+$/i.test(value)
  ) {
    const origin = originOf(value);
    return origin === null ? null : `Write ${origin}: a path belongs to the target of a step.`;
  }
  return null;
}

/** A value as it is written, cut; maps and lists by kind. */
export function describeValue(
  container: object | null,
  key: string | number,
  value: Json | undefined,
): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map';
  const text =
    typeof value === 'string' ? value : ((container && writtenOf(container, key)) ?? String(value));
  const cut = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return typeof value === 'string' ? `"${cut}"` : cut;
}

function typesOf(schema: Schema): readonly string[] {
  const { type } = schema;
  return type === undefined ? [] : typeof type === 'string' ? [type] : type;
}

function join(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length < 2 ? unique.join('') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)}`;
}

/** `URL.canParse` says yes to some hosts at which `new URL` throws. */
function originOf(text: string): string | null {
  try {
    return new URL(text).origin;
  } catch {
    return null;
  }
}
