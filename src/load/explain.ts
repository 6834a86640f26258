/** Errors of the schema validator in the words of the file: one for each mistake, at its place. */
import type { ErrorObject } from 'ajv';
import type { Json, Source } from '../model.ts';
import { Problem } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';
import { describeExpected, describeType, describeValue, type Schema, wordsOf } from './expected.ts';
import { isLaterKey, isLaterValue } from './later.ts';
import { nearest } from './nearest.ts';

/** What an error is about. */
interface Subject {
  readonly error: ErrorObject;
  readonly schema: Schema;
  readonly path: readonly string[];
  /** The value at `path`, and what holds it; null for the file itself. */
  readonly value: Json | undefined;
  readonly container: object | null;
  readonly key: string | number;
  /** The value in words: `"timeout"`, `Step 2`. */
  readonly name: string;
}

export function explain(errors: readonly ErrorObject[], root: Json): Problem[] {
  const subjects = errors.filter(isOwn).map((error) => subjectOf(error, root));
  const problems = new Map<string, Problem>();
  const together = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const { instancePath } = subject.error;
    together.get(instancePath)?.push(subject) ?? together.set(instancePath, [subject]);
  }
  for (const subject of subjects) {
    if (isConsequence(subject, together.get(subject.error.instancePath) ?? [])) continue;
    const problem = explainOne(subject);
    // What is no map at all fails each of the alternatives.
    if (problem) problems.set(JSON.stringify([problem.source, problem.message]), problem);
  }
  return [...problems.values()];
}

/** Not those that only say that another one is there. */
function isOwn({ keyword, schemaPath }: ErrorObject): boolean {
  return !['if', 'allOf', 'propertyNames'].includes(keyword) && !/\/oneOf\/\d+\//.test(schemaPath);
}

function subjectOf(error: ErrorObject, root: Json): Subject {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  let value: Json | undefined = root;
  let container: object | null = null;
  let key: string | number = '';
  for (const name of path) {
    container = value as object;
    key = Array.isArray(value) ? Number(name) : name;
    value = (value as unknown as Readonly<Record<string | number, Json>>)[key];
  }
  return {
    error,
    schema: (error.parentSchema ?? {}) as Schema,
    path,
    value,
    container,
    key,
    name: nameOf(path),
  };
}

function nameOf(path: readonly string[]): string {
  const last = path.at(-1);
  if (last === undefined) return 'The file';
  if (!/^\d+$/.test(last)) return `"${last}"`;
  const list = path.at(-2);
  return list === 'steps' ? `Step ${Number(last) + 1}` : `Item ${Number(last) + 1} of "${list ?? ''}"`;
}

/** A key that lacks as another is misspelt, or one too many as it is unknown. `beside`: said of the same value. */
function isConsequence(subject: Subject, beside: readonly Subject[]): boolean {
  const { keyword, params } = subject.error;
  if (!['required', 'oneOf', 'minProperties', 'maxProperties', 'dependentRequired'].includes(keyword))
    return false;
  if (keyword === 'dependentRequired') return beside.some(({ error }) => isNone(error));
  const unknown = beside
    .filter(({ error }) => error.keyword === 'additionalProperties')
    .map(({ error }) => String(error.params['additionalProperty']));
  if (keyword === 'maxProperties') return Object.keys(subject.value ?? {}).length - unknown.length <= 1;
  if (keyword === 'oneOf' && !isNone(subject.error)) return false;
  const wanted = keyword === 'oneOf' ? alternatives(subject.schema) : [String(params['missingProperty'])];
  return unknown.some((key) => isLaterKey(key) || instead.has(key) || nearest(key, wanted) !== null);
}

/** None of the alternatives is there. */
function isNone({ keyword, params }: ErrorObject): boolean {
  return keyword === 'oneOf' && params['passingSchemas'] === null;
}

function explainOne(subject: Subject): Problem | null {
  const { keyword } = subject.error;
  if (keyword === 'additionalProperties') return unknownKey(subject);
  if (subject.value === null) return emptyValue(subject);
  if ('propertyName' in subject.error && subject.error.propertyName !== undefined) return wrongKey(subject);
  if (keyword === 'required' || keyword === 'dependentRequired') return missingKey(subject);
  if (keyword === 'oneOf' || keyword === 'maxProperties') return exclusiveKeys(subject);
  if (keyword === 'minItems' || keyword === 'minProperties') {
    return new Problem('EMPTY', `${subject.name} is empty.`, {
      source: placeOf(subject),
      fix: `Write ${describeExpected(subject.schema)}, or remove the key.`,
    });
  }
  if (keyword === 'not') {
    return new Problem('UNKNOWN_KEY', `${subject.name} cannot stand inside of "in".`, {
      source: placeOf(subject, 'key'),
      fix: 'Write it beside the outer "in".',
    });
  }
  return wrongValue(subject);
}

/** Keys that people bring along from other tools, and what is written here. */
const instead: ReadonlyMap<string, string> = new Map(
  Object.entries({
    url: 'Write the method as the key, "GET: /path", or "request: {method: NAME, url: /path}".',
    method: 'Write the method as the key, "GET: /path", or "request: {method: NAME, url: /path}".',
    auth: 'Write "credential: NAME" with the name of a credential of why401.yml.',
    authorization: 'Write "credential: NAME" with the name of a credential of why401.yml.',
    follow_redirects: 'Write "redirect: {follow: false}".',
    assert: 'Write "expect:".',
    origins: 'It belongs to an environment: environments.NAME.origins of why401.yml.',
    issuers: 'It belongs to an environment: environments.NAME.issuers of why401.yml.',
    clients: 'It belongs to an environment: environments.NAME.clients of why401.yml.',
    extends: 'It belongs to an environment: "environments: {staging: {extends: production}}".',
    GET: 'It belongs to a step: "steps: [{GET: /path}]".',
    POST: 'It belongs to a step: "steps: [{POST: /path}]".',
    expect: 'It belongs to a step.',
    capture: 'It belongs to a step.',
    base_url: 'Write "origins: {api: https://api.example.com}".',
  }),
);

function unknownKey(subject: Subject): Problem {
  const key = String(subject.error.params['additionalProperty']);
  const source = sourceOf(subject.value as object, key, 'key');
  if (isLaterKey(key)) {
    return new Problem('NOT_SUPPORTED', `"${key}" is not supported by this version of why401 yet.`, {
      source,
      fix: 'Remove it.',
    });
  }
  const known = Object.keys(subject.schema.properties ?? {});
  const near = nearest(key, known);
  const list = known.length > 0 ? `Known here: ${known.join(', ')}.` : null;
  const isPart = subject.path.at(-2) === 'credentials' && isMap(subject.value) && !subject.value['type'];
  const untyped = isPart ? 'Take it out, or write "type:" first: the keys depend on it.' : null;
  const where =
    subject.path.length === 0
      ? 'at the top of this file'
      : `in ${subject.name.replace(/^(Step|Item)/, (word) => word.toLowerCase())}`;
  return new Problem('UNKNOWN_KEY', `"${key}" is no key that is known ${where}.`, {
    source,
    fix: near ? `Did you mean "${near}"?` : (instead.get(key) ?? untyped ?? list),
  });
}

function emptyValue(subject: Subject): Problem {
  const fix = `Write ${describeExpected(subject.schema)}${subject.path.length === 0 ? '' : ', or remove it'}.`;
  return new Problem('EMPTY', `${subject.name} has no value.`, { source: placeOf(subject, 'key'), fix });
}

function wrongKey(subject: Subject): Problem {
  const key = String(subject.error.propertyName);
  return new Problem('WRONG_KEY', `"${key}" cannot be a key of ${subject.name}.`, {
    source: sourceOf(subject.value as object, key, 'key'),
    fix: `Write ${describeExpected(subject.schema)}.`,
  });
}

function missingKey(subject: Subject): Problem {
  const key = String(subject.error.params['missingProperty']);
  const needing = subject.error.params['property'];
  const name = typeof needing === 'string' ? `"${needing}"` : subject.name;
  const description = subject.schema.properties?.[key]?.description;
  return new Problem('MISSING_KEY', `${name} needs the key "${key}".`, {
    source:
      typeof needing === 'string' ? sourceOf(subject.value as object, needing, 'key') : placeOf(subject),
    fix: description ? `${key}: ${description}` : `Add "${key}".`,
  });
}

/** Of several keys, one and only one. */
function exclusiveKeys(subject: Subject): Problem {
  const names = alternatives(subject.schema);
  const present = Object.keys(subject.value as object).filter((key) => names.includes(key));
  const [first, second] = present;
  if (first === undefined || second === undefined) {
    return new Problem('MISSING_KEY', `${subject.name} has none of the keys ${names.join(', ')}.`, {
      source: placeOf(subject),
      fix: names.includes('GET') ? 'Write what is sent: "GET: /path".' : 'Write one of them.',
    });
  }
  return new Problem(
    'EXCLUSIVE_KEYS',
    `"${first}" and "${second}" cannot stand side by side in ${subject.name.replace(/^(Step|Item)/, (word) => word.toLowerCase())}.`,
    {
      source: sourceOf(subject.value as object, second, 'key'),
      fix: names.includes('GET') ? 'Make two steps of them.' : 'Keep one of them.',
    },
  );
}

function alternatives(schema: Schema): string[] {
  const own = (schema.oneOf ?? []).flatMap((branch) => branch.required ?? []);
  return own.length > 0 ? own : Object.keys(schema.properties ?? {});
}

function wrongValue(subject: Subject): Problem {
  const { schema, value, name, error } = subject;
  const source = placeOf(subject);
  const shown = describeValue(subject.container, subject.key, value);
  if (typeof value === 'string' && isLaterValue(String(subject.key), value)) {
    return new Problem(
      'NOT_SUPPORTED',
      `"${subject.key}: ${value}" is not supported by this version of why401 yet.`,
      {
        source,
        fix: `Write ${describeExpected(schema)}.`,
      },
    );
  }
  const near = typeof value === 'string' ? nearest(value, wordsOf(schema)) : null;
  const code = error.keyword === 'type' ? 'WRONG_TYPE' : 'WRONG_VALUE';
  return new Problem(code, `${name} must be ${describeExpected(schema)}, not ${shown}.`, {
    source,
    fix: near
      ? `Did you mean "${near}"?`
      : (faultMap(subject) ?? describeType(schema, subject.container, subject.key, value)),
  });
}

/** Faults that are nothing without a value. */
function faultMap({ key, value }: Subject): string | null {
  if (key !== 'fault') return null;
  if (value === 'other_environment') return 'Write {other_environment: NAME}.';
  return value === 'without_scope' ? 'Write {without_scope: SCOPE}.' : null;
}

function placeOf(subject: Subject, what: 'key' | 'value' = 'value'): Source | null {
  if (subject.container === null)
    return typeof subject.value === 'object' && subject.value !== null ? sourceOf(subject.value) : null;
  return sourceOf(subject.container, subject.key, what);
}
