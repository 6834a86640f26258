/** The results of a run to what each environment was observed by: taken when a job ends, so that no exchange is kept. */
import type { Environment, JobResult, LeftOut, Observation, Observed, StepResult } from '../../model.ts';
import { observeStep } from './step.ts';

export interface Collector {
  add(job: JobResult): void;
  observed(): Observed[];
  left(): LeftOut[];
}

interface Collected {
  readonly environment: Environment;
  readonly steps: Set<string>;
  readonly observations: Map<string, Observation>;
  more: number;
}

/** Distinct steps of an environment that are looked at: a run of thousands says it all in the first. */
const mostSteps = 200;

export function createCollector(environments: readonly Environment[], most: number = mostSteps): Collector {
  const all = new Map<string, Collected>(
    environments.map((environment) => [
      environment.name,
      { environment, steps: new Set(), observations: new Map(), more: 0 },
    ]),
  );
  return {
    add(job) {
      const into = all.get(job.environment);
      if (!into) return;
      for (const step of job.steps) addStep(job, step, into, most);
    },
    observed: () =>
      [...all.values()].map(({ environment, observations }) => ({
        environment: environment.name,
        observations: [...observations.values()],
      })),
    left: () =>
      [...all.values()].flatMap(({ environment, more }) => {
        if (more === 0) return [];
        const what = `${more} more ${more === 1 ? 'step' : 'steps'}`;
        const why = `the first ${most} of an environment are held side by side`;
        return [{ environment: environment.name, what, why, fix: 'Run fewer scenarios: --tag, --grep.' }];
      }),
  };
}

/** By name of the scenario and step: the same in each environment. */
export function nameOf({ name }: Pick<JobResult, 'name'>, step: Pick<StepResult, 'name'>): string {
  return `${name}: ${step.name}`;
}

function addStep(job: JobResult, step: StepResult, into: Collected, most: number): void {
  if (step.status === 'skipped') return;
  const of = nameOf(job, step);
  if (into.steps.has(of)) return;
  if (into.steps.size >= most) {
    into.more += 1;
    return;
  }
  into.steps.add(of);
  for (const each of observeStep(step, into.environment, of)) {
    const key = `${each.kind} ${each.of}`;
    if (!into.observations.has(key)) into.observations.set(key, each);
  }
}
