/** One job: its steps in order; after a failed one the rest is skipped. */

import type { Audit, Audited } from '../audit/audit.ts';
import { checkFindings } from '../check/findings.ts';
import type { CredentialStore } from '../credential/presentation.ts';
import type {
  Finding,
  Job,
  JobRef,
  JobResult,
  Row,
  RunEvent,
  Step,
  StepResult,
  StepStatus,
} from '../model.ts';
import { createJobScope } from '../plan/job-scope.ts';
import { withoutValues } from '../plan/rows.ts';
import type { ExchangeContext } from '../replay/exchange.ts';
import { createJar } from '../replay/jar.ts';
import { renderExpect } from './judge.ts';
import type { RunDoors } from './options.ts';
import type { Refusals } from './refusals.ts';
import type { Renewals } from './renewals.ts';
import type { JobState, StepRun } from './state.ts';
import { runStep } from './step.ts';

export interface JobContext {
  readonly doors: RunDoors;
  readonly store: CredentialStore;
  readonly refusals: Refusals;
  readonly renewals: Renewals;
  readonly exchange: ExchangeContext;
  readonly root: string;
  readonly folders: readonly string[];
  readonly experiments: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
  /** Explains a step at once, where its verdict depends on the cause; returns findings and the exchanges they took. */
  readonly diagnose: (run: StepRun, state: JobState) => Promise<Diagnosed>;
  /** Called for every step, so that later diagnosis can look at its siblings. */
  readonly remember: (job: Job, run: StepRun) => void;
  readonly audit: Audit;
}
export interface Diagnosed {
  readonly findings: readonly Finding[];
  readonly exchanges: StepResult['exchanges'];
}
/** A job that ran. The steps that failed are explained later, when all jobs have run. */
export interface JobRun {
  readonly result: JobResult;
  readonly state: JobState;
  /** The step whose failure is not explained yet, and its place in `result.steps`. */
  readonly unexplained: { readonly run: StepRun; readonly at: number } | null;
}

export async function runJob(job: Job, context: JobContext): Promise<JobRun> {
  const state = jobState(job, context);
  const { index, file, name, environment } = job;
  const ref: JobRef = { index, file, name, environment: environment.name, ...rowOf(job) };
  context.emit({ type: 'job-started', job: ref });
  const steps: StepResult[] = [];
  let unexplained: JobRun['unexplained'] = null;
  let stopped: string | null = null;
  for (const step of job.steps) {
    if (stopped === null && context.signal.aborted) stopped = 'the run was ended';
    if (stopped !== null) {
      steps.push(skipped(step, stopped));
      continue;
    }
    const run = await runStep(step, state);
    context.remember(job, run);
    const audited = audit(job, run, context);
    const explained = await explainIfExpected(step, run, audited, state, context);
    const result = explained ?? { ...run.result, findings: audited.warnings };
    if (result.status !== 'passed') {
      stopped = `"${step.name}" did not pass`;
      if (!explained) unexplained = { run, at: steps.length };
    }
    steps.push(result);
    context.emit({ type: 'step-finished', job: ref, step: result });
  }
  return { result: jobResult(job, steps), state, unexplained };
}

/** A job that was never begun. */
export function skippedJob(job: Job, reason: string): JobResult {
  return jobResult(
    job,
    job.steps.map((step) => skipped(step, reason)),
  );
}

function jobResult(job: Job, steps: readonly StepResult[]): JobResult {
  const { index, file, name, source, tags, environment } = job;
  const ref = { index, file, name, environment: environment.name, ...rowOf(job) };
  return { ...ref, tags, source, status: statusOf(steps), steps };
}

function rowOf({ row }: Job): { readonly row?: Row } {
  return row ? { row: withoutValues(row) } : {};
}

/** `failed` beats `errored` beats `passed`; a job of which nothing ran is skipped. */
export function statusOf(steps: readonly StepResult[]): StepStatus {
  const has = (status: StepStatus): boolean => steps.some((step) => step.status === status);
  if (has('failed')) return 'failed';
  if (has('errored')) return 'errored';
  return has('passed') || steps.length === 0 ? 'passed' : 'skipped';
}

function audit(job: Job, run: StepRun, context: JobContext): Audited {
  const { environment, file } = job;
  return context.audit.step({ environment, file, step: run.step, result: run.result });
}

/** `expect.cause` and `expect.warns` make findings part of the verdict. */
async function explainIfExpected(
  step: Step,
  run: StepRun,
  audited: Audited,
  state: JobState,
  context: JobContext,
): Promise<StepResult | null> {
  if (step.expect.cause === undefined && step.expect.warns === undefined) return null;
  const rendered = renderExpect(step, state.names.scope);
  if ('failed' in rendered) return null;
  const fine = step.expect.cause === undefined && run.result.status === 'passed';
  const diagnosed = fine ? nothingDiagnosed : await context.diagnose(run, state);
  const named = audited.named.map((finding) => ({ ...finding, severity: 'warning' as const }));
  const found = [...diagnosed.findings, ...audited.warnings, ...named];
  const checks = [...run.result.checks, ...checkFindings(rendered.expect, found, step.source)];
  const passed = checks.every((check) => check.passed);
  const findings = found.map((finding) => markExpected(finding, step));
  const exchanges = [...run.result.exchanges, ...diagnosed.exchanges];
  const status = passed ? 'passed' : run.result.status === 'errored' ? 'errored' : 'failed';
  return { ...run.result, checks, findings, exchanges, status };
}

/** A finding that the scenario names is what it tests for, never an error. */
function markExpected(finding: Finding, step: Step): Finding {
  const wanted = [step.expect.cause, step.expect.warns].flat();
  const expected = wanted.includes(finding.cause) || wanted.includes(finding.check);
  return expected ? { ...finding, expected, severity: 'info' } : finding;
}

const nothingDiagnosed: Diagnosed = { findings: [], exchanges: [] };

function jobState(job: Job, context: JobContext): JobState {
  const { doors, store, refusals, renewals, root, folders, experiments, signal } = context;
  return {
    job,
    names: createJobScope(job, doors),
    jars: new Map(),
    seeded: new Set(),
    createJar: () => createJar(() => doors.clock.now(), doors.redactor),
    store,
    refusals,
    renewals,
    experiments,
    doors,
    context: context.exchange,
    root,
    folders,
    signal,
  };
}

function skipped(step: Step, reason: string): StepResult {
  return {
    name: step.name,
    credential: null,
    source: step.source,
    status: 'skipped',
    passedAfter: null,
    attempts: 0,
    duration: 0,
    exchanges: [],
    checks: [],
    findings: [],
    reason,
  };
}
