import type { ErrorObject, SchemaValidateFunction, ValidateFunction } from 'ajv';
import { compilePattern } from '../http/regexp.ts';
import type { Check, Json } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { cut, describeActual } from './describe.ts';
import { describeNoJson } from './json.ts';
import { fail, placeOf } from './judge.ts';
import { secretFields } from './known-secrets.ts';
import type { Expectation, Outcome } from './outcome.ts';
import { isRenderedList, isRenderedMap } from './rendered.ts';

/** Faults of one body that are reported. */
const mostFaults = 5;

/**
 * The body against a JSON Schema (2020-12). Integers beyond 2^53 are validated as doubles. Patterns run in linear time.
 * One check where all is well, otherwise one for each fault, the first five.
 */
export async function checkSchema(expect: Expectation, outcome: Outcome): Promise<Check[]> {
  const base = { kind: 'schema', subject: '', container: expect, key: 'schema' };
  const source = placeOf(expect, 'schema', outcome);
  const expected = 'matches the schema';
  const compiled = await compileSchema(expect.schema as RenderedJson);
  if ('error' in compiled) {
    return [{ ...fail(base, `the schema cannot be used: ${compiled.error}`, outcome), expected }];
  }
  const body = outcome.bodyJson();
  if ('error' in body) return [{ ...fail(base, describeNoJson(outcome), outcome), expected }];
  if (compiled.validate(toPlain(body.value))) {
    return [{ kind: 'schema', subject: '', passed: true, expected, actual: expected, source }];
  }
  const concealment = { ...outcome, secrets: [] };
  return faultsOf(compiled.validate.errors ?? []).map((fault) => {
    const subject = cut(pathOf(fault));
    const value = valueAt(body.value, fault.instancePath);
    const name = namesOf(fault.instancePath).at(-1) ?? '';
    const secret = typeof value === 'string' && secretFields.has(name);
    const actual = secret ? `"[secret:${name}]"` : describeActual(value, concealment);
    return { kind: 'schema', subject, passed: false, expected: cut(describeFault(fault)), actual, source };
  });
}

/** Why a schema cannot be used, in one sentence; null where it can. Loads ajv. */
export async function findSchemaFault(schema: Json): Promise<string | null> {
  const compiled = await compileSchema(schema);
  return 'error' in compiled ? compiled.error : null;
}

async function compileSchema(
  schema: RenderedJson,
): Promise<{ validate: ValidateFunction } | { error: string }> {
  if (!isRenderedMap(schema) && typeof schema !== 'boolean') return { error: 'it must be a map' };
  const [{ Ajv2020 }, formats] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')]);
  const regExp = Object.assign(linearPattern, { code: '' });
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    logger: false,
    validateSchema: true,
    code: { regExp },
  });
  formats.default.default(ajv);
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate: uniqueItems });
  try {
    return { validate: ajv.compile(toPlain(schema) as object | boolean) };
  } catch (error) {
    if (error instanceof Error) return { error: error.message };
    throw error;
  }
}

/** ajv keeps patterns by their text, so `toString` must tell them apart. */
function linearPattern(text: string): { test(input: string): boolean; toString(): string } {
  const pattern = compilePattern(text);
  if ('error' in pattern) throw new Error(`"${text}" is no regular expression: ${pattern.error}`);
  return { test: pattern.test, toString: () => text };
}

/** That of ajv compares each item with each other: a list of 100,000 objects took minutes. */
const uniqueItems: SchemaValidateFunction = (wanted: boolean, items: readonly unknown[]): boolean => {
  const places = new Map<string, number>();
  for (const [at, item] of wanted ? items.entries() : []) {
    const text = canonical(item);
    const before = places.get(text);
    if (before !== undefined) {
      const message = `must NOT have duplicate items (items ## ${before} and ${at} are identical)`;
      uniqueItems.errors = [{ keyword: 'uniqueItems', message, params: { i: at, j: before } }];
      return false;
    }
    places.set(text, at);
  }
  return true;
};

/** Equal for values that JSON Schema calls equal (2020-12 section 4.2.2). */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`,
  );
  return `{${members.sort().join(',')}}`;
}

/** What ajv can read: bigint as double, secrets by name. */
function toPlain(value: RenderedJson): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isRenderedList(value)) return value.map(toPlain);
  if (!isRenderedMap(value)) return typeof value === 'object' && value !== null ? String(value) : value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toPlain(member)]));
}

/** Alternatives (anyOf, oneOf, if) repeat what their branches say, and say it worse. */
function faultsOf(errors: readonly ErrorObject[]): ErrorObject[] {
  const precise = errors.filter(({ keyword }) => !['anyOf', 'oneOf', 'allOf', 'if'].includes(keyword));
  return (precise.length > 0 ? precise : [...errors]).slice(0, mostFaults);
}

function namesOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `$.orders[0].id`. */
function pathOf({ instancePath }: ErrorObject): string {
  return `$${namesOf(instancePath)
    .map((name) => {
      if (/^\d+$/.test(name)) return `[${name}]`;
      return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    })
    .join('')}`;
}

function valueAt(value: Json, pointer: string): Json | undefined {
  let at: Json | undefined = value;
  for (const name of namesOf(pointer)) {
    at = typeof at === 'object' && at !== null ? (at as Readonly<Record<string, Json>>)[name] : undefined;
  }
  return at;
}

function describeFault({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return `type ${[params['type']].flat().join(' or ')}`;
    case 'required':
      return `has "${params['missingProperty']}"`;
    case 'additionalProperties':
      return `has no "${params['additionalProperty']}"`;
    case 'unevaluatedProperties':
      return `has no "${params['unevaluatedProperty']}"`;
    case 'enum':
      return `one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'const':
      return JSON.stringify(params['allowedValue']);
    case 'format':
      return `format ${params['format']}`;
    case 'pattern':
      return `matches ${JSON.stringify(params['pattern'])}`;
    case 'false schema':
      return 'absent';
    default:
      return (message ?? `"${keyword}" of the schema`).replace(/^must /, '');
  }
}
