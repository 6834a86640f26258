/** Projects and scenarios, as values, replayed against servers of a test; no file is read. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import type { RefreshVault } from '../../src/credential/presentation.ts';
import type { Clock, Random } from '../../src/doors.ts';
import type {
  Environment,
  Job,
  JobResult,
  JsonMap,
  RunEvent,
  RunFinished,
  Step,
  Transport,
} from '../../src/model.ts';
import { type Plan, plan } from '../../src/plan/plan.ts';
import type { Lookups } from '../../src/plan/scope.ts';
import type { Problem } from '../../src/problem.ts';
import { createSend } from '../../src/replay/send.ts';
import type { RunDoors, RunOptions } from '../../src/run/options.ts';
import { run } from '../../src/run/run.ts';
import { createRedactor, type Redactor } from '../../src/secret.ts';
import type { Surveyor } from '../../src/survey/context.ts';
import { type SurveyOptions, survey } from '../../src/survey/survey.ts';
import { type Origins, systemClock } from './origins.ts';

export const systemRandom: Random = {
  uuid: () => randomUUID(),
  token: (bytes) => randomBytes(bytes).toString('base64url'),
};

export interface Replay {
  readonly origins: Origins;
  /** Where files of the project lie, such as certificates, which are then presented. Default: this repository; none are. */
  readonly root?: string;
  readonly project: JsonMap;
  /** File name to scenario. */
  readonly scenarios: Readonly<Record<string, JsonMap>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Process environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly environments?: readonly string[];
  /** Default: the real one. */
  readonly clock?: Clock;
  /** Absent: nobody is there. */
  readonly prompt?: (text: string) => void;
  readonly vault?: RefreshVault;
  readonly options?: Partial<RunOptions>;
  /** Instead of the system's name servers. */
  readonly lookup?: LookupFunction;
  /** Further settings of how the environments are reached. */
  readonly transport?: Partial<Transport>;
  /** Milliseconds by which the clock of the run is ahead. */
  readonly shift?: number;
}
export interface Replayed {
  readonly jobs: readonly JobResult[];
  readonly finished: RunFinished;
  readonly events: readonly RunEvent[];
  readonly problems: readonly Problem[];
  /** Which knows all secrets of the run. */
  readonly redactor: Redactor;
}

/** Throws when the plan has problems. */
export function replay(given: Replay): Promise<Replayed> {
  return play(given, run);
}

/** The environments of the project held side by side; problems as above. */
export function compare(
  given: Replay & {
    readonly survey?: Partial<SurveyOptions>;
    /** Default: all. */
    readonly surveyors?: readonly Surveyor[];
  },
): Promise<Replayed> {
  const source = { file: 'why401.yml', line: 1, column: 1 };
  const by = (options: RunOptions, doors: RunDoors): Promise<RunFinished> =>
    survey({ ...options, declared: [], scenarios: false, source, ...given.survey }, doors, given.surveyors);
  return play(given, by, true);
}

async function play(
  given: Replay,
  by: (options: RunOptions, doors: RunDoors) => Promise<RunFinished>,
  allClients = false,
): Promise<Replayed> {
  const secrets = given.secrets ?? {};
  const { shift = 0 } = given;
  const own = { ...systemClock, now: () => systemClock.now() + shift };
  const clock = given.clock ?? (shift === 0 ? systemClock : own);
  const redactor = createRedactor();
  const lookups = {
    env: (name: string) => given.env?.[name],
    secret: (name: string) => {
      const value = secrets[name];
      if (value !== undefined) redactor.learn(name, value);
      return value;
    },
  };
  const planned = planOf(given, lookups, clock, allClients);
  const sender = createSend({ clock, redactor, ...(given.lookup ? { lookup: given.lookup } : {}) });
  const events: RunEvent[] = [];
  const withTransport = withOrigins(given.origins, given.root !== undefined, given.transport);
  try {
    const finished = await by(
      {
        version: '0.0.0',
        root: process.cwd(),
        jobs: planned.jobs.map((job) => reaching(job, withTransport)),
        environments: planned.environments.map(withTransport),
        known: planned.known.map(withTransport),
        concurrency: 4,
        bail: false,
        strict: false,
        experiments: true,
        bodyLimit: 1_000_000,
        deadline: null,
        signal: new AbortController().signal,
        emit: (event) => events.push(event),
        ...given.options,
      },
      {
        send: sender.send,
        clock,
        random: systemRandom,
        redactor,
        lookups,
        ...(given.prompt ? { prompt: given.prompt } : {}),
        ...(given.vault ? { vault: given.vault } : {}),
      },
    );
    const jobs = events.flatMap((event) => (event.type === 'job-finished' ? [event.job] : []));
    return {
      jobs: jobs.sort((a, b) => a.index - b.index),
      finished,
      events,
      problems: planned.problems,
      redactor,
    };
  } finally {
    await sender.close();
  }
}

function planOf(given: Replay, lookups: Lookups, clock: Clock, allClients: boolean): Plan {
  const scenarios = Object.entries(given.scenarios).map(([file, value]) => ({ file, value }));
  const context = {
    root: given.root ?? process.cwd(),
    project: given.project,
    lookups,
    given: {},
    random: systemRandom,
    now: () => clock.now(),
    offline: false,
  };
  const planned = plan(context, scenarios, {
    environments: given.environments ?? [],
    tags: [],
    grep: null,
    timeout: 5000,
    retries: 0,
    allClients,
  });
  if (planned.problems.length > 0) throw new Error(planned.problems.map(({ message }) => message).join('\n'));
  return planned;
}

/** The job with all its environments, those of its faults included. */
function reaching(job: Job, withTransport: (environment: Environment) => Environment): Job {
  const steps = job.steps.map((step): Step => {
    if (step.kind !== 'request') return step;
    const credentials = step.credentials.map((ref) => {
      const from = ref.fault?.from;
      if (!ref.fault || !from) return ref;
      return {
        ...ref,
        fault: { ...ref.fault, from: { ...from, environment: withTransport(from.environment) } },
      };
    });
    return { ...step, credentials };
  });
  return { ...job, environment: withTransport(job.environment), steps };
}

/** Every environment reaches the servers of the test. */
function withOrigins(
  origins: Origins,
  keepsCertificates: boolean,
  changes: Partial<Transport> = {},
): <T extends { readonly name: string; readonly transport: Transport }>(environment: T) => T {
  const transports = new Map<string, object>();
  return (environment) => {
    const { clientCertificate, clientCertificates, home } = environment.transport;
    const own = keepsCertificates
      ? { clientCertificate, ...(clientCertificates ? { clientCertificates } : {}) }
      : {};
    const transport =
      transports.get(environment.name) ??
      origins.transportWith({
        environment: environment.name,
        ...(home ? { home } : {}),
        ...own,
        ...changes,
      });
    transports.set(environment.name, transport);
    return { ...environment, transport };
  };
}

/** `cause certainty` of the findings of each step that has any, by step name. */
export function causes(replayed: Replayed): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const job of replayed.jobs) {
    for (const step of job.steps) {
      if (step.findings.length > 0)
        found[`${job.environment}: ${step.name}`] = step.findings.map(
          ({ cause, certainty }) => `${cause} ${certainty}`,
        );
    }
  }
  return found;
}
