/** `why401 compare`: each environment is looked at, and then held beside the others. */
import { compareObserved } from '../compare/compare.ts';
import { type Surveyed, together } from '../compare/surveyed.ts';
import type {
  DeclaredDifference,
  Environment,
  ExitCode,
  Finding,
  JobResult,
  Observed,
  RunFinished,
  Source,
  StepResult,
  Summary,
} from '../model.ts';
import { createPerform } from '../replay/exchange.ts';
import type { RunDoors, RunOptions } from '../run/options.ts';
import { type Prepared, prepare } from '../run/run.ts';
import type { SurveyContext, Surveyor } from './context.ts';
import { surveyDiscovery } from './discovery.ts';
import { surveyRedirectUris } from './redirect-uri-advice.ts';

export interface SurveyOptions extends RunOptions {
  readonly declared: readonly DeclaredDifference[];
  /** `--scenarios`: they are replayed with their credentials. */
  readonly scenarios: boolean;
  /** Of the project file. */
  readonly source: Source;
}

/** In this order; each sees the answers that the credential store kept of those before it. */
const surveyors: readonly Surveyor[] = [surveyRedirectUris, surveyDiscovery];

export async function survey(options: SurveyOptions, doors: RunDoors): Promise<RunFinished> {
  const started = doors.clock.monotonic();
  options.emit({
    type: 'run-started',
    started: doors.clock.now(),
    version: options.version,
    environments: options.environments.map(({ name, transport }) => ({ name, insecure: transport.insecure })),
    jobs: options.environments.length,
  });
  const prepared = prepare(options, doors);
  const surveyed = await Promise.all(
    options.environments.map((environment, index) => look(environment, index, options, prepared, doors)),
  );
  prepared.deadline.abort();
  const observed: Observed[] = surveyed.map(({ parts }, index) => ({
    environment: options.environments[index]?.name ?? '',
    observations: parts.observations,
  }));
  const { differences, findings } = compareObserved(observed, options.declared);
  const left = surveyed.flatMap(({ parts }) => parts.left);
  const event: RunFinished = {
    type: 'run-finished',
    duration: doors.clock.monotonic() - started,
    summary: summaryOf(surveyed.map(({ job }) => job)),
    findings: [...prepared.audit.findings(), ...findings],
    problems: [],
    exitCode: exitCode(
      options,
      surveyed.map(({ job }) => job),
      findings,
    ),
    comparison: { differences, observed, left },
  };
  options.emit(event);
  return event;
}

interface Looked {
  readonly job: JobResult;
  readonly parts: Surveyed;
}

async function look(
  environment: Environment,
  index: number,
  options: SurveyOptions,
  prepared: Prepared,
  doors: RunDoors,
): Promise<Looked> {
  const ref = { index, file: options.source.file, name: 'compare', environment: environment.name };
  options.emit({ type: 'job-started', job: ref });
  const context = contextOf(environment, options, prepared, doors);
  const parts: Surveyed[] = [];
  for (const surveyor of surveyors) {
    const part = await surveyor(context);
    parts.push(part);
    for (const step of part.steps) options.emit({ type: 'step-finished', job: ref, step });
  }
  const whole = together(parts);
  const job: JobResult = {
    ...ref,
    tags: [],
    source: environment.source,
    status: statusOf(whole.steps),
    steps: whole.steps,
  };
  prepared.audit.exchanges(
    environment,
    whole.steps.flatMap(({ exchanges }) => exchanges),
  );
  options.emit({ type: 'job-finished', job });
  return { job, parts: whole };
}

const usualTimeout = 30_000;

function contextOf(
  environment: Environment,
  options: SurveyOptions,
  { context }: Prepared,
  doors: RunDoors,
): SurveyContext {
  const timeout = options.timeout ?? usualTimeout;
  const jobs = options.jobs.filter((job) => job.environment.name === environment.name);
  return {
    environment,
    known: options.known,
    compared: options.environments,
    jobs,
    credentials: new Map(jobs.flatMap((job) => [...job.environment.credentials])),
    store: context.store,
    perform: createPerform(context.exchange, timeout, context.signal),
    exchange: context.exchange,
    doors,
    experiments: options.experiments,
    scenarios: options.scenarios,
    timeout,
    signal: context.signal,
  };
}

function statusOf(steps: readonly StepResult[]): JobResult['status'] {
  const worst = (['failed', 'errored'] as const).find((status) =>
    steps.some((step) => step.status === status),
  );
  return worst ?? 'passed';
}

function summaryOf(jobs: readonly JobResult[]): Summary {
  const steps = jobs.flatMap((job) => job.steps);
  const of = (status: StepResult['status']): number => steps.filter((step) => step.status === status).length;
  const warnings = steps.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'warning');
  return {
    passed: of('passed'),
    failed: of('failed'),
    errored: of('errored'),
    skipped: of('skipped'),
    warnings: warnings.length,
  };
}

function exitCode(options: RunOptions, jobs: readonly JobResult[], between: readonly Finding[]): ExitCode {
  if (options.signal.aborted) return 130;
  const { failed, errored, warnings } = summaryOf(jobs);
  const found = [...between].map(({ severity }) => severity);
  if (failed > 0 || found.includes('error')) return 1;
  if (options.strict && (warnings > 0 || found.includes('warning'))) return 1;
  return errored > 0 ? 3 : 0;
}
