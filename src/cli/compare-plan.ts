/** Project and flags to what can be compared: what one environment lacks is a finding, not wrong input. */
import type { Drift } from '../compare/shape/drift.ts';
import type { ProjectShape } from '../compare/shape/file.ts';
import { shapeDrift } from '../compare/shape/shape.ts';
import type { Environment, Job, JsonMap, LeftOut, Past } from '../model.ts';
import { distinct, type EnvironmentPart, type JobPart, type PlanInParts, planInParts } from '../plan/plan.ts';
import { Problem } from '../problem.ts';
import { isMap } from '../source.ts';
import { checkNumber } from './compare-flags.ts';
import { type Apart, apartOf, isAfter, isPassedOver } from './compare-problems.ts';
import type { CompareFlags } from './flags.ts';
import { learnPasswords, learnRows } from './passwords.ts';
import { type Opened, openProject, sorted, withLines, wrongIn } from './project.ts';
import type { World } from './world.ts';

/** What a comparison goes on with. */
export interface Comparable extends Pick<Opened, 'loaded' | 'context' | 'declared'> {
  /** Milliseconds for each request. */
  readonly timeout: number;
  readonly environments: readonly Environment[];
  readonly known: readonly Environment[];
  /** Those of which nothing is missing. */
  readonly jobs: readonly Job[];
  readonly drift: readonly Drift[];
  readonly left: readonly LeftOut[];
  /** `--baseline`; null: the environments are held beside each other. */
  readonly past: readonly Past[] | null;
  /** Wrong input: nothing is sent. */
  readonly problems: readonly Problem[];
}

/** Throws ProblemError where the files cannot be read. */
export async function planComparison(
  paths: readonly string[],
  flags: CompareFlags,
  world: World,
  learn: (name: string, value: string) => void,
): Promise<Comparable> {
  const offline = flags.offline === true;
  const opened = await openProject(paths, flags, world, offline, learn);
  const { loaded, context, options } = opened;
  const parts = planInParts(context, loaded.scenarios, { ...options, allClients: true });
  learnPasswords(parts.known, learn);
  learnRows(
    parts.jobs.map(({ job }) => job),
    learn,
  );
  const apart = apartOf(parts, offline);
  const usable = parts.jobs.filter(({ problems }) => problems.length === 0);
  const blind = parts.environments.filter(({ environment }) => isBlind(environment.name, apart));
  const jobs = usable
    .map(({ job }) => job)
    .filter(({ environment }) => !blind.some((each) => each.environment.name === environment.name));
  const names = parts.environments.map(({ environment }) => environment.name);
  const baseline =
    flags.baseline === undefined
      ? null
      : (await import('./baseline.ts')).readBaseline(flags.baseline, world.cwd, names);
  const wrong = [
    ...(baseline?.problems ?? []),
    ...parts.problems,
    ...wrongOf(parts, apart, flags.scenarios === true),
    ...unselected(paths, flags, parts),
    ...(parts.problems.length > 0
      ? []
      : checkNumber(
          names,
          parts.known.map(({ name }) => name),
          flags,
        )),
  ];
  const later = await wrongIn(jobs, wrong, context);
  const files = opened.problems.filter(({ code }) => code !== 'NO_SCENARIOS' || paths.length > 0);
  return {
    loaded,
    context,
    declared: opened.declared,
    timeout: options.timeout,
    environments: parts.environments.map(({ environment }) => environment),
    known: parts.known,
    jobs,
    drift: shapeDrift(shapeOf(parts, apart, opened)),
    left: leftOf(parts.jobs, jobs),
    past: baseline?.past ?? null,
    problems: sorted([...files, ...withLines(distinct([...wrong, ...later]), loaded)]),
  };
}

function wrongOf({ environments, jobs }: PlanInParts, apart: Apart, replayed: boolean): Problem[] {
  const isWrong = (problem: Problem, name: string): boolean =>
    apart.get(name)?.has(problem) !== true && (replayed || !isPassedOver(problem));
  return [
    ...environments.flatMap(({ environment, problems }) =>
      problems.filter((problem) => isWrong(problem, environment.name)),
    ),
    ...jobs.flatMap(({ job, problems }) =>
      problems.filter((problem) => isWrong(problem, job.environment.name)),
    ),
  ];
}

/** Its settings hold a name that means nothing: its scenarios would be sent without what the name stands for. */
function isBlind(name: string, apart: Apart): boolean {
  return [...(apart.get(name) ?? [])].some(({ code }) => code === 'UNRESOLVED_VARIABLE');
}

function unselected(
  paths: readonly string[],
  { tag = [], grep }: CompareFlags,
  parts: PlanInParts,
): Problem[] {
  const isSelective = paths.length > 0 || tag.length > 0 || grep !== undefined;
  if (!isSelective || parts.jobs.length > 0 || parts.environments.length === 0) return [];
  return [
    new Problem('NO_SCENARIOS', 'No scenario is selected.', {
      fix: 'Check the paths, --env, --tag and --grep, and "only" in the files; without them all are taken.',
    }),
  ];
}

function shapeOf(
  { environments, known, jobs }: PlanInParts,
  apart: Apart,
  { loaded, context }: Opened,
): ProjectShape {
  const raws = mapOf(context.project, 'environments');
  return {
    environments: environments.map((part) => shapeEnvironment(part, raws, jobs, apart, context.offline)),
    known,
    variables: { ...mapOf(context.project, 'variables'), ...context.given },
    scenarios: loaded.scenarios,
    offline: context.offline,
  };
}

function shapeEnvironment(
  part: EnvironmentPart,
  raws: JsonMap,
  jobs: readonly JobPart[],
  apart: Apart,
  offline: boolean,
): ProjectShape['environments'][number] {
  const { environment, raw, credentials } = part;
  const { name } = environment;
  return {
    environment,
    raw,
    above: aboveOf(name, raws),
    credentials,
    jobs: jobs.map(({ job }) => job).filter((job) => job.environment.name === name),
    problems: distinct([...(apart.get(name) ?? [])].filter((problem) => !isAfter(problem, part, offline))),
  };
}

function aboveOf(name: string, raws: JsonMap): ReadonlySet<string> {
  const above = new Set<string>();
  for (let base = mapOf(raws, name)['extends']; typeof base === 'string' && !above.has(base); ) {
    above.add(base);
    base = mapOf(raws, base)['extends'];
  }
  return above;
}

function mapOf(map: JsonMap, key: string): JsonMap {
  const value = map[key];
  return value !== undefined && isMap(value) ? value : {};
}

/** Scenarios that cannot run somewhere. */
function leftOf(all: readonly JobPart[], usable: readonly Job[]): LeftOut[] {
  return all
    .filter(({ job }) => !usable.includes(job))
    .map(({ job, problems }) => {
      const isUnsafe = problems.length > 0 && problems.every(isPassedOver);
      return {
        environment: job.environment.name,
        what: `the scenario "${job.name}"`,
        why: isUnsafe ? 'it could change something there' : 'the files do not say all that it needs there',
        fix: isUnsafe ? 'Say "writes: true" or "reads: true" at the step.' : 'Put right what is told above.',
        kinds: ['token.*', 'answer.*', 'challenge.*', 'redirects.*', 'cookie.*', 'cookies.*'],
      };
    });
}
