/** The doors by which a command sends. */
import type { Job } from '../model.ts';
import { eraseLine } from '../report/progress.ts';
import type { RunDoors } from '../run/options.ts';
import { credentialDoors } from './credential-doors.ts';
import type { World } from './world.ts';

/** Those that are open before anything can be sent. */
export type OpenDoors = Omit<RunDoors, 'send' | 'clock' | 'random'>;

/** Throws ProblemError where what is kept between runs cannot be used. */
export async function openDoors(
  jobs: readonly Job[],
  own: Pick<RunDoors, 'redactor' | 'lookups'>,
  world: World,
): Promise<OpenDoors> {
  const credentials = jobs.flatMap(({ environment }) => [...environment.credentials.values()]);
  return { ...(await credentialDoors(credentials, world)), ...prompting(world), ...own };
}

/** Does `work` with connections that are closed after it. What sends is loaded here. */
export async function sending<T>(
  doors: OpenDoors,
  { clock, random }: World,
  work: (doors: RunDoors) => Promise<T>,
): Promise<T> {
  const { createSend } = await import('../replay/send.ts');
  const sender = createSend({ clock, redactor: doors.redactor });
  try {
    return await work({ ...doors, send: sender.send, clock, random });
  } finally {
    await sender.close();
  }
}

/** A person is there only where a terminal is, and no CI system says otherwise. */
function prompting({ stdout, stderr, env }: World): { prompt?: (text: string) => void } {
  if (!stderr.isTTY || env['CI']) return {};
  // The line that says what is running stands at the foot of the same terminal.
  const fresh = stdout.isTTY ? eraseLine : '';
  return { prompt: (text) => stderr.write(`${fresh}why401: ${text}\n`) };
}
