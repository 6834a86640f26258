/** What can be known to be wrong with expectations and captures before anything is sent. */
import { createRequire } from 'node:module';
import { findSchemaFault } from '../check/schema.ts';
import { validateExpect } from '../check/validate.ts';
import { causes } from '../diagnose/vocabulary.ts';
import { nearest } from '../load/nearest.ts';
import type { Job, Json, Step } from '../model.ts';
import { references } from '../plan/template.ts';
import { Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';

export async function checkExpectations(jobs: readonly Job[]): Promise<Problems> {
  const problems = new Problems();
  const seen = new Set<string>();
  for (const step of jobs.flatMap((job) => job.steps)) {
    const key = `${step.source.file}:${step.source.line}:${JSON.stringify(step.expect, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const fault of validateExpect(step.expect, step.capture)) {
      problems.add('EXPECTATION_INVALID', fault.message, {
        source: sourceOf(fault.container, fault.key) ?? step.source,
      });
    }
    checkNames(step, 'cause', causeIds, problems);
    checkNames(step, 'warns', () => [...causeIds(), ...checkIds()], problems);
    await checkClients(step, problems);
    await checkSchema(step, problems);
  }
  return problems;
}

function checkNames(
  step: Step,
  key: 'cause' | 'warns',
  listed: () => readonly string[],
  problems: Problems,
): void {
  const names = step.expect[key];
  if (names === undefined) return;
  const known = listed();
  const what = key === 'cause' ? 'cause' : 'cause or standards check';
  for (const name of Array.isArray(names) ? (names as readonly Json[]) : [names]) {
    if (typeof name !== 'string' || name.includes('${') || known.includes(name)) continue;
    const near = nearest(name, known);
    problems.add(key === 'cause' ? 'UNKNOWN_CAUSE' : 'UNKNOWN_WARNING', `There is no ${what} "${name}".`, {
      source: sourceOf(step.expect, key) ?? step.source,
      fix: near ? `Did you mean "${near}"?` : listedIn[key],
    });
  }
}

const listedIn = {
  cause: '"why401 causes" lists them.',
  warns: '"why401 causes" lists the causes, docs/checks.md the checks.',
};

function causeIds(): string[] {
  return causes().map(({ id }) => id);
}

function checkIds(): string[] {
  const require = createRequire(import.meta.url);
  return (require('../audit/checks.json') as { readonly id: string }[]).map(({ id }) => id);
}

/** The clients of `redirects.survives`. */
async function checkClients(step: Step, problems: Problems): Promise<void> {
  const { redirects } = step.expect;
  const survives = isMap(redirects) ? redirects['survives'] : undefined;
  if (!isMap(survives)) return;
  const { clientId, clientNames, clientSpellings } = await import('../http/client-names.ts');
  for (const [header, names] of Object.entries(survives)) {
    const listed = Array.isArray(names) ? (names as readonly Json[]) : [names as Json];
    for (const [index, name] of listed.entries()) {
      if (typeof name !== 'string' || name.includes('${') || clientId(name) !== null) continue;
      const near = nearest(name, clientSpellings());
      const at = Array.isArray(names) ? sourceOf(names, index) : sourceOf(survives, header);
      problems.add('UNKNOWN_HTTP_CLIENT', `No HTTP client "${name}" is known.`, {
        source: at ?? sourceOf(survives, header) ?? step.source,
        fix: near ? `Did you mean "${near}"?` : `There are: ${clientNames().join(', ')}.`,
      });
    }
  }
}

/** ajv is loaded only where a schema is written. */
async function checkSchema(step: Step, problems: Problems): Promise<void> {
  const { schema } = step.expect;
  if (schema === undefined || references(schema).length > 0) return;
  const fault = await findSchemaFault(schema);
  if (fault !== null)
    problems.add('SCHEMA_INVALID', fault, { source: sourceOf(step.expect, 'schema') ?? step.source });
}
