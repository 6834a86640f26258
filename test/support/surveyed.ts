/** Environments looked at by some surveyors and held side by side, against servers of a test. */
import type { Finding, JsonMap, Observation } from '../../src/model.ts';
import type { Surveyor } from '../../src/survey/context.ts';
import { compare, type Replay, type Replayed } from './replay.ts';

export interface Surveyed extends Replayed {
  /** `environment: step: severity cause-or-check certainty: summary` of the findings of steps. */
  readonly found: readonly string[];
  /** `severity cause-or-check certainty: summary` of drift and of the standards checks, info left out. */
  readonly drift: readonly string[];
  /** `environment: step: status`. */
  readonly steps: readonly string[];
  /** `what: value in environment, ...` of differences of severity info. */
  readonly rows: readonly string[];
  observations(environment: string): readonly Observation[];
}

export async function surveyedBy(
  surveyors: readonly Surveyor[],
  given: Omit<Replay, 'scenarios'> & { readonly scenarios?: Replay['scenarios'] },
): Promise<Surveyed> {
  const scenarios: Replay['scenarios'] = { 'all.yml': usingAll(given.project) };
  const replayed = await compare({ scenarios, ...given, surveyors });
  const { jobs, finished } = replayed;
  const steps = jobs.flatMap((job) =>
    job.steps.map((step) => ({ at: `${job.environment}: ${step.name}`, step })),
  );
  const { differences = [], observed = [] } = finished.comparison ?? {};
  return {
    ...replayed,
    found: steps.flatMap(({ at, step }) => step.findings.map((finding) => `${at}: ${line(finding)}`)),
    drift: finished.findings.filter(({ severity }) => severity !== 'info').map(line),
    steps: steps.map(({ at, step }) => `${at}: ${step.status}`),
    rows: differences
      .filter(({ severity }) => severity === 'info')
      .map(
        ({ what, environments }) =>
          `${what}: ${Object.entries(environments)
            .map(([name, value]) => `${value} in ${name}`)
            .join(', ')}`,
      ),
    observations: (name) => observed.find(({ environment }) => environment === name)?.observations ?? [],
  };
}

/** A scenario that needs all credentials of the project. */
function usingAll(project: JsonMap): JsonMap {
  const names = Object.keys((project['credentials'] ?? {}) as JsonMap);
  return { steps: [{ wait: '0s' }, ...names.map((token) => ({ token }))] };
}

function line({ severity, cause, check, certainty, summary }: Finding): string {
  return `${severity} ${cause ?? check} ${certainty}: ${summary}`;
}
