/** What is wrong with credentials before anything is sent: each check looks at one of an environment. */
import type { Credential, Environment } from '../model.ts';
import { Problem } from '../problem.ts';
import { clientProblems, dpopProblems } from './client-preflight.ts';

type Check = (credential: Credential, environment: Environment) => Promise<readonly Problem[]>;

const checks: readonly Check[] = [oauth2Client];

/** The credentials of each environment, in their order; their secrets must be rendered. */
export async function preflight(environments: readonly Environment[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const environment of environments) {
    for (const credential of environment.credentials.values()) {
      for (const check of checks) problems.push(...(await check(credential, environment)));
    }
  }
  return problems;
}

async function oauth2Client(credential: Credential, environment: Environment): Promise<readonly Problem[]> {
  if (credential.type !== 'oauth2') return [];
  const { client } = credential;
  const found = [...(await clientProblems(client, environment)), ...dpopProblems(credential)];
  return found.map(({ key, message, fix }) => {
    return new Problem('CLIENT_UNUSABLE', message, { source: client.sources[key] ?? client.source, fix });
  });
}
