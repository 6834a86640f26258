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
