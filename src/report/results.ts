/** Results of jobs with all their traces: the first in memory, many of them on disk. */
import { deserialize, serialize } from 'node:v8';
import type { Spool } from '../doors.ts';
import type { JobResult } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { redactEvent } from './redaction.ts';

export interface Results {
  /** Redacted with what is known so far. Returns its place. */
  add(job: JobResult): number;
  /** What was added at this place, redacted with all that is known by now. */
  at(place: number): JobResult;
  /** In the order of the plan, redacted with all that is known by now. */
  inOrder(): Iterable<JobResult>;
  close(): void;
}

/** Bytes that are kept in memory. */
const most = 16 * 1024 * 1024;

/** `open` is called when there are more; absent: all are kept in memory. */
export function createResults(redactor: Redactor, open?: () => Spool, limit: number = most): Results {
  const places: { readonly index: number; readonly at: number; readonly length: number }[] = [];
  let early: Uint8Array[] = [];
  let spool: Spool | null = null;
  let size = 0;
  const read = (place: number): Uint8Array => {
    const { at, length } = places[place] ?? { at: 0, length: 0 };
    return spool ? spool.read(at, length) : (early[place] ?? new Uint8Array());
  };
  const at = (place: number): JobResult => {
    const job = deserialize(read(place)) as JobResult;
    return redactEvent({ type: 'job-finished', job }, redactor).job;
  };
  return {
    add(job) {
      const bytes = serialize(job);
      places.push({ index: job.index, at: size, length: bytes.length });
      size += bytes.length;
      if (spool === null) early.push(bytes);
      else spool.append(bytes);
      if (spool === null && size > limit && open) {
        spool = open();
        for (const each of early) spool.append(each);
        early = [];
      }
      return places.length - 1;
    },
    at,
    *inOrder() {
      const order = [...places.keys()].sort((a, b) => indexOf(places, a) - indexOf(places, b));
      for (const place of order) yield at(place);
    },
    close: () => spool?.close(),
  };
}

function indexOf(places: readonly { readonly index: number }[], place: number): number {
  return places[place]?.index ?? 0;
}
