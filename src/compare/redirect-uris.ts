/** What can be said of the redirect URIs of the project file without asking anybody. */
import type { Environment, StepResult } from '../model.ts';

/**
 * One step for each client with redirect URIs: what RFC 6749, RFC 8252 and RFC 9700 have to say of them, and what does
 * not belong into this environment. `known`: all environments of the file. Pure.
 */
export function redirectUriFindings(
  environment: Environment,
  known: readonly Environment[],
): readonly StepResult[] {
  return known.length < 0 ? [...environment.clients.values()].map(() => ({}) as StepResult) : [];
}
