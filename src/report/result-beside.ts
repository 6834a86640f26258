/** `beside` of a step, as the JSON report says it. */
import type { Beside, JsonMap } from '../model.ts';

export function reportBeside({ environment, passed, differences, says }: Beside): JsonMap {
  return {
    environment,
    passed,
    differences: differences.map(({ kind, what, here, there, cause, source }) => ({
      kind,
      what,
      here,
      there,
      cause,
      source: source ? { file: source.file, line: source.line, column: source.column } : null,
    })),
    says,
  };
}
