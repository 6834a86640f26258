/** What the scenarios of a run have in common in one environment, planned once: there may be very many of them. */
import type { Credential, Environment, JsonMap, Step } from '../model.ts';
import { type Problem, Problems } from '../problem.ts';
import { credentialMaps, planCredential } from './credentials.ts';
import type { PlannedEnvironment, ProjectContext } from './environment.ts';

type CredentialCache = Map<
  string,
  { readonly credential: Credential | null; readonly problems: readonly Problem[] }
>;

interface InEnvironment {
  readonly maps: ReadonlyMap<string, JsonMap>;
  readonly credentials: CredentialCache;
  /** Its credentials are those that a scenario needs: by their names. */
  readonly environments: Map<string, Environment>;
}

export type Common = (planned: PlannedEnvironment) => InEnvironment;

export function createCommon(context: ProjectContext): Common {
  const known = new Map<PlannedEnvironment, InEnvironment>();
  return (planned) => {
    const found = known.get(planned) ?? {
      maps: credentialMaps(planned, context),
      credentials: new Map(),
      environments: new Map(),
    };
    known.set(planned, found);
    return found;
  };
}

/** The environment with the credentials that the steps need: one object for all jobs that need the same. */
export function environmentFor(
  steps: readonly Step[],
  planned: PlannedEnvironment,
  context: ProjectContext,
  { maps, credentials: cache, environments }: InEnvironment,
  problems: Problems,
): Environment {
  const result = new Map<string, Credential>();
  for (const step of steps) {
    const wanted =
      step.kind === 'request'
        ? step.credentials.map((each) => each.name)
        : step.kind === 'token'
          ? [step.credential]
          : [];
    for (const name of wanted) {
      const map = maps.get(name);
      if (!map || result.has(name)) continue;
      const own = new Problems();
      const made = cache.get(name) ?? {
        credential: planCredential(name, map, planned, context, own),
        problems: own.list,
      };
      cache.set(name, made);
      problems.list.push(...made.problems);
      if (made.credential) result.set(name, made.credential);
    }
  }
  const key = JSON.stringify([...result.keys()]);
  const known = environments.get(key) ?? { ...planned.environment, credentials: result };
  environments.set(key, known);
  return known;
}
