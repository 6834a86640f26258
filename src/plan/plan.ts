/** Project and options to jobs. Pure but for certificate files: nothing is sent, every wrong name is told. */

import type { Environment, Job, JsonMap } from '../model.ts';
import { type Problem, Problems } from '../problem.ts';
import { wholeClient } from './clients.ts';
import { createCommon } from './common.ts';
import { credentialMaps } from './credentials.ts';
import { type PlannedEnvironment, type ProjectContext, planEnvironment } from './environment.ts';
import type { EnvironmentsOfFile } from './fault-details.ts';
import { nameOf, type PlanOptions, planJobs, type ScenarioSource, strings } from './jobs.ts';
import { mapAt } from './maps.ts';
import { checkEnvironmentNames, extended, selectEnvironments } from './selection.ts';

export type { PlanOptions, ScenarioSource } from './jobs.ts';

export interface Plan {
  readonly jobs: readonly Job[];
  /** Selected ones, in the order of the file. */
  readonly environments: readonly Environment[];
  /** All of the file, selected or not: what belongs to which environment. */
  readonly known: readonly Environment[];
  readonly problems: readonly Problem[];
}

/** A plan before anybody says that all of it must be right. */
export interface PlanInParts {
  /** Selected ones, in the order of the file. */
  readonly environments: readonly EnvironmentPart[];
  readonly jobs: readonly JobPart[];
  readonly known: readonly Environment[];
  /** What is wrong whatever the environment. */
  readonly problems: readonly Problem[];
}

export interface EnvironmentPart extends PlannedEnvironment {
  /** What why401.yml says of each credential here. */
  readonly credentials: ReadonlyMap<string, JsonMap>;
  readonly problems: readonly Problem[];
}

export interface JobPart {
  readonly job: Job;
  readonly problems: readonly Problem[];
}

export function plan(
  context: ProjectContext,
  scenarios: readonly ScenarioSource[],
  options: PlanOptions,
): Plan {
  const { environments, jobs, known, problems } = planInParts(context, scenarios, options);
  const all = new Problems();
  for (const each of [{ problems }, ...environments, ...jobs]) all.list.push(...each.problems);
  if (jobs.length === 0 && all.list.length === 0) noJobs(scenarios.length, all);
  return {
    jobs: jobs.map(({ job }) => job),
    environments: environments.map(({ environment }) => environment),
    known,
    problems: distinct(all.list),
  };
}

/** As `plan`; what is wrong stands where it belongs. */
export function planInParts(
  context: ProjectContext,
  scenarios: readonly ScenarioSource[],
  options: PlanOptions,
): PlanInParts {
  const problems = new Problems();
  const raws = extended(mapAt(context.project, 'environments'), problems);
  const selected = selectEnvironments(raws, options.environments, problems);
  const planned = new Map<string, PlannedEnvironment>();
  const wrong = new Map([...raws.keys()].map((name) => [name, new Problems()]));
  for (const [name, raw] of raws) {
    const offline = context.offline || !selected.has(name);
    const each = planEnvironment(name, raw, { ...context, offline }, wrong.get(name) ?? problems);
    planned.set(name, options.allClients && !offline ? withClients(each) : each);
  }
  const environments = inFull(planned, selected, raws, context, problems);
  const jobs: JobPart[] = [];
  const given = { context, common: createCommon(context), environments, options };
  for (const scenario of scenarios.filter((each) => matches(each, options))) {
    checkEnvironmentNames(scenario.value, [...raws.keys()], problems);
    for (const name of selected) {
      const environment = planned.get(name);
      if (environment) for (const job of planJobs(jobs.length, scenario, environment, given)) jobs.push(job);
    }
  }
  const parts = [...planned].filter(([name]) => selected.has(name));
  return {
    environments: parts.map(([name, each]) => ({
      ...each,
      credentials: credentialMaps(each, context),
      problems: wrong.get(name)?.list ?? [],
    })),
    jobs,
    known: [...planned.values()].map(({ environment }) => environment),
    problems: problems.list,
  };
}

/** A credential has its client whole; here are those, too, that no credential has. */
function withClients({ environment, raw, scope, layers }: PlannedEnvironment): PlannedEnvironment {
  const clients = new Map(
    [...environment.clients].map(([name, client]) => [
      name,
      wholeClient(client, mapAt(mapAt(raw, 'clients'), name), scope),
    ]),
  );
  return { environment: { ...environment, clients }, raw, scope, layers };
}

function matches(scenario: ScenarioSource, options: PlanOptions): boolean {
  const tags = strings(scenario.value['tags']);
  if (options.tags.length > 0 && !options.tags.some((tag) => tags.includes(tag))) return false;
  return options.grep === null || nameOf(scenario).toLowerCase().includes(options.grep.toLowerCase());
}

/** Of an environment that is not selected certificates and secrets are wanted only where a step names it. */
function inFull(
  planned: ReadonlyMap<string, PlannedEnvironment>,
  selected: ReadonlySet<string>,
  raws: ReadonlyMap<string, JsonMap>,
  context: ProjectContext,
  problems: Problems,
): EnvironmentsOfFile {
  const known = new Map([...planned].filter(([name]) => selected.has(name)));
  return {
    names: [...raws.keys()],
    get(name) {
      const raw = raws.get(name);
      const found = known.get(name) ?? (raw ? planEnvironment(name, raw, context, problems) : null);
      if (found) known.set(name, found);
      return found;
    },
  };
}

function noJobs(scenarios: number, problems: Problems): void {
  const message =
    scenarios === 0
      ? 'There is no scenario.'
      : 'No scenario is selected: a run that tests nothing would be green for nothing.';
  problems.add('NO_SCENARIOS', message, {
    fix: 'Check the paths, --env, --tag and --grep, and "only" in the files.',
  });
}

/** A wrong line in a scenario is wrong in every environment, and told once. */
export function distinct(list: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of list) {
    const key = problemKey(problem);
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}

/** The same for what is wrong at one place in several environments, or with several rows of data. */
export function problemKey({ code, message, source }: Problem): string {
  const place = source ? `${source.file}:${source.line}:${source.column}` : '';
  const said = message.replace(/, in row \d+ of the data/, '');
  return `${code} ${place} ${source ? said.replace(/ in environment "[^"]*"/, '') : said}`;
}
