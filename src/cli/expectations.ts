/** What can be known to be wrong with expectations and captures before anything is sent. */
import { findSchemaFault } from '../check/schema.ts';
import { validateExpect } from '../check/validate.ts';
import { causes } from '../diagnose/vocabulary.ts';
import { nearest } from '../load/nearest.ts';
import type { Job, Json, Step } from '../model.ts';
import { references } from '../plan/template.ts';
import { Problems } from '../problem.ts';
import { sourceOf } from '../source.ts';

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
    checkCauses(step, problems);
    await checkSchema(step, problems);
  }
  return problems;
}

function checkCauses(step: Step, problems: Problems): void {
  const { cause } = step.expect;
  if (cause === undefined) return;
  const known = causes().map(({ id }) => id);
  for (const name of Array.isArray(cause) ? (cause as readonly Json[]) : [cause]) {
    if (typeof name !== 'string' || name.includes('${') || known.includes(name)) continue;
    const near = nearest(name, known);
    problems.add('UNKNOWN_CAUSE', `There is no cause "${name}".`, {
      source: sourceOf(step.expect, 'cause') ?? step.source,
      fix: near ? `Did you mean "${near}"?` : '"why401 causes" lists them.',
    });
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
