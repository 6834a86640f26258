/** What is said of a bug of ours. */
import { redactorOf } from './redactor.ts';
import type { World } from './world.ts';

export function bugText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `why401: this is a bug of why401, not of your system. Please report it.\n${stack}\n`;
}

/** Tells the first of errors that nobody caught; nothing where there is none. */
export function tellUncaught(errors: readonly unknown[], world: World): void {
  if (errors.length > 0) world.stderr.write(redactorOf(world).redact(bugText(errors[0])));
}
