/** Doors that only some credentials need: to programs, and to what is kept between runs. */
import type { Credential } from '../model.ts';
import type { RunDoors } from '../run/options.ts';
import type { World } from './world.ts';

export async function credentialDoors(
  credentials: readonly Credential[],
  world: World,
): Promise<Pick<RunDoors, 'execute'>> {
  const all = credentials.flatMap(withSources);
  const doors: Pick<RunDoors, 'execute'> = {};
  if (!all.some(({ type }) => type === 'command')) return doors;
  const { createExecute } = await import('./execute.ts');
  return { ...doors, execute: createExecute(world.env) };
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
