/** Why there is no complete answer, as the report has it. */
import type { JsonMap, LostTry, TransportFailure } from '../model.ts';

export function reportFailure({ phase, code, cause, message, idle, busy }: TransportFailure): JsonMap {
  return {
    phase,
    code,
    cause,
    message,
    ...(idle ? { idle } : {}),
    ...(busy === undefined ? {} : { busy_ms: Math.round(busy) }),
  };
}

export function reportLost({ code, remote, total }: LostTry): JsonMap {
  return { code, remote, total_ms: Math.round(total) };
}
