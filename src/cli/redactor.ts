/** One redactor for all that a process says. */
import type { Sink } from '../doors.ts';
import { printable } from '../printable.ts';
import { createRedactor, type Redactor } from '../secret.ts';
import type { World } from './world.ts';

const redactors = new WeakMap<World, Redactor>();

/** The same for each call with this world: what one part of a command learns, every message keeps. */
export function redactorOf(world: World): Redactor {
  const known = redactors.get(world);
  if (known) return known;
  const redactor = createRedactor();
  redactors.set(world, redactor);
  return redactor;
}

/**
 * The world, with a stderr that shows no secret (notes, problems, prompts and stacks all go there), and with nothing in
 * either stream that drives a terminal or a CI system. `exact` is stdout for what programs read.
 */
export function guarded(world: World): World {
  const redactor = redactorOf(world);
  const { stdout, stderr } = world;
  const safe: World = {
    ...world,
    stdout: writing(stdout, printable),
    stderr: writing(stderr, (text) => printable(redactor.redact(text))),
    exact: stdout,
  };
  redactors.set(safe, redactor);
  return safe;
}

function writing(sink: Sink, change: (text: string) => string): Sink {
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
    write: (text) => sink.write(change(text)),
  };
}
