import type { Check, Finding, Source } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { sourceOf } from '../source.ts';
import { cut } from './describe.ts';
import type { Expectation } from './outcome.ts';
import { isRenderedList } from './rendered.ts';

/**
 * `cause`: one of the named causes is among the findings. `warns`: each named cause or standards check is a warning.
 * `source` is the place of the step, for an expectation that came from no file.
 */
export function checkFindings(expect: Expectation, findings: readonly Finding[], source: Source): Check[] {
  const checks: Check[] = [];
  const place = (key: string): Source => sourceOf(expect, key) ?? sourceOf(expect) ?? source;
  if (expect.cause !== undefined) {
    const wanted = namesIn(expect.cause);
    checks.push({
      kind: 'cause',
      subject: '',
      passed: findings.some(({ cause }) => cause !== null && wanted.includes(cause)),
      expected: cut(wanted.join(' or ')),
      actual: describe(findings),
      source: place('cause'),
    });
  }
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  for (const wanted of expect.warns === undefined ? [] : namesIn(expect.warns)) {
    checks.push({
      kind: 'warns',
      subject: '',
      passed: warnings.some(({ cause, check }) => cause === wanted || check === wanted),
      expected: cut(wanted),
      actual: describe(warnings),
      source: place('warns'),
    });
  }
  return checks;
}

function namesIn(value: RenderedJson): string[] {
  return (isRenderedList(value) ? value : [value]).map(String);
}

function describe(findings: readonly Finding[]): string {
  const ids = findings.map(({ cause, check }) => cause ?? check ?? 'undecided');
  return ids.length === 0 ? 'nothing was found' : cut([...new Set(ids)].join(', '));
}
