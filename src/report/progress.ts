/** One line at the foot of a terminal that says what is running; nothing where there is no terminal. */
import type { Sink } from '../doors.ts';
import type { JobRef, RunEvent } from '../model.ts';
import { cut, visible } from './text.ts';

export interface Progress {
  event(event: RunEvent): void;
  /** Before anything else is written. */
  clear(): void;
}

export const eraseLine = '\r\u001b[2K';

export function createProgress(sink: Sink): Progress {
  if (!sink.isTTY) return { event() {}, clear() {} };
  const running = new Map<number, JobRef>();
  let total = 0;
  let done = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) sink.write(eraseLine);
    shown = false;
  };
  const draw = (): void => {
    const [first, ...others] = running.values();
    clear();
    if (!first) return;
    const more = others.length > 0 ? `, and ${others.length} more` : '';
    const text = `${done}/${total}  ${visible(first.name)} (${visible(first.environment)})${more}`;
    sink.write(cut(text, Math.max(1, sink.width - 1)));
    shown = true;
  };
  return {
    event(event) {
      if (event.type === 'run-started') total = event.jobs;
      if (event.type === 'job-started') running.set(event.job.index, event.job);
      if (event.type === 'job-finished') {
        running.delete(event.job.index);
        done += 1;
      }
      if (event.type === 'run-finished') clear();
      else draw();
    },
    clear,
  };
}
