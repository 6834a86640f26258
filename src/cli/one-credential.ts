/** One credential of one environment, planned as the only step of a run: for commands that are about a credential. */
import { resolve } from 'node:path';
import { loadProject } from '../load/load.ts';
import { createSecrets, variableOf } from '../load/secrets.ts';
import type { Credential, Job, JsonMap } from '../model.ts';
import { plan } from '../plan/plan.ts';
import type { Lookups } from '../plan/scope.ts';
import { ProblemError, Problems } from '../problem.ts';
import { isMap } from '../source.ts';
import { learnVariables } from './passwords.ts';
import { duration, sorted, variables, withLines } from './project.ts';
import type { World } from './world.ts';

/** What commander hands to these commands. */
export interface CredentialFlags {
  readonly config?: string;
  readonly env?: string;
  readonly envFile?: string;
  readonly var?: readonly string[];
  readonly timeout?: string;
}
export interface OneCredential {
  readonly credential: Credential;
  /** One step: `token: NAME`. */
  readonly job: Job;
  readonly root: string;
  readonly lookups: Lookups;
  /** Said of secrets that look odd. */
  readonly notes: readonly string[];
}

/** Throws ProblemError with everything that is wrong. */
export function planCredentialOf(
  name: string,
  flags: CredentialFlags,
  world: World,
  learn: (name: string, value: string) => void,
): OneCredential {
  const loaded = loadProject({
    cwd: world.cwd,
    user: world.user,
    scenarios: false,
    ...(flags.config === undefined ? {} : { config: flags.config }),
  });
  if (!loaded.project) throw new ProblemError(loaded.problems);
  const project = loaded.project.value;
  const problems = new Problems();
  const given = variables(flags.var ?? [], problems);
  const exposed = learnVariables(given, learn);
  const timeout = duration('--timeout', flags.timeout ?? '30s', problems);
  const environment = environmentOf(project, flags.env, problems);
  const found = [...loaded.problems, ...problems.list];
  if (found.length > 0 || environment === null) throw new ProblemError(found);
  const dotenv = flags.envFile === undefined ? {} : { dotenv: resolve(world.cwd, flags.envFile) };
  const secrets = createSecrets({ env: world.env, ...dotenv });
  const lookups: Lookups = {
    env: (variable) => variableOf(world.env, variable),
    secret(secret) {
      const value = secrets.lookup(secret);
      if (value !== undefined) learn(secret, value);
      return value;
    },
  };
  const { random, clock } = world;
  const context = {
    root: loaded.root,
    project,
    lookups,
    given,
    random,
    now: () => clock.now(),
    offline: false,
  };
  const scenario = { file: loaded.project.file, value: { name: `token ${name}`, steps: [{ token: name }] } };
  const options = { environments: [environment], tags: [], grep: null, timeout, retries: 0 };
  const made = plan(context, [scenario], options);
  if (made.problems.length > 0) throw new ProblemError(sorted(withLines(made.problems, loaded)));
  const [job] = made.jobs;
  const credential = job?.environment.credentials.get(name);
  if (!job || !credential) throw new Error('a plan without the credential');
  const notes = [...exposed, ...secrets.notes];
  return { credential, job: placed(job, credential), root: loaded.root, lookups, notes };
}

/** What goes wrong stands where the credential does. */
function placed(job: Job, { source }: Credential): Job {
  return { ...job, source, steps: job.steps.map((step) => ({ ...step, source })) };
}

/** The one that is meant; a wrong name is told by the plan. */
function environmentOf(project: JsonMap, wanted: string | undefined, problems: Problems): string | null {
  if (wanted !== undefined) return wanted;
  const environments = project['environments'];
  const names = environments !== undefined && isMap(environments) ? Object.keys(environments) : [];
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  problems.add('ENVIRONMENT_MISSING', 'A credential belongs to one environment, and there are several.', {
    fix: `Say which: ${names.map((each) => `--env ${each}`).join(' or ')}.`,
  });
  return null;
}
