/** One redactor for all that a process says. */
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

/** The world, with a stderr that shows no secret: notes, problems, prompts and stacks all go there. */
export function guarded(world: World): World {
  const redactor = redactorOf(world);
  const { stderr } = world;
  const safe: World = {
    ...world,
    stderr: {
      get isTTY() {
        return stderr.isTTY;
      },
      get width() {
        return stderr.width;
      },
      get color() {
        return stderr.color;
      },
      write: (text) => stderr.write(redactor.redact(text)),
    },
  };
  redactors.set(safe, redactor);
  return safe;
}
