/** What a scan knows of the environments: from the project file, and secrets that are at hand. */
import { resolve } from 'node:path';
import { displayed } from '../load/files.ts';
import { createSecrets } from '../load/secrets.ts';
import type { Environment, Json, JsonMap } from '../model.ts';
import { planInParts } from '../plan/plan.ts';
import { ProblemError } from '../problem.ts';
import type { Known, KnownEnvironment, KnownSecret } from '../scan/environments.ts';
import { isMap } from '../source.ts';
import { openProject } from './project.ts';
import type { ScanFlags } from './scan.ts';
import type { World } from './world.ts';

/** Shorter values, and more of them, are not looked for in every file. */
const shortestSecret = 8;
const mostSecrets = 500;

/** null where there is no project file, or none that can be read; the notes say why. */
export async function readKnown(
  flags: ScanFlags,
  world: World,
): Promise<{ known: Known | null; notes: string[] }> {
  try {
    const config = flags.config === undefined ? {} : { config: flags.config };
    const opened = await openProject([], config, world, true);
    const { loaded, context, options } = opened;
    const parts = planInParts(context, [], { ...options, allClients: true });
    const wrong = [...opened.problems, ...parts.problems].filter(({ code }) => code !== 'NO_SCENARIOS');
    const notes =
      wrong.length > 0
        ? ['why401.yml has problems, which "why401 lint" tells: some of what it says may be missed here.']
        : [];
    const dotenv = flags.envFile === undefined ? {} : { dotenv: resolve(world.cwd, flags.envFile) };
    const secrets = createSecrets({ env: world.env, ...dotenv });
    const files = [loaded.project, ...loaded.scenarios].flatMap((each) =>
      each ? [displayed(each.path, world.cwd)] : [],
    );
    return {
      known: {
        environments: parts.known.map(known),
        secrets: valuesOf(secretNames(context.project), (name) => secrets.lookup(name)),
        files: new Set(files),
      },
      notes,
    };
  } catch (error) {
    if (!(error instanceof ProblemError) || flags.config !== undefined || flags.envFile !== undefined)
      throw error;
    const isMissing = error.problems.some(({ code }) => code === 'NO_PROJECT');
    const why = isMissing ? 'There is no why401.yml' : 'why401.yml cannot be read ("why401 lint" tells why)';
    return { known: null, notes: [`${why}: nothing is said of environments.`] };
  }
}

function known({ name, issuers, origins, clients }: Environment): KnownEnvironment {
  return {
    name,
    issuers: [...issuers.values()].map(({ issuer }) => issuer),
    origins: [...origins.values()],
    clientIds: [...clients.values()].map(({ client_id }) => client_id),
  };
}

/** Names of secrets to the environments in which they stand; none: they are common to all. */
function secretNames(project: JsonMap): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const environments = project['environments'] ?? null;
  const add = (value: Json, environment: string | null): void => {
    for (const name of namesIn(value)) {
      const list = found.get(name) ?? [];
      if (environment !== null && !list.includes(environment)) list.push(environment);
      found.set(name, list);
    }
  };
  if (isMap(environments)) for (const [name, value] of Object.entries(environments)) add(value, name);
  for (const [key, value] of Object.entries(project)) if (key !== 'environments') add(value, null);
  return found;
}

function namesIn(value: Json): string[] {
  if (typeof value === 'string')
    return [...value.matchAll(/\$\{secret\.(\w{1,200})/g)].map(([, name = '']) => name);
  if (Array.isArray(value)) return value.flatMap((each: Json) => namesIn(each));
  return isMap(value) ? Object.values(value).flatMap(namesIn) : [];
}

function valuesOf(
  names: ReadonlyMap<string, string[]>,
  lookup: (name: string) => string | undefined,
): Map<string, KnownSecret> {
  const values = new Map<string, KnownSecret>();
  for (const [name, environments] of names) {
    const value = lookup(name)?.trim();
    if (value === undefined || value.length < shortestSecret || values.size >= mostSecrets) continue;
    const before = values.get(value);
    // One value under two names belongs to nobody alone.
    values.set(
      value,
      before
        ? { name: before.name, environments: [...new Set([...before.environments, ...environments])] }
        : { name, environments },
    );
  }
  return values;
}
