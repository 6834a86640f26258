/** command: not built yet. */
import type { CommandCredential, Environment } from '../model.ts';
import { unsentFailure } from './acquisition.ts';
import type { Acquired } from './holding.ts';
import type { StoreParts } from './store.ts';

export async function acquireFromCommand(
  credential: CommandCredential,
  environment: Environment,
  _parts: StoreParts,
): Promise<Acquired> {
  const failure = unsentFailure(`${credential.name} is of a type that is not built yet`, environment);
  return { held: null, exchanges: [], failure };
}
