/** One scenario in one environment: its steps, and the credentials that they need. */
import type { Credential, CredentialRef, Job, JobRow, Json, JsonMap, Step } from '../model.ts';
import { type Problem, Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';
import { attemptKeys } from './attempts.ts';
import { checkBodyFiles } from './body-files.ts';
import { credentialMaps, planCredential } from './credentials.ts';
import type { PlannedEnvironment, ProjectContext } from './environment.ts';
import type { EnvironmentsOfFile } from './fault-details.ts';
import { planFaults } from './faults.ts';
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
  const rowContext = { bare: scopeOf(value, planned, given, null).scope, told: { count: 0 } };
  const shared: Shared = { scenario, value, planned, given, credentials: new Map(), rows: rowContext };
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
  readonly credentials: CredentialCache;
  readonly rows: RowContext;
}
type CredentialCache = Map<
  string,
  { readonly credential: Credential | null; readonly problems: readonly Problem[] }
>;

interface Ref extends Pick<Job, 'index' | 'name'> {
  readonly row: JobRow | null;
}

function planJob({ index, name, row }: Ref, shared: Shared, problems: Problems): Job {
  const { scenario, value, planned, given } = shared;
  const { context } = given;
  const { environment } = planned;
  const { scope, layers } = scopeOf(value, planned, given, row);
  const credentials = credentialMaps(planned, context);
  const captured = new Set<string>();
  const names: NameContext = { planned, credentials, scope, captured, offline: context.offline, row };
  checkCredentialNames(value['credential'], value, names, problems);
  const steps = planSteps(value, given, names, captured, problems);
  if (row) checkRowUse(steps, row, names, shared.rows, problems);
  const needed = neededCredentials(steps, names, context, shared.credentials, problems);
  return {
    index,
    file: scenario.file,
    name,
    source: sourceOf(scenario.value) ?? { file: scenario.file, line: 1, column: 1 },
    tags: strings(scenario.value['tags']),
    environment: { ...environment, credentials: needed },
    variables: layers,
    steps,
    ...(row && { row }),
    ...attemptsOf(steps, names, given),
  };
}

function scopeOf(
  scenario: JsonMap,
  planned: PlannedEnvironment,
  { context }: Given,
  row: JobRow | null,
): { readonly scope: Scope; readonly layers: readonly JsonMap[] } {
  const layers = [context.given, mapAt(scenario, 'variables'), ...planned.layers.slice(1)];
  const scope = createScope({
    lookups: context.lookups,
    layers,
    row: row?.values,
    named: (name) => jobName(name) ?? planned.scope.lookup(name),
  });
  return { scope, layers };
}

function planSteps(
  scenario: JsonMap,
  { context, environments, options }: Given,
  names: NameContext,
  captured: Set<string>,
  problems: Problems,
): Step[] {
  const { environment } = names.planned;
  const faults = { names, project: context, environments, problems };
  const defaults = { credential: scenario['credential'], timeout: options.timeout, retry: options.retries };
  const steps: Step[] = [];
  const written = scenario['steps'];
  for (const [index, map] of (Array.isArray(written) ? written : []).entries()) {
    if (!isMap(map)) continue;
    const step = planStep(settle(map, names.scope, problems), index, environment.name, defaults);
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
  return steps;
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
function jobName(name: string): Json | undefined {
  return name === 'uuid' || name.startsWith('pkce.') || /^now([+-]\d+[smhd])?\./.test(name) ? '' : undefined;
}

function neededCredentials(
  steps: readonly Step[],
  names: NameContext,
  context: ProjectContext,
  cache: CredentialCache,
  problems: Problems,
): Map<string, Credential> {
  const result = new Map<string, Credential>();
  for (const step of steps) {
    const wanted =
      step.kind === 'request'
        ? step.credentials.map((each) => each.name)
        : step.kind === 'token'
          ? [step.credential]
          : [];
    for (const name of wanted) {
      const map = names.credentials.get(name);
      if (!map || result.has(name)) continue;
      const own = new Problems();
      const made = cache.get(name) ?? {
        credential: planCredential(name, map, names.planned, context, own),
        problems: own.list,
      };
      cache.set(name, made);
      problems.list.push(...made.problems);
      if (made.credential) result.set(name, made.credential);
    }
  }
  return result;
}
