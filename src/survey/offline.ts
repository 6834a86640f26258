/** `why401 compare --offline`: what the project file alone shows. Nothing is sent, and nothing that could send is at hand. */
import { compareObserved } from '../compare/compare.ts';
import { redirectUriObservations } from '../compare/redirect-uri-shapes.ts';
import { redirectUriFindings } from '../compare/redirect-uris.ts';
import { sameSystems } from '../compare/same-system.ts';
import { declaredDrift } from '../compare/shape/declared.ts';
import type { Clock } from '../doors.ts';
import type { Environment, JobResult, LeftOut, RunFinished } from '../model.ts';
import { runStarted } from '../run/started.ts';
import { idOf } from './client-settings.ts';
import { exitCode, statusOf, summaryOf } from './outcome.ts';
import type { SurveyOptions } from './survey.ts';

export type OfflineOptions = Pick<
  SurveyOptions,
  'version' | 'environments' | 'known' | 'strict' | 'signal' | 'emit' | 'shape' | 'declared' | 'source'
>;

export function compareOffline(options: OfflineOptions, clock: Clock): RunFinished {
  const started = clock.monotonic();
  options.emit(runStarted(options, clock, options.environments.length));
  const jobs = options.environments.map((environment, index) => judged(environment, index, options));
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  const { shape = [], declared, environments } = options;
  const observed = environments.map((environment) => ({
    environment: environment.name,
    observations: [
      ...redirectUriObservations(environment, environments),
      ...[...environment.clients.values()].map((client) =>
        idOf(client, { environment, compared: environments }, false),
      ),
    ],
  }));
  const left = environments.map(({ name }) => unasked(name));
  const file = declaredDrift(shape, declared, environments, today);
  const told = new Set(shape.map(({ difference }) => difference.what));
  const open = observed.map(({ environment, observations }) => ({
    environment,
    observations: observations.filter(({ kind, of }) => !told.has(`${kind}[${of}]`)),
  }));
  const seen = compareObserved(open, declared, {
    today,
    left,
    same: sameSystems(options.known),
    others: file.differences,
  });
  const findings = [...file.findings, ...seen.findings];
  const event: RunFinished = {
    type: 'run-finished',
    duration: clock.monotonic() - started,
    summary: summaryOf(jobs),
    findings,
    problems: [],
    exitCode: exitCode(options, jobs, findings, false),
    comparison: {
      differences: [...file.differences, ...seen.differences],
      observed,
      left,
    },
  };
  options.emit(event);
  return event;
}

/** The rules that hold for redirect URIs whoever is asked. */
function judged(environment: Environment, index: number, options: OfflineOptions): JobResult {
  const { name, source } = environment;
  const ref = { index, file: options.source.file, name: 'compare', environment: name };
  options.emit({ type: 'job-started', job: ref });
  const steps = redirectUriFindings(environment, options.known);
  for (const step of steps) options.emit({ type: 'step-finished', job: ref, step });
  const job: JobResult = { ...ref, tags: [], source, status: statusOf(steps), steps };
  options.emit({ type: 'job-finished', job });
  return job;
}

function unasked(environment: string): LeftOut {
  return {
    environment,
    what: 'everything that servers are asked for',
    why: 'nothing is sent with --offline',
    fix: 'Leave --offline out.',
  };
}
