/** What an attempt waits for before it has a connection, and for how long. */
import type { LookupFunction } from 'node:net';
import type { Clock } from '../doors.ts';
import { WireError } from './failure.ts';
import type { Attempt } from './send-exchange.ts';
import { startLimit } from './send-limit.ts';
import type { Opening } from './send-open.ts';
import type { ProxyTurn } from './send-proxy.ts';

export interface Gate {
  readonly doorkeeper: Doorkeeper | null;
  readonly turn: ProxyTurn;
}

/** Gives the lookup that a new connection must use; null: that of all. Rejects where nobody may be asked. */
type Doorkeeper = () => Promise<LookupFunction | null>;

/** Also before a connection that is open already is used: whoever opened it was somebody else. */
export async function pass(
  doorkeeper: Doorkeeper,
  attempt: Attempt,
  opening: Opening,
  clock: Clock,
): Promise<void> {
  opening.phase = 'dns';
  await within(attempt, opening, clock, async () => {
    const lookup = await unlessStopped(doorkeeper(), opening);
    if (lookup) opening.lookup = lookup;
  });
  opening.phase = 'request';
}

/** Ends with the attempt. */
export async function unlessStopped<T>(waiting: Promise<T>, opening: Opening): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    opening.stop = reject;
  });
  try {
    return await Promise.race([waiting, stopped]);
  } finally {
    opening.stop = null;
  }
}

/** Within the time for a connection. */
export async function within<T>(
  attempt: Attempt,
  opening: Opening,
  clock: Clock,
  act: () => Promise<T>,
): Promise<T> {
  const end = startLimit(attempt.request.timeouts.connect, clock, () => {
    const error = new WireError('CONNECT_TIMEOUT');
    attempt.error ??= error;
    opening.stop?.(error);
  });
  try {
    return await act();
  } catch (error) {
    attempt.phase = opening.phase;
    throw error;
  } finally {
    end();
  }
}
