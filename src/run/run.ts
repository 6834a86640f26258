/** A whole run: jobs concurrently, then the failures explained, then the verdict. */
import { setMaxListeners } from 'node:events';
import { type Audit, createAudit } from '../audit/audit.ts';
import { createCredentialStore } from '../credential/store.ts';
import type { ExitCode, JobResult, RunFinished, Summary } from '../model.ts';
import { createBrowser } from '../replay/browse.ts';
import { createPerform, type ExchangeContext } from '../replay/exchange.ts';
import { createSiblings } from './beside.ts';
import { createDiagnosis, type Diagnosis } from './diagnosis.ts';
import { createInquest, type Inquest } from './inquest.ts';
import { type JobContext, type JobRun, runJob, skippedJob, statusOf } from './job.ts';
import type { RunDoors, RunOptions } from './options.ts';
import { createRefusals } from './refusals.ts';
import { createRenewals } from './renewals.ts';
import { runStarted } from './started.ts';
import { createWitness, type Witness } from './witness.ts';

/** Milliseconds. */
export const usualTimeout = 30_000;

export async function run(options: RunOptions, doors: RunDoors): Promise<RunFinished> {
  const started = doors.clock.monotonic();
  options.emit(runStarted(options, doors.clock, options.jobs.length));
  const { context, diagnosis, audit, deadline } = prepare(options, doors);
  const totals = createTotals();
  const witness = createWitness(options);
  const done = (job: JobResult): void => {
    totals.add(job);
    witness.add(job);
    options.emit({ type: 'job-finished', job });
  };
  await runAll(options, context, diagnosis, done);
  deadline.abort();
  return finished(options, totals, audit, witness, doors.clock.monotonic() - started);
}

export interface Prepared {
  readonly context: JobContext;
  readonly diagnosis: Diagnosis;
  readonly inquest: Inquest;
  readonly audit: Audit;
  /** Aborted when the run is over. */
  readonly deadline: AbortController;
}

/** What the jobs of a run share. */
export function prepare(options: RunOptions, doors: RunDoors): Prepared {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  // Each request of each job listens.
  setMaxListeners(0, signal);
  const deadline = endAt(options.deadline, doors, stop);
  const exchange: ExchangeContext = {
    send: doors.send,
    bodyLimit: options.bodyLimit,
    userAgent: `why401/${options.version}`,
  };
  const timeout = options.timeout ?? usualTimeout;
  const store = createCredentialStore({
    ...doors,
    signal,
    perform: createPerform(exchange, timeout, signal),
    browser: createBrowser(exchange, doors.redactor, timeout, signal, () => doors.clock.now()),
  });
  const inquest = createInquest();
  const diagnosis = createDiagnosis({ options, doors, store, exchange, signal }, inquest);
  const audit = createAudit({
    environments: options.known,
    redact: (text) => doors.redactor.redact(text),
  });
  const context: JobContext = {
    doors,
    store,
    refusals: createRefusals(),
    renewals: createRenewals(),
    exchange,
    root: options.root,
    folders: options.folders ?? [],
    experiments: options.experiments,
    signal,
    emit: options.emit,
    diagnose: (stepRun, state) => diagnosis.explain(stepRun, state, null),
    remember: (job, stepRun) => diagnosis.remember(job, stepRun),
    audit,
  };
  return { context, diagnosis, inquest, audit, deadline };
}

function endAt(deadline: number | null, doors: RunDoors, stop: AbortController): AbortController {
  const cancel = new AbortController();
  if (deadline !== null) {
    void doors.clock.sleep(deadline, cancel.signal).then(() => {
      if (!cancel.signal.aborted) stop.abort(new Error('the deadline has passed'));
    });
  }
  return cancel;
}

interface Totals {
  readonly add: (result: JobResult) => void;
  readonly summary: () => Summary;
  readonly errors: () => { failed: boolean; errored: boolean; warned: boolean };
}

/** Failures that wait until all jobs have run, so that each is explained with all that the run knows. */
const usualWaiting = 1000;

/** Jobs in the order of the plan, at most `concurrency` at a time; failures are explained when all have run. */
async function runAll(
  options: RunOptions,
  context: JobContext,
  diagnosis: Diagnosis,
  done: (result: JobResult) => void,
): Promise<void> {
  const { mostWaiting = usualWaiting } = options;
  const waiting: JobRun[] = [];
  // Meanwhile the same scenario runs in the other environments.
  const held: JobRun[] = [];
  const siblings = createSiblings(options);
  let next = 0;
  let bailed = false;
  const tell = async (ran: JobRun, left: number): Promise<void> => {
    const result = await explained(ran, diagnosis, context.audit, left);
    diagnosis.forget(ran.state.job);
    done(siblings.explain(ran.state.job, result));
  };
  const failed = async (ran: JobRun): Promise<void> => {
    if (waiting.length < mostWaiting) return void waiting.push(ran);
    held.push(ran);
    const oldest = held.length > mostWaiting ? held.shift() : undefined;
    if (oldest) await tell(oldest, waiting.length + held.length);
  };
  const worker = async (): Promise<void> => {
    while (next < options.jobs.length && !(bailed || context.signal.aborted)) {
      const job = options.jobs[next++];
      if (!job) return;
      const ran = await runJob(job, context);
      siblings.remember(job, ran.result);
      diagnosis.ended(job, ran.result.status === 'passed');
      if (options.bail && ran.result.status !== 'passed') bailed = true;
      if (ran.result.status === 'failed' || ran.result.status === 'errored') await failed(ran);
      else done(ran.result);
    }
  };
  const workers = Math.max(1, Math.min(options.concurrency, options.jobs.length));
  await Promise.all(Array.from({ length: workers }, worker));
  const reason = bailed ? 'an earlier scenario failed (--bail)' : 'the run was ended';
  for (const job of options.jobs.slice(next)) done(skippedJob(job, reason));
  const inTurn = [...roundRobin(waiting), ...held];
  for (const [at, ran] of inTurn.entries()) await tell(ran, inTurn.length - at);
}

/** A scenario with many failures, one for each row of its data, does not use up what experiments may send. */
function roundRobin(waiting: readonly JobRun[]): JobRun[] {
  const rounds = new Map<string, number>();
  const inPlan = [...waiting].sort((a, b) => a.result.index - b.result.index);
  const placed = inPlan.map((ran) => {
    const round = rounds.get(ran.result.file) ?? 0;
    rounds.set(ran.result.file, round + 1);
    return { ran, round };
  });
  return placed.sort((a, b) => a.round - b.round).map(({ ran }) => ran);
}

/** The result of a job with the failure of its step explained. */
export async function explained(
  ran: JobRun,
  diagnosis: Diagnosis,
  audit: Audit,
  waiting: number,
): Promise<JobResult> {
  if (!ran.unexplained) return ran.result;
  const { run: stepRun, at } = ran.unexplained;
  const diagnosed = await diagnosis.explain(stepRun, ran.state, waiting);
  audit.exchanges(
    ran.state.job.environment,
    diagnosed.exchanges.filter(({ role }) => role === 'metadata'),
  );
  const steps = ran.result.steps.map((step, index) =>
    index === at
      ? { ...step, findings: diagnosed.findings, exchanges: [...step.exchanges, ...diagnosed.exchanges] }
      : step,
  );
  return { ...ran.result, steps, status: statusOf(steps) };
}

function createTotals(): Totals {
  const counts = { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 };
  let cut = false;
  return {
    add(result) {
      if (result.status === 'skipped') cut = true;
      for (const step of result.steps) {
        counts[step.status] += 1;
        counts.warnings += step.findings.filter(({ severity }) => severity === 'warning').length;
      }
    },
    summary: () => ({ ...counts }),
    errors: () => ({
      failed: counts.failed > 0,
      errored: counts.errored > 0 || cut,
      warned: counts.warnings > 0,
    }),
  };
}

function finished(
  options: RunOptions,
  totals: Totals,
  audit: Audit,
  witness: Witness,
  duration: number,
): RunFinished {
  const event: RunFinished = {
    type: 'run-finished',
    duration,
    summary: totals.summary(),
    findings: audit.findings(),
    problems: [],
    exitCode: exitCode(options, totals),
    ...witness.told(),
  };
  options.emit(event);
  return event;
}

function exitCode(options: RunOptions, totals: Totals): ExitCode {
  if (options.signal.aborted) return 130;
  const { failed, errored, warned } = totals.errors();
  if (failed || (options.strict && warned)) return 1;
  return errored ? 3 : 0;
}
