/** Bodies of answers once checks and captures have read them: of large ones what diagnosis and reports quote is kept. */
import type { Body, Exchange } from '../model.ts';

export interface KeptBodies {
  /** Counts the bodies of exchanges that were judged; where there are too many, the oldest are cut. */
  add(exchanges: readonly Exchange[]): void;
}

/** Bytes of all bodies that are kept whole: enough for what usually is there, whatever the number of steps. */
const most = 64 * 1024 * 1024;
/** Bytes that are kept of each of the others: one more than reports search, so that they see that it is cut. */
const beginning = 65_536 + 1;

export function createKeptBodies(limit: number = most): KeptBodies {
  const whole: Body[] = [];
  let bytes = 0;
  return {
    add(exchanges) {
      for (const { hops } of exchanges) {
        for (const { response } of hops) {
          if (!response || response.body.content.length <= beginning) continue;
          whole.push(response.body);
          bytes += response.body.content.length;
        }
      }
      while (bytes > limit) {
        const oldest = whole.shift();
        if (!oldest) return;
        bytes -= oldest.content.length;
        cut(oldest);
      }
    },
  };
}

/** In place: several parts of a run hold the same answer. A copy: a view would hold the whole. */
function cut(body: { -readonly [Key in keyof Body]: Body[Key] }): void {
  body.content = new Uint8Array(body.content.subarray(0, beginning));
  body.truncated = true;
}
