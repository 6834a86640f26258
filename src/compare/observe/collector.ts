/** The results of a run to what each environment was observed by: taken when a job ends, so that no exchange is kept. */
import { isUrl } from '../../http/url.ts';
import type { Environment, JobResult, LeftOut, Observation, Observed, StepResult } from '../../model.ts';
import { observePeer, type Peer, peersOf } from './peer.ts';
import { observeStep } from './step.ts';

export interface Collector {
  add(job: JobResult): void;
  observed(): Observed[];
  left(): LeftOut[];
}

interface Collected {
  readonly environment: Environment;
  readonly steps: Set<string>;
  /** Of which no answer was seen yet. */
  readonly peers: Set<Peer>;
  readonly observations: Map<string, Observation>;
  more: number;
}

/** Distinct steps of an environment that are looked at: a run of thousands says it all in the first. */
const mostSteps = 200;

export function createCollector(environments: readonly Environment[], most: number = mostSteps): Collector {
  const all = new Map<string, Collected>(
    environments.map((environment) => [
      environment.name,
      {
        environment,
        steps: new Set(),
        peers: new Set(peersOf(environment).filter(({ origin }) => isUrl(origin))),
        observations: new Map(),
        more: 0,
      },
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
  addPeers(step, into);
  const of = nameOf(job, step);
  if (into.steps.has(of)) return;
  if (into.steps.size >= most) {
    into.more += 1;
    return;
  }
  into.steps.add(of);
  keep(observeStep(step, into.environment, of), into);
}

/** The first answer of each origin of the environment. */
function addPeers(step: StepResult, into: Collected): void {
  if (into.peers.size === 0) return;
  for (const { hops } of step.exchanges) {
    for (const hop of hops) {
      if (hop.response === null || into.peers.size === 0 || !isUrl(hop.request.url)) continue;
      const { origin } = new URL(hop.request.url);
      for (const peer of into.peers) {
        if (peer.origin !== origin) continue;
        into.peers.delete(peer);
        keep(observePeer(peer, [hop], into.environment, hop.clock.received), into);
      }
    }
  }
}

function keep(found: readonly Observation[], { observations }: Collected): void {
  for (const each of found) {
    const key = `${each.kind} ${each.of}`;
    if (!observations.has(key)) observations.set(key, each);
  }
}
