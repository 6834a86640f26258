/** Time limits of a request. Timers ring before waiting answers are read: a busy process must not take itself for a slow server. */
import type { Clock } from '../doors.ts';

/** Milliseconds by which a timer of a process that is not busy is late. */
const punctual = 50;

/**
 * Rings after `milliseconds`, once what has come by then is read. Where this process was too busy to hear the timer, it
 * waits as long again as it was late, but no longer than the limit is. 0, and what is longer than a timer of Node can be,
 * mean no limit. Gives what ends it.
 */
export function startLimit(milliseconds: number, clock: Clock, ring: () => void): () => void {
  if (milliseconds <= 0 || milliseconds >= 2 ** 31) return () => {};
  const due = clock.monotonic() + milliseconds;
  let turn: NodeJS.Immediate | undefined;
  const listen = (): void => {
    turn = setImmediate(ring);
  };
  let timer = setTimeout(() => {
    const late = clock.monotonic() - due;
    if (late > punctual) timer = setTimeout(listen, Math.min(late, milliseconds));
    else listen();
  }, milliseconds);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
