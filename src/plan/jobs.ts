/** One scenario in one environment: its steps, and the credentials that they need. */
import type { Credential, Job, Json, JsonMap, Step } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';
import { checkBodyFiles } from './body-files.ts';
import { credentialMaps, planCredential } from './credentials.ts';
import type { PlannedEnvironment, ProjectContext } from './environment.ts';
import type { EnvironmentsOfFile } from './fault-details.ts';
import { planFaults } from './faults.ts';
import { checkSessionUse } from './login.ts';
import { mapAt } from './maps.ts';
import { checkCredentialNames, checkNames, type NameContext } from './names.ts';
import { checkRenewals } from './renewals.ts';
import { createScope } from './scope.ts';
import { checkKind, settle } from './settings.ts';
import { checkProtection, override, planStep } from './steps.ts';

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

export function planJob(
  index: number,
  scenario: ScenarioSource,
  planned: PlannedEnvironment,
  given: Given,
  problems: Problems,
): Job | null {
  const { context } = given;
  const { environment } = planned;
  const only = scenario.value['only'];
  if (Array.isArray(only) && !only.includes(environment.name)) return null;
  const value = override(scenario.value, environment.name);
  const layers = [context.given, mapAt(value, 'variables'), ...planned.layers.slice(1)];
  const scope = createScope({
    lookups: context.lookups,
    layers,
    named: (name) => jobName(name) ?? planned.scope.lookup(name),
  });
  const credentials = credentialMaps(planned, context);
  const captured = new Set<string>();
  const names: NameContext = { planned, credentials, scope, captured, offline: context.offline };
  checkCredentialNames(value['credential'], value, names, problems);
  const steps = planSteps(value, given, names, captured, problems);
  return {
    index,
    file: scenario.file,
    name: nameOf(scenario),
    source: sourceOf(scenario.value) ?? { file: scenario.file, line: 1, column: 1 },
    tags: strings(scenario.value['tags']),
    environment: { ...environment, credentials: neededCredentials(steps, names, context, problems) },
    variables: layers,
    steps,
  };
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
    checkBodyFiles(step, context.root, problems);
    for (const name of Object.keys(step.capture)) captured.add(name);
    const holder = effective['credential'] === undefined && step.kind === 'request' ? scenario : effective;
    checkRenewals(step, holder, names.credentials, problems);
    steps.push(planFaults(step, holder, effective, faults));
  }
  return steps;
}

/** Names that have a value only while a job runs. */
function jobName(name: string): Json | undefined {
  return name === 'uuid' || name.startsWith('pkce.') || /^now([+-]\d+[smhd])?\./.test(name) ? '' : undefined;
}

function neededCredentials(
  steps: readonly Step[],
  names: NameContext,
  context: ProjectContext,
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
      const credential = planCredential(name, map, names.planned, context, problems);
      if (credential) result.set(name, credential);
    }
  }
  return result;
}
