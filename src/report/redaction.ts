/**
 * The one place that every report passes on its way out. Values are redacted, not finished text: a format cuts, wraps
 * and escapes (half a secret is not recognised afterwards), and a secret such as "test" must not break a tag or a key.
 */
import type { Sink } from '../doors.ts';
import type { RunEvent } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { isStop } from './hop.ts';
import { learnKnownFields } from './known-fields.ts';

/** Bytes of a body that are searched: more than is kept, so that a secret at the cut is seen whole. */
const searched = 65_536;
/** Bytes of a body that are kept for an excerpt. */
const kept = 16_384;

/** Members that hold words of ours, which code compares; no secret gets there. */
const vocabulary: ReadonlySet<string> = new Set([
  'type',
  'status',
  'role',
  'severity',
  'certainty',
  'phase',
  'rule',
  'class',
  'kind',
  'cause',
  'check',
  'passedAfter',
]);

/** A copy of the event with every text redacted; bodies are cut to what a report may quote. */
export function redactEvent<Event extends RunEvent>(event: Event, redactor: Redactor): Event {
  learnKnownFields(event, redactor);
  return redactValue(event, redactor) as Event;
}

/** As `redactEvent`, for a part of one. */
export function redactValue(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return redactBytes(value, redactor);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redactor));
  // Not by assignment: a claim may be called __proto__.
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const ours =
        typeof member === 'string' && (vocabulary.has(key) || (key === 'reason' && isStop(member)));
      return [key, ours ? member : redactValue(member, redactor)];
    }),
  );
}

/** A copy: a view would hold the whole body in memory to the end of the run. */
function redactBytes(content: Uint8Array, redactor: Redactor): Uint8Array {
  const text = Buffer.from(content.subarray(0, searched)).toString('utf8');
  const redacted = redactor.redact(text, content.length > searched ? 'end' : 'none');
  const safe = redacted === text ? content : Buffer.from(redacted, 'utf8');
  return new Uint8Array(safe.subarray(0, kept));
}

/** For prose: what is written is redacted once more, for what was learned after the event. A record is written whole. */
export function redactingSink(sink: Sink, redactor: Redactor): Sink {
  return {
    get isTTY() {
      return sink.isTTY;
    },
    get width() {
      return sink.width;
    },
    get color() {
      return sink.color;
    },
    write(text) {
      sink.write(redactor.redact(text));
    },
  };
}
