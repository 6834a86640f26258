/** What a run and a comparison begin with. */
import type { Clock } from '../doors.ts';
import type { RunEvent } from '../model.ts';
import type { RunOptions } from './options.ts';

/** `jobs`: how many there will be. */
export function runStarted(
  { version, environments }: Pick<RunOptions, 'version' | 'environments'>,
  clock: Clock,
  jobs: number,
): RunEvent {
  return {
    type: 'run-started',
    started: clock.now(),
    version,
    environments: environments.map(({ name, transport }) => ({ name, insecure: transport.insecure })),
    jobs,
  };
}
