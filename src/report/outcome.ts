/** What reports for people say of a step in a few words. */
import type { Check, Exchange, Finding, JobResult, Source, StepResult } from '../model.ts';

/** `file:line:column`. */
export function place({ file, line, column }: Source): string {
  return `${file}:${line}:${column}`;
}

/** `staging`, or `staging, row 2` of the data. */
export function placeOfJob({ environment, row }: Pick<JobResult, 'environment' | 'row'>): string {
  return row ? `${environment}, row ${row.number}` : environment;
}

/** The exchange that was judged: the last that is neither an experiment nor metadata. */
export function judgedExchange(step: StepResult): Exchange | null {
  return step.exchanges.findLast(({ role }) => role !== 'experiment' && role !== 'metadata') ?? null;
}

/** How the credential of the step was got: metadata, logins, tokens; in order, without what is judged. */
export function exchangesBefore(step: StepResult): readonly Exchange[] {
  const judged = judgedExchange(step);
  return step.exchanges.filter((each) => each !== judged && got.has(each.role));
}

const got: ReadonlySet<Exchange['role']> = new Set(['metadata', 'authorization', 'login', 'token']);

/** Longer values are told below the title. */
const longestInTitle = 60;

/** `expected 200, got 401`, or what went wrong where there is no check to say it. */
export function headline(step: StepResult): string {
  if (step.status === 'errored') {
    const failure = judgedExchange(step)?.hops.at(-1)?.failure;
    const tried = step.attempts > 1 ? ` (${step.attempts} attempts)` : '';
    if (failure) return `no answer: ${failure.code}${tried}`;
    if (failedChecks(step).length === 0) return 'no answer to judge';
  }
  const failed = failedChecks(step);
  const first =
    failed.find(({ kind }) => kind === 'token') ?? failed.find(({ kind }) => kind === 'status') ?? failed[0];
  if (!first) return answers(step).map(findingId)[0] ?? step.status;
  const text = describeCheck(first);
  if (text.length <= longestInTitle) return text;
  // What a token check expects says its subject.
  const named = first.subject !== '' && first.kind !== 'token';
  const wanted = `${named ? `${checkName(first)}: ` : ''}expected ${first.expected}`;
  return wanted.length <= longestInTitle ? wanted : `${checkName(first)} is not as expected`;
}

export function failedChecks(step: StepResult): readonly Check[] {
  return step.checks.filter(({ passed }) => !passed);
}

/** `status`, `json $.id`, `headers content-type`. */
export function checkName({ kind, subject }: Check): string {
  return subject === '' ? kind : `${kind} ${subject}`;
}

/** `expected 200, got 401`; what is not the status is named. */
export function describeCheck(check: Check): string {
  const what = check.kind === 'status' ? '' : `${checkName(check)}: `;
  return `${what}expected ${check.expected}, got ${check.actual}`;
}

/** The findings that say why a step failed, the answer first. */
export function answers(step: StepResult): readonly Finding[] {
  return step.findings.filter(({ severity, expected }) => severity === 'error' && !expected);
}

/** Findings that are told without a failure. */
export function warnings(step: StepResult): readonly Finding[] {
  return step.findings.filter(({ severity, expected }) => severity === 'warning' && !expected);
}

/** Findings about a whole run that are standards checks: told apart from warnings, which want attention. */
export function standardsChecks(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(isStandardsCheck);
}

/** The other findings about a whole run. */
export function runFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => !isStandardsCheck(finding));
}

/** The ids of what environments are compared by have a dot (`token.lifetime`), those of checks have none. */
function isStandardsCheck({ cause, check, severity }: Finding): boolean {
  const isOurs = check === null || check.includes('.') || check === 'declared-difference-stale';
  return cause === null && !isOurs && severity !== 'error';
}

/** The public id of what a finding says. */
export function findingId({ cause, check }: Finding): string {
  return cause ?? check ?? 'unknown';
}

/** Findings that belong together are told once: same cause, same words, same environment. */
export function findingKey(finding: Finding): string {
  return JSON.stringify([finding.environment, findingId(finding), finding.summary]);
}

/** As `findingKey`; warnings that differ in a time or a span only are one. */
export function warningKey(finding: Finding): string {
  const summary = finding.summary
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '#')
    .replace(/\b\d+ (?=(?:s|min|h|d)\b)/g, '# ');
  return findingKey({ ...finding, summary });
}

/** `credentials-dropped-on-redirect, proven`. */
export function verdict(finding: Finding): string {
  return `${findingId(finding)}, ${finding.certainty}`;
}

/** How a step passed that did not at once. */
export function belated(how: NonNullable<StepResult['passedAfter']>): string {
  return how === 'retry' ? 'passed after a retry' : 'passed after the token was renewed';
}
