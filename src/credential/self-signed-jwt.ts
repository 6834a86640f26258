/** self_signed_jwt: not built yet. */
import type { Environment, SelfSignedJwtCredential } from '../model.ts';
import { unsentFailure } from './acquisition.ts';
import type { Acquired } from './holding.ts';
import type { StoreParts } from './store.ts';

export async function acquireSelfSigned(
  credential: SelfSignedJwtCredential,
  environment: Environment,
  _parts: StoreParts,
): Promise<Acquired> {
  const failure = unsentFailure(`${credential.name} is of a type that is not built yet`, environment);
  return { held: null, exchanges: [], failure };
}
