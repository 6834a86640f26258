/** Doors that only some credentials need: to programs, and to what is kept between runs. */
import type { Credential } from '../model.ts';
import type { RunDoors } from '../run/options.ts';
import type { World } from './world.ts';

export type CredentialDoors = Pick<RunDoors, 'execute' | 'vault'>;

/** Throws ProblemError where the vault cannot be used. */
export async function credentialDoors(
  credentials: readonly Credential[],
  world: World,
): Promise<CredentialDoors> {
  const all = credentials.flatMap(withSources);
  const runs = all.some(({ type }) => type === 'command');
  const stores = all.some((each) => each.type === 'oauth2' && each.asks?.store === true);
  return {
    ...(runs ? { execute: (await import('./execute.ts')).createExecute(world.env) } : {}),
    ...(stores ? { vault: await (await import('./vault.ts')).openVault(world) } : {}),
  };
}

/** A credential, and those whose tokens it takes in. */
function withSources(credential: Credential): Credential[] {
  if (credential.type !== 'oauth2') return [credential];
  const { subject_token, actor_token, assertion } = credential.asks ?? {};
  const sources = [subject_token, actor_token, assertion].flatMap((source) => {
    const from = source?.from;
    return typeof from === 'object' && 'type' in from ? withSources(from) : [];
  });
  return [credential, ...sources];
}
