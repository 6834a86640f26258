/** What run, lint and list have in common: files and flags to a plan. */
import { resolve } from 'node:path';
import { preflight } from '../credential/preflight.ts';
import { type Loaded, loadProject } from '../load/load.ts';
import { createSecrets, variableOf } from '../load/secrets.ts';
import type { DeclaredDifference, Job, JsonMap } from '../model.ts';
import { readDeclared } from '../plan/comparison.ts';
import type { ProjectContext } from '../plan/environment.ts';
import { type Plan, type PlanOptions, plan } from '../plan/plan.ts';
import type { Lookups } from '../plan/scope.ts';
import { jobsOf, type Shard } from '../plan/shards.ts';
import { parseDuration } from '../plan/units.ts';
import { Problem, ProblemError, Problems } from '../problem.ts';
import { checkExpectations } from './expectations.ts';
import type { RunFlags } from './flags.ts';
import { learnPasswords, learnRows, learnVariables } from './passwords.ts';
import { readShard, shardNote } from './shard.ts';
import type { World } from './world.ts';

export interface Planned {
  readonly loaded: Loaded;
  readonly plan: Plan;
  readonly lookups: Lookups;
  /** `compare.differs` of the project file. */
  readonly declared: readonly DeclaredDifference[];
  /** Milliseconds for each request. */
  readonly timeout: number;
  /** Said of secrets that look odd: white space around the value. */
  readonly notes: readonly string[];
}

/** Project, options and lookups, before anything is planned. */
export interface Opened {
  readonly loaded: Loaded;
  readonly context: ProjectContext;
  readonly options: PlanOptions;
  /** null: all of the plan. */
  readonly shard: Shard | null;
  /** `compare.differs` of the project file. */
  readonly declared: readonly DeclaredDifference[];
  /** Of files, options and variables. */
  readonly problems: readonly Problem[];
  /** Of secrets looked up so far, and of values of `--var`. */
  notes(): string[];
}

/** Throws ProblemError where there is nothing to plan. `offline`: no secret is needed. */
export async function openProject(
  paths: readonly string[],
  flags: RunFlags,
  world: World,
  offline: boolean,
  learn: (name: string, value: string) => void = () => {},
): Promise<Opened> {
  const loaded = loadProject({
    cwd: world.cwd,
    user: world.user,
    paths,
    ...(flags.config === undefined ? {} : { config: flags.config }),
  });
  const problems = new Problems();
  const placed = new Problems();
  const given = variables(flags.var ?? [], problems);
  const exposed = learnVariables(given, learn);
  const options = planOptions(flags, problems);
  const shard = readShard(flags.shard, world.env, problems);
  const unusable = loaded.problems.filter(({ code }) => code !== 'NO_SCENARIOS');
  const all = [...loaded.problems, ...problems.list];
  if (!loaded.project || (loaded.scenarios.length === 0 && unusable.length > 0)) throw new ProblemError(all);
  const dotenv = flags.envFile === undefined ? {} : { dotenv: resolve(world.cwd, flags.envFile) };
  const secrets = createSecrets({ env: world.env, ...dotenv });
  const secret = (name: string): string | undefined => {
    const value = offline ? undefined : secrets.lookup(name);
    if (value !== undefined) learn(name, value);
    return value;
  };
  const context = {
    root: loaded.root,
    folders: loaded.folders,
    project: loaded.project.value,
    lookups: { env: (name: string) => variableOf(world.env, name), secret },
    given,
    random: world.random,
    now: () => world.clock.now(),
    offline,
  };
  const declared = await readComparison(loaded.project.value, placed);
  return {
    loaded,
    context,
    options,
    shard,
    declared,
    problems: [...all, ...withLines(placed.list, loaded)],
    notes: () => [...exposed, ...secrets.notes],
  };
}

/** Throws ProblemError with everything that is wrong. `offline`: no secret is needed. */
export async function planProject(
  paths: readonly string[],
  flags: RunFlags,
  world: World,
  offline: boolean,
  learn: (name: string, value: string) => void = () => {},
): Promise<Planned> {
  return planOpened(await openProject(paths, flags, world, offline, learn), learn);
}

/** Throws ProblemError with everything that is wrong. */
export async function planOpened(
  opened: Opened,
  learn: (name: string, value: string) => void = () => {},
): Promise<Planned> {
  const { loaded, context, options, declared } = opened;
  if (loaded.scenarios.length === 0) throw new ProblemError(opened.problems);
  const made = plan(context, loaded.scenarios, options);
  learnPasswords(made.known, learn);
  learnRows(made.jobs, learn);
  const wrong = [...made.problems, ...(await wrongIn(made.jobs, made.problems, context))];
  const all = [...opened.problems, ...withLines(wrong, loaded)];
  if (all.length > 0) throw new ProblemError(sorted(all));
  const { lookups } = context;
  const { timeout } = options;
  if (!opened.shard) return { loaded, plan: made, declared, lookups, timeout, notes: opened.notes() };
  const jobs = jobsOf(made.jobs, opened.shard);
  const notes = [...opened.notes(), shardNote(jobs, made.jobs, opened.shard)];
  return { loaded, plan: { ...made, jobs }, declared, lookups, timeout, notes };
}

/** What is wrong with the expectations of jobs, and with keys that nobody could use; `told` is told already. */
export async function wrongIn(
  jobs: readonly Job[],
  told: readonly Problem[],
  { offline, now }: ProjectContext,
): Promise<Problem[]> {
  const expectations = await checkExpectations(jobs);
  if (offline) return expectations.list;
  const environments = jobs.map(({ environment }) => environment);
  return [...expectations.list, ...beside(told, await preflight(environments, now()))];
}

/** The kinds are read where there is something to hold against them. */
async function readComparison(project: JsonMap, problems: Problems): Promise<DeclaredDifference[]> {
  if (project['compare'] === undefined) return [];
  const { kinds } = await import('../compare/kind.ts');
  return readDeclared(project, [...kinds().keys()], problems);
}

/** Without those at a place of which something is told already: a secret that is missing is no key either. */
function beside(told: readonly Problem[], list: readonly Problem[]): Problem[] {
  const place = ({ source }: Problem): string => JSON.stringify(source);
  const places = new Set(told.map(place));
  return list.filter((problem) => !places.has(place(problem)));
}

function planOptions(flags: RunFlags, problems: Problems): PlanOptions {
  return {
    environments: flags.env ?? [],
    tags: flags.tag ?? [],
    grep: flags.grep ?? null,
    timeout: duration('--timeout', flags.timeout ?? '30s', problems),
    retries: flags.retries ?? 0,
  };
}

export function duration(name: string, text: string, problems: Problems): number {
  const value = parseDuration(text);
  if (value === null || value === 0)
    problems.add(
      'DURATION_INVALID',
      `${name} takes a duration${value === 0 ? ' above 0' : ''}, not "${text}".`,
      {
        fix: 'Write a number with a unit: 800ms, 30s, 5m.',
      },
    );
  return value ?? 0;
}

export function variables(pairs: readonly string[], problems: Problems): JsonMap {
  const map: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1)
      problems.add('VARIABLE_INVALID', `--var takes name=value, not "${pair}".`, {
        fix: 'Write --var tenant=acme; a value may be empty.',
      });
    else map[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return map;
}

export function withLines(list: readonly Problem[], loaded: Loaded): Problem[] {
  return list.map((problem) => {
    if (problem.source === null || problem.line !== null) return problem;
    const { code, message, source, fix } = problem;
    return new Problem(code, message, { source, fix, line: loaded.lineOf(source) });
  });
}

export function sorted(list: readonly Problem[]): Problem[] {
  const place = ({ source }: Problem): [string, number, number] => [
    source?.file ?? '',
    source?.line ?? 0,
    source?.column ?? 0,
  ];
  return [...list].sort((a, b) => {
    const [x, y] = [place(a), place(b)];
    return x[0].localeCompare(y[0]) || x[1] - y[1] || x[2] - y[2];
  });
}
