/** Signature files to what is shipped: terms put in, entries validated. Runs at build. */
import { compilePattern } from '../http/regexp.ts';
import { needles } from './needles.ts';
import type { Compiled, CompiledPattern, Example, Signature, When } from './signature.ts';

const keys = new Set([
  'id',
  'when',
  'causes',
  'weight',
  'says',
  'fix',
  'references',
  'examples',
  'counterexamples',
]);
const conditions = new Set([
  'stage',
  'status',
  'resourceStatus',
  'sent',
  'method',
  'grant',
  'scheme',
  'error',
  'challenge',
  'lacks',
  'headers',
  'words',
  'not',
  'body',
  'members',
]);
const exampleKeys = new Set(['stage', 'status', 'sent', 'method', 'grant', 'headers', 'body', 'source']);

/** `{token}` in a pattern is the term of that name; terms may hold terms that stand before them. */
export function expandTerms(terms: Readonly<Record<string, string>>): Map<string, string> {
  const expanded = new Map<string, string>();
  for (const [name, pattern] of Object.entries(terms)) expanded.set(name, expand(pattern, expanded));
  return expanded;
}

function expand(pattern: string, terms: ReadonlyMap<string, string>): string {
  return pattern.replace(/\{([a-z]+)\}/g, (_whole, name: string) => {
    const term = terms.get(name);
    if (term === undefined) throw new Error(`There is no term {${name}}.`);
    return `(?:${term})`;
  });
}

/** Entries with their terms put in. Throws with the id of the first entry that is not well formed. */
export function expandSignatures(
  entries: readonly Signature[],
  terms: ReadonlyMap<string, string>,
  causes: ReadonlySet<string>,
): Signature[] {
  const ids = new Set<string>();
  return entries.map((entry) => {
    if (ids.has(entry.id)) throw new Error(`Two signatures have the id "${entry.id}".`);
    ids.add(entry.id);
    try {
      const when = expandWhen(entry.when, terms);
      const expanded = { ...entry, when };
      validate(expanded, causes);
      return expanded;
    } catch (error) {
      throw new Error(`Signature ${entry.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

function expandWhen(when: When, terms: ReadonlyMap<string, string>): When {
  const each = (patterns: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(patterns).map(([name, pattern]) => [name, expand(pattern, terms)]));
  return {
    ...when,
    ...(when.words === undefined ? {} : { words: expand(when.words, terms) }),
    ...(when.not === undefined ? {} : { not: expand(when.not, terms) }),
    ...(when.body === undefined ? {} : { body: expand(when.body, terms) }),
    ...(when.headers === undefined ? {} : { headers: each(when.headers) }),
    ...(when.members === undefined ? {} : { members: each(when.members) }),
    ...(when.challenge === undefined ? {} : { challenge: each(when.challenge) }),
  };
}

function validate(entry: Signature, causes: ReadonlySet<string>): void {
  known(Object.keys(entry), keys, 'member');
  known(Object.keys(entry.when), conditions, 'condition');
  if (Object.keys(entry.when).every((name) => name === 'stage')) throw new Error('It matches everything.');
  known(entry.causes, causes, 'cause');
  if (entry.causes.length === 0) throw new Error('It names no cause.');
  if (![1, 2, 3].includes(entry.weight)) throw new Error('Its weight is not 1, 2 or 3.');
  if (!/^[^\n]{8,}\.$/.test(entry.says)) throw new Error('"says" is not a sentence.');
  if (entry.fix !== undefined && !/\.$/.test(entry.fix)) throw new Error('"fix" is not a sentence.');
  for (const pattern of patternsOf(entry.when)) validatePattern(pattern);
  const names = new Set([
    ...patternsOf(entry.when).flatMap((pattern) => groupsOf(pattern).filter((name) => name !== null)),
    ...Object.keys(entry.when.challenge ?? {}),
    ...Object.keys(entry.when.members ?? {}),
    'status',
    'resourceStatus',
    'error',
    'description',
  ]);
  const used = [...`${entry.says} ${entry.fix ?? ''}`.matchAll(/\{([\w-]+)\}/g)].map(
    (found) => found[1] ?? '',
  );
  known(used, names, 'placeholder');
  if (entry.examples.length === 0) throw new Error('It has no example.');
  for (const example of [...entry.examples, ...(entry.counterexamples ?? [])]) validateExample(example);
}

function validateExample(example: Example): void {
  known(Object.keys(example), exampleKeys, 'member of an example');
  if (typeof example.source !== 'string' || example.source === '')
    throw new Error('An example has no source.');
  if (!Number.isInteger(example.status)) throw new Error('An example has no status.');
}

function validatePattern(pattern: string): void {
  if (/[A-Z]/.test(pattern.replace(/\\[A-Z]|\(\?P<|\\p\{\w+\}/g, '')))
    throw new Error(`"${pattern}" is not in lower case.`);
  const compiled = compilePattern(pattern);
  if ('error' in compiled) throw new Error(`"${pattern}": ${compiled.error}`);
  if (compiled.test('')) throw new Error(`"${pattern}" matches nothing at all.`);
}

function known(names: readonly string[], all: ReadonlySet<string>, what: string): void {
  for (const name of names) if (!all.has(name)) throw new Error(`There is no ${what} "${name}".`);
}

function patternsOf(when: When): string[] {
  const { scheme, error, words, not, body, headers, members, challenge } = when;
  const maps = [headers, members, challenge].flatMap((patterns) => Object.values(patterns ?? {}));
  return [scheme, error, words, not, body, ...maps].filter((pattern) => pattern !== undefined);
}

function groupsOf(pattern: string): (string | null)[] {
  return [...pattern.replace(/\\./g, '').matchAll(/\((?!\?(?!P?<))(?:\?P?<(\w+)>)?/g)].map(
    (found) => found[1] ?? null,
  );
}

/** What is shipped of an entry. */
export function compileSignature(entry: Signature): Compiled {
  const { examples: _examples, counterexamples: _counterexamples, ...rest } = entry;
  return {
    ...rest,
    ...(entry.when.words === undefined ? {} : { words: compiledPattern(entry.when.words) }),
    ...(entry.when.body === undefined ? {} : { page: compiledPattern(entry.when.body) }),
  };
}

function compiledPattern(pattern: string): CompiledPattern {
  return { pattern, needles: needles(pattern), groups: groupsOf(pattern) };
}
