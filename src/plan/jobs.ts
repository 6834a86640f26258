/** One scenario in one environment: its steps, and the credentials that they need. */
import type { CredentialRef, Job, JobRow, Json, JsonMap, Step } from '../model.ts';
import { type Problem, Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';
import { attemptKeys } from './attempts.ts';
import { checkBodyFiles } from './body-files.ts';
import { type Common, environmentFor } from './common.ts';
import { credentialMaps } from './credentials.ts';
import type { PlannedEnvironment, ProjectContext } from './environment.ts';
import type { EnvironmentsOfFile } from './fault-details.ts';
import { planFaults } from './faults.ts';
import { instantOf } from './instant.ts';
import { checkSessionUse } from './login.ts';
import { mapAt } from './maps.ts';
import { checkCredentialNames, checkNames, type NameContext } from './names.ts';
import { checkRenewals } from './renewals.ts';
import { checkRowUse, type RowContext } from './row-use.ts';
import { labels, rowsOf } from './rows.ts';
import { createScope } from './scope.ts';
import { checkKind, settle } from './settings.ts';
import { checkProtection, override, planStep } from './steps.ts';
import type { Scope } from './template.ts';

/** One scenario file as loaded. */
export interface ScenarioSource {
  /** Relative to the working directory. */
  readonly file: string;
  readonly value: JsonMap;
}

export interface PlanOptions {
  /** Names; empty: all that are not `default: false`. */
  readonly environments: readonly string[];
  readonly tags: readonly string[];
  /** Part of a scenario's name, case ignored. */
  readonly grep: string | null;
  /** Milliseconds. */
  readonly timeout: number;
  readonly retries: number;
  /** Clients have secret and settings although no credential uses them, where these can be read. */
  readonly allClients?: boolean;
}

export function nameOf(scenario: ScenarioSource): string {
  const name = scenario.value['name'];
  if (typeof name === 'string') return name;
  return (scenario.file.split('/').pop() ?? scenario.file).replace(/\.ya?ml$/, '');
}

export function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export interface Given {
  readonly context: ProjectContext;
  readonly common: Common;
  readonly environments: EnvironmentsOfFile;
  readonly options: PlanOptions;
}

/** The jobs of one scenario in one environment: one, or one for each row of its data; each with what is wrong with it. */
export function planJobs(
  first: number,
  scenario: ScenarioSource,
  planned: PlannedEnvironment,
  given: Given,
): { readonly job: Job; readonly problems: readonly Problem[] }[] {
  const { name } = planned.environment;
  const only = scenario.value['only'];
  if (Array.isArray(only) && !only.includes(name)) return [];
  const value = override(scenario.value, name);
  const layers = [given.context.given, mapAt(value, 'variables'), ...planned.layers.slice(1)];
  const shared: Shared = {
    scenario,
    value,
    planned,
    given,
    layers,
    tags: strings(scenario.value['tags']),
    steps: new Map(),
    lists: [],
    rows: { bare: scopeOf(layers, planned, given, null), told: { count: 0 } },
  };
  const rows = rowsOf(value);
  const names = labels(nameOf(scenario), rows);
  return rows.map((row, index) => {
    const problems = new Problems();
    const ref = { index: first + index, name: names[index] ?? '', row };
    return { job: planJob(ref, shared, problems), problems: problems.list };
  });
}

/** What the rows of a scenario have in common. */
interface Shared {
  readonly scenario: ScenarioSource;
  /** The scenario, overrides applied. */
  readonly value: JsonMap;
  readonly planned: PlannedEnvironment;
  readonly given: Given;
  /** Planned ones, by what is written: rows that change nothing of a step have it in common. */
  readonly steps: Map<number, { readonly written: JsonMap; readonly step: Step | null }>;
  /** The latest list of them. */
  readonly lists: Step[][];
  readonly layers: readonly JsonMap[];
  readonly tags: readonly string[];
  readonly rows: RowContext;
}
interface Ref extends Pick<Job, 'index' | 'name'> {
  readonly row: JobRow | null;
}

function planJob({ index, name, row }: Ref, shared: Shared, problems: Problems): Job {
  const { scenario, value, planned, given, layers, tags } = shared;
  const { context } = given;
  const scope = scopeOf(layers, planned, given, row);
  const common = given.common(planned);
  const { maps: credentials } = common;
  const captured = new Set<string>();
  const names: NameContext = { planned, credentials, scope, captured, offline: context.offline, row };
  checkCredentialNames(value['credential'], value, names, problems);
  const steps = planSteps(shared, names, captured, problems);
  if (row) checkRowUse(steps, row, names, shared.rows, problems);
  return {
    index,
    file: scenario.file,
    name,
    source: sourceOf(scenario.value) ?? { file: scenario.file, line: 1, column: 1 },
    tags,
    environment: environmentFor(steps, planned, context, common, problems),
    variables: layers,
    steps,
    ...(row && { row }),
    ...attemptsOf(steps, names, given),
  };
}

function scopeOf(
  layers: readonly JsonMap[],
  planned: PlannedEnvironment,
  { context }: Given,
  row: JobRow | null,
): Scope {
  return createScope({
    lookups: context.lookups,
    layers,
    row: row?.values,
    named: (name) => jobName(name, context.now()) ?? planned.scope.lookup(name),
  });
}

function planSteps(
  { value: scenario, given: { context, environments, options }, steps: known, lists }: Shared,
  names: NameContext,
  captured: Set<string>,
  problems: Problems,
): Step[] {
  const { environment } = names.planned;
  const faults = { names, project: context, environments, problems };
  const defaults = { credential: scenario['credential'], timeout: options.timeout, retry: options.retries };
  const steps: Step[] = [];
  const list = scenario['steps'];
  for (const [index, map] of (Array.isArray(list) ? list : []).entries()) {
    if (!isMap(map)) continue;
    const written = settle(map, names.scope, problems);
    const before = known.get(index);
    const step =
      before?.written === written ? before.step : planStep(written, index, environment.name, defaults);
    known.set(index, { written, step });
    if (!step) continue;
    const effective = override(map, environment.name);
    checkKind(effective, problems);
    checkCredentialNames(effective['credential'], effective, names, problems);
    checkNames(step, effective, names, problems);
    checkSessionUse(step, names.credentials, problems);
    checkProtection(step, effective, environment, problems);
    checkBodyFiles(step, context, problems);
    for (const name of Object.keys(step.capture)) captured.add(name);
    const holder = effective['credential'] === undefined && step.kind === 'request' ? scenario : effective;
    checkRenewals(step, holder, names.credentials, problems);
    steps.push(planFaults(step, holder, effective, faults));
  }
  const [latest] = lists;
  if (latest?.length === steps.length && steps.every((step, index) => step === latest[index])) return latest;
  lists[0] = steps.slice();
  return lists[0];
}

/** Keys of what is counted where it is tried, of this environment and of others whose credentials are sent here. */
function attemptsOf(
  steps: readonly Step[],
  { credentials, planned }: NameContext,
  { context, environments }: Given,
): Pick<Job, 'attempts'> {
  const keys = new Set<string>();
  const add = (name: string, maps: ReadonlyMap<string, JsonMap>, environment: string): void => {
    for (const key of attemptKeys(name, maps, environment)) keys.add(key);
  };
  for (const step of steps) {
    const refs: readonly CredentialRef[] =
      step.kind === 'request'
        ? step.credentials
        : step.kind === 'token'
          ? [{ name: step.credential, ...(step.fault && { fault: step.fault }) }]
          : [];
    for (const { name, fault } of refs) {
      add(name, credentials, planned.environment.name);
      const other = fault?.from ? environments.get(fault.from.environment.name) : null;
      if (other) add(name, credentialMaps(other, context), other.environment.name);
    }
  }
  return keys.size > 0 ? { attempts: [...keys] } : {};
}

/** Names that have a value only while a job runs. */
function jobName(name: string, now: number): Json | undefined {
  const isKnown = name === 'uuid' || name.startsWith('pkce.') || instantOf(name, now) !== undefined;
  return isKnown ? '' : undefined;
}
