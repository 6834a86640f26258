/**
 * The one place that every report passes on its way out. Events are redacted before a format cuts or wraps their
 * text (half a secret is not recognised afterwards), and what is written is redacted once more, for what was learned since.
 */
import type { Sink } from '../doors.ts';
import type { RunEvent } from '../model.ts';
import type { Redactor } from '../secret.ts';

/** Bytes of a body that reports may quote from: an excerpt, and a secret that begins in it. */
const bodyWindow = 65_536;

/** A sink that takes secrets out of each record; a record must be written whole. */
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

/** A copy of the event with every text redacted; bodies are cut to what a report may quote. */
export function redactEvent(event: RunEvent, redactor: Redactor): RunEvent {
  return redactValue(event, redactor) as RunEvent;
}

function redactValue(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return redactBytes(value, redactor);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redactor));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, redactValue(member, redactor)]),
  );
}

function redactBytes(content: Uint8Array, redactor: Redactor): Uint8Array {
  const window = content.subarray(0, bodyWindow);
  const text = Buffer.from(window).toString('utf8');
  const redacted = redactor.redact(text);
  return redacted === text ? window : Buffer.from(redacted, 'utf8');
}
