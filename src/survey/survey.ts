/** `why401 compare`: each environment is looked at, and then held beside the others. */
import type { Drift } from '../compare/shape/drift.ts';
import { type Surveyed, together } from '../compare/surveyed.ts';
import type {
  DeclaredDifference,
  Environment,
  Exchange,
  JobResult,
  LeftOut,
  Observed,
  Past,
  RunFinished,
  Source,
} from '../model.ts';
import { createPerform } from '../replay/exchange.ts';
import type { RunDoors, RunOptions } from '../run/options.ts';
import { type Prepared, prepare, usualTimeout } from '../run/run.ts';
import { runStarted } from '../run/started.ts';
import { withOthers, withPast } from './beside.ts';
import { surveyClientSettings } from './client-settings.ts';
import { surveyClients } from './clients.ts';
import type { SurveyContext, Surveyor } from './context.ts';
import { surveyDiscovery } from './discovery.ts';
import { surveyKeys } from './keys.ts';
import { exitCode, statusOf, summaryOf } from './outcome.ts';
import { surveyRedirectUris } from './redirect-uri-advice.ts';
import { replaying } from './replaying.ts';
import { surveyResources } from './resources.ts';
import { surveyTokens } from './tokens.ts';
import { surveyTraffic } from './traffic.ts';
import { surveyTransport } from './transport.ts';

export interface SurveyOptions extends RunOptions {
  /** What the project file alone shows. */
  readonly shape?: readonly Drift[];
  /** The environments are held beside this instead of each other; absent: they are not. */
  readonly past?: readonly Past[];
  /** What cannot be looked at, as the plan says. */
  readonly left?: readonly LeftOut[];
  readonly declared: readonly DeclaredDifference[];
  /** `--scenarios`: they are replayed with their credentials. */
  readonly scenarios: boolean;
  /** Of the project file. */
  readonly source: Source;
}

/** In this order; each sees the answers that the credential store kept of those before it. */
const all: readonly Surveyor[] = [
  surveyRedirectUris,
  surveyDiscovery,
  surveyKeys,
  surveyResources,
  surveyClientSettings,
  surveyTokens,
  surveyClients,
  surveyTraffic,
  surveyTransport,
];

export async function survey(
  options: SurveyOptions,
  doors: RunDoors,
  surveyors: readonly Surveyor[] = all,
): Promise<RunFinished> {
  const started = doors.clock.monotonic();
  options.emit(runStarted(options, doors.clock, options.environments.length));
  const prepared = prepare(options, doors);
  const surveyed = await Promise.all(
    options.environments.map((environment, index) =>
      look(environment, index, options, prepared, doors, surveyors),
    ),
  );
  prepared.deadline.abort();
  const observed: Observed[] = surveyed.map(({ parts }, index) => ({
    environment: options.environments[index]?.name ?? '',
    observations: parts.observations,
  }));
  const left = [...(options.left ?? []), ...surveyed.flatMap(({ parts }) => parts.left)];
  const jobs = surveyed.map(({ job }) => job);
  const compared = options.past
    ? withPast(observed, options.past, doors.redactor)
    : withOthers(observed, [...left, ...unreached(jobs)], options, doors);
  const { differences, findings } = compared;
  const event: RunFinished = {
    type: 'run-finished',
    duration: doors.clock.monotonic() - started,
    summary: summaryOf(jobs),
    // What a server does against a standard, and does everywhere, is no drift: surveyors tell what matters here.
    findings,
    problems: [],
    exitCode: exitCode(options, jobs, findings, prepared.context.signal.aborted),
    comparison: { differences, observed, left: [...left, ...compared.left] },
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
  surveyors: readonly Surveyor[],
): Promise<Looked> {
  const ref = { index, file: options.source.file, name: 'compare', environment: environment.name };
  options.emit({ type: 'job-started', job: ref });
  const made: Exchange[] = [];
  const replays = replaying(prepared);
  const context = contextOf(environment, options, prepared, doors, { run: replays.run, made });
  const parts: Surveyed[] = [];
  for (const surveyor of surveyors) {
    const part = await surveyor(context);
    parts.push(part);
    const sent = part.steps.flatMap(({ exchanges }) => exchanges);
    made.push(...sent);
    for (const each of sent) context.note(each);
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
  // What was replayed was looked at then.
  prepared.audit.exchanges(
    environment,
    made.filter((each) => !replays.audited.has(each)),
    new Set(whole.told),
  );
  options.emit({ type: 'job-finished', job });
  return { job, parts: whole };
}

function contextOf(
  environment: Environment,
  options: SurveyOptions,
  { context, inquest }: Prepared,
  doors: RunDoors,
  own: Pick<SurveyContext, 'run' | 'made'>,
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
    note: (exchange) => inquest.note(exchange),
    stopped(url) {
      const sign = inquest.signAt(environment, url);
      return sign === null ? null : `it showed a stop sign: ${sign}`;
    },
    ...own,
    timeout,
    signal: context.signal,
  };
}

/** Steps without an answer: what would have been observed by them, nobody knows. */
function unreached(jobs: readonly JobResult[]): LeftOut[] {
  return jobs.flatMap(({ environment, steps }) =>
    steps
      .filter(({ status }) => status === 'errored' || status === 'skipped')
      .map(({ name }) => ({ environment, what: name, why: '', fix: '' })),
  );
}
