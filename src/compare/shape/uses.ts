/** What the scenarios and the credentials of an environment use. */
import type { ProjectShape, ShapeEnvironment } from './file.ts';
import { leavesOf } from './leaves.ts';

/** Names of the credentials that the scenarios use here; null: there is no scenario that could say. */
export function usedCredentials({ jobs }: ShapeEnvironment): ReadonlySet<string> | null {
  if (jobs.length === 0) return null;
  return new Set(
    jobs
      .flatMap(({ steps }) => steps)
      .flatMap((step) => {
        if (step.kind === 'request') return step.credentials.map(({ name }) => name);
        return step.kind === 'token' ? [step.credential] : [];
      }),
  );
}

/** By a credential, or by a step that asks the authorization endpoint. */
export function isClientUsed(name: string, { credentials, jobs }: ShapeEnvironment): boolean {
  if ([...credentials.values()].some((map) => map['client'] === name)) return true;
  return jobs.flatMap(({ steps }) => steps).some((step) => step.kind === 'authorize' && step.client === name);
}

/** `${name}` or `${name:-default}` anywhere. */
export function isVariableUsed(
  name: string,
  { raw, credentials }: ShapeEnvironment,
  { scenarios, variables }: ProjectShape,
): boolean {
  const values = [raw, variables, ...credentials.values(), ...scenarios.map(({ value }) => value)];
  const texts = values.flatMap((value) => leavesOf(value)).map(({ text }) => text);
  return texts.some((text) => text.includes(`\${${name}}`) || text.includes(`\${${name}:-`));
}
